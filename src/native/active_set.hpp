// A strictly convex QP by a dual active-set method: Arnstroem, Bemporad, Axehill, "A dual active-set
// solver for embedded quadratic programming using recursive LDL^T updates", IEEE TAC 2022; and with
// rows that may be broken at a price.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "quadratic.hpp"

namespace kinemesh {

enum class Outcome { solved, infeasible, lost };

// In the space of u = C'(x - x0), H = C C' and x0 the free minimiser, the program is to find the
// point nearest to the origin with m_k.u within bounds, m_k = C^-1 a_k. Its dual is minimised over
// the multipliers of a growing and shrinking set of rows, of whose Gram matrix L D L' is kept.
//
// A multiplier that has grown to its row's price grows on, but the row gives way: s = (|multiplier|
// - price) / rounding, which adds 1 / rounding to the diagonal of the Gram matrix.
class DualActiveSet {
  public:
    explicit DualActiveSet(const Quadratic& qp)
        : qp_(qp), n_(qp.n), wide_(qp.n + 1 + qp.prices.size()), active_(qp.n + qp.m, false) {}

    // The minimiser is in x. Lost: H is not positive definite, or there was no end.
    Outcome solve(Reals& x) {
        if (!factor_.factorise(qp_.H, n_)) return Outcome::lost;
        free_.resize(n_);
        for (std::size_t k = 0; k < n_; ++k) free_[k] = -qp_.g[k];
        factor_.forward(free_.data(), 0);
        factor_.backward(free_.data());
        x_ = free_;
        begin();
        for (std::size_t most = 20 * (n_ + qp_.m) + 100; most > 0; --most) {
            double share = 1.0;
            if (singular_) {
                null_space();
            } else {
                candidate();
            }
            const std::size_t first = blocking(share);
            if (first == size() && singular_) return Outcome::infeasible;
            for (std::size_t k = 0; k < size(); ++k) {
                dual_[k] += share * (singular_ ? next_[k] : next_[k] - dual_[k]);
            }
            if (first < size()) {
                turned(first);
                continue;
            }
            for (double multiplier : dual_) {
                if (!(std::abs(multiplier) < endless)) return Outcome::infeasible;
            }
            move();
            bool above = false;
            const std::size_t worst = most_violated(above);
            if (worst == active_.size()) {
                x = x_;
                return Outcome::solved;
            }
            add(worst, above, false, 0.0);
        }
        return Outcome::lost;
    }

  private:
    static constexpr double primal = 1e-8;  // [m], [rad]: a row broken by less holds
    static constexpr double narrow = 1e-3;
    static constexpr double dual = 1e-12;   // a multiplier this far on the wrong side is zero
    static constexpr double pivot = 1e-10;  // a row with less of its own depends on the others
    static constexpr double endless = 1e10; // what only rows that cannot all hold ask for

    struct Active {
        std::size_t row;
        bool above, gives, gave;  // at which bound; whether it gives way, or came from there
        double bound, square;     // beyond the free minimiser; |m|^2
    };

    std::size_t size() const { return set_.size(); }
    double* L(std::size_t r) { return &L_[r * wide_]; }
    const double* L(std::size_t r) const { return &L_[r * wide_]; }

    double at(std::size_t row, const Reals& x) const {
        return row < n_ ? x[row] : along(&qp_.A[(row - n_) * n_], x.data(), n_);
    }
    double lower(std::size_t row) const { return row < n_ ? qp_.lower[row] : qp_.row_lower[row - n_]; }
    double upper(std::size_t row) const { return row < n_ ? qp_.upper[row] : qp_.row_upper[row - n_]; }
    double price(std::size_t row) const {
        const bool none = row < n_ || qp_.prices.empty();
        return none ? std::numeric_limits<double>::infinity() : qp_.prices[row - n_];
    }

    // Rows that leave next to no room are at one of their bounds in the end: those that the free
    // minimiser breaks are taken in at once.
    void begin() {
        for (std::size_t row = n_; row < active_.size() && !singular_; ++row) {
            if (upper(row) - lower(row) > narrow) continue;
            const double value = at(row, free_);
            const bool above = value > upper(row) + primal;
            if (above || value < lower(row) - primal) add(row, above, false, 0.0);
        }
    }

    void add(std::size_t row, bool above, bool gives, double multiplier) {
        const std::size_t k = size();
        M_.resize((k + 1) * n_);
        L_.resize((k + 1) * wide_);
        double *m = &M_[k * n_], *l = L(k);
        if (row < n_) {
            std::fill(m, m + n_, 0.0);
            m[row] = 1.0;
            factor_.forward(m, row);
        } else {
            std::copy_n(&qp_.A[(row - n_) * n_], n_, m);
            factor_.forward(m, 0);
        }
        const double square = along(m, m, n_);
        double bound = (above ? upper(row) : lower(row)) - at(row, free_), own = square;
        if (gives) {
            own += 1.0 / qp_.rounding;
            bound -= (above ? price(row) : -price(row)) / qp_.rounding;
        }
        // L, before it is divided by D.
        for (std::size_t i = 0; i < k; ++i) l[i] = along(&M_[i * n_], m, n_) - along(L(i), l, i);
        for (std::size_t i = 0; i < k; ++i) {
            const double sum = l[i];
            l[i] = sum / D_[i];
            own -= sum * l[i];
        }
        l[k] = 1.0;
        set_.push_back({row, above, gives, !gives && multiplier != 0.0, bound, square});
        active_[row] = true;
        dual_.push_back(multiplier);
        D_.push_back(own);
        judge_last();
    }

    void judge_last() {
        singular_ = D_.back() <= pivot * set_.back().square;
        if (singular_) D_.back() = 0.0;
    }

    // Takes a row out: what it explained of those behind it is put back, a rank-one update.
    void remove(std::size_t first) {
        active_[set_[first].row] = false;
        const std::size_t k = size();
        double weight = D_[first];
        Reals away(k, 0.0);
        for (std::size_t r = first + 1; r < k; ++r) away[r] = L(r)[first];
        for (std::size_t j = first + 1; j < k; ++j) {
            const double own = D_[j], grown = own + weight * away[j] * away[j];
            const double gain = grown > 0.0 ? weight * away[j] / grown : 0.0;
            weight = grown > 0.0 ? weight * own / grown : weight;
            D_[j] = grown;
            for (std::size_t r = j + 1; r < k; ++r) {
                away[r] -= away[j] * L(r)[j];
                L(r)[j] += gain * away[r];
            }
        }
        for (std::size_t r = first + 1; r < k; ++r) {
            std::copy_n(L(r), first, L(r - 1));
            std::copy_n(L(r) + first + 1, r - first, L(r - 1) + first);
        }
        const auto out = [first](auto& list, std::size_t width) {
            list.erase(list.begin() + first * width, list.begin() + (first + 1) * width);
        };
        out(D_, 1);
        out(M_, n_);
        out(set_, 1);
        out(dual_, 1);
        if (singular_ && size() > 0) judge_last();
    }

    // A multiplier has come to an end of its range: at zero the row is let go, at its price it
    // begins to give way, or no longer does.
    void turned(std::size_t k) {
        const Active row = set_[k];
        const bool zero = !row.gives && !grows(k);
        const double multiplier = dual_[k];
        const bool was_last = k + 1 == size();
        remove(k);
        if (was_last) singular_ = false;
        if (!zero) add(row.row, row.above, !row.gives, multiplier);
    }

    double sign(std::size_t k) const { return set_[k].above ? 1.0 : -1.0; }
    bool grows(std::size_t k) const {
        return sign(k) * (singular_ ? next_[k] : next_[k] - dual_[k]) > 0.0;
    }

    // The multipliers at which all active rows are at their bounds.
    void candidate() {
        const std::size_t k = size();
        next_.resize(k);
        for (std::size_t r = 0; r < k; ++r) {
            next_[r] = -set_[r].bound - along(L(r), next_.data(), r);
        }
        for (std::size_t r = 0; r < k; ++r) next_[r] /= D_[r];
        transposed();
    }

    // Along which they can change while the last row depends on the others: away from zero where it
    // is new, and back where it has given way.
    void null_space() {
        const bool is_new = !set_.back().gave;
        next_.assign(size(), 0.0);
        next_.back() = is_new ? sign(size() - 1) : -sign(size() - 1);
        transposed();
    }

    // L'^-1 b in place.
    void transposed() {
        for (std::size_t r = size(); r-- > 0;) {
            const double value = next_[r], *row = L(r);
            for (std::size_t c = 0; c < r; ++c) next_[c] -= row[c] * value;
        }
    }

    // Which multiplier is the first to leave its range on the way, and where.
    std::size_t blocking(double& share) const {
        std::size_t first = size();
        if (singular_) share = std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < size(); ++k) {
            const double now = sign(k) * dual_[k], cap = price(set_[k].row);
            const double change = sign(k) * next_[k] - (singular_ ? 0.0 : now);
            const double low = set_[k].gives ? cap : 0.0;
            const double high = set_[k].gives ? std::numeric_limits<double>::infinity() : cap;
            double room;
            if (change < 0.0 && (singular_ ? change < -dual : now + change < low - dual)) {
                room = low - now;
            } else if (change > 0.0 && (singular_ ? high < HUGE_VAL : now + change > high + dual)) {
                room = high - now;
            } else {
                continue;
            }
            const double there = std::max(room / change, 0.0);
            if (there < share || (first == size() && there <= share)) {
                share = there;
                first = k;
            }
        }
        return first;
    }

    // To where the multipliers put x.
    void move() {
        x_.assign(n_, 0.0);
        for (std::size_t k = 0; k < size(); ++k) {
            const double *m = &M_[k * n_], value = dual_[k];
            for (std::size_t c = 0; c < n_; ++c) x_[c] -= value * m[c];
        }
        factor_.backward(x_.data());
        for (std::size_t c = 0; c < n_; ++c) x_[c] += free_[c];
    }

    std::size_t most_violated(bool& above) const {
        std::size_t worst = active_.size();
        double most = primal;
        for (std::size_t row = 0; row < active_.size(); ++row) {
            if (active_[row]) continue;
            const double value = at(row, x_), over = value - upper(row), under = lower(row) - value;
            if (std::max(over, under) > most) {
                most = std::max(over, under);
                worst = row;
                above = over > under;
            }
        }
        return worst;
    }

    const Quadratic& qp_;
    std::size_t n_, wide_;
    Cholesky factor_;
    std::vector<bool> active_;
    bool singular_ = false;
    Reals free_, x_, dual_, next_, D_, M_, L_;
    std::vector<Active> set_;
};

}  // namespace kinemesh
