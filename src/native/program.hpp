// A program, rows with weights or bounds, at a configuration: costs, violations and the QP's arrays.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "rows.hpp"

namespace kinemesh {

// One number for all rows, or one for each.
class Spread {
  public:
    explicit Spread(Reals numbers) : numbers_(std::move(numbers)) {}
    void check(std::size_t count) const {
        if (numbers_.size() != 1 && numbers_.size() != count) {
            throw std::invalid_argument("neither one number nor one for each row");
        }
    }
    double operator[](std::size_t k) const { return numbers_.size() == 1 ? numbers_[0] : numbers_[k]; }

  private:
    Reals numbers_;
};

// Rows and what is asked of them: their squares are to be small, or they are to be within bounds.
struct Asked {
    std::shared_ptr<const Rows> rows;
    bool bounded;
    Spread weight, lower, upper;
    double constant;

    static Asked squares(std::shared_ptr<const Rows> rows, Reals weight, double constant) {
        return {std::move(rows), false, Spread(std::move(weight)), Spread({0.0}), Spread({0.0}),
                constant};
    }
    static Asked within(std::shared_ptr<const Rows> rows, Reals lower, Reals upper) {
        return {std::move(rows), true, Spread({0.0}), Spread(std::move(lower)),
                Spread(std::move(upper)), 0.0};
    }
};

using Program = std::vector<std::shared_ptr<const Asked>>;

class Evaluated {
  public:
    Evaluated(const Model& model, Program program, const double* q)
        : program_(std::move(program)), point_(model, q) {
        for (const auto& asked : program_) {
            found_.push_back(asked->rows->at(point_));
            const std::size_t m = found_.back()->value.size();
            for (const Spread* spread : {&asked->weight, &asked->lower, &asked->upper}) {
                spread->check(m);
            }
            figures_.push_back(figure(*asked, found_.back()->value));
            if (asked->bounded) {
                violation_ = std::max(violation_, figures_.back());
            } else {
                cost_ += figures_.back();
            }
        }
    }

    const Posture& posture() const { return point_.at; }
    std::size_t nv() const { return point_.model.nv(); }
    std::size_t size() const { return program_.size(); }
    const Reals& value(std::size_t k) const { return found_.at(k)->value; }

    // How the rows of one entry change (m, nv).
    void rates(std::size_t k, double* out) const { found_.at(k)->rates(point_, out); }

    // Of every entry its cost, or by how much its worst row is out of bounds.
    const Reals& figures() const { return figures_; }
    // All costs together.
    double cost() const { return cost_; }
    // The worst row of all that are bounded.
    double violation() const { return violation_; }

    // By how much all rows of an entry together are out of bounds widened by `allowed`.
    double excess(std::size_t k, double allowed) const {
        const Asked& asked = *program_.at(k);
        double sum = 0.0;
        for (std::size_t n = 0; n < value(k).size(); ++n) {
            const double over = std::max(value(k)[n] - asked.upper[n], asked.lower[n] - value(k)[n]);
            sum += std::max(over - allowed, 0.0);
        }
        return sum;
    }

    // Hessian (nv, nv) and gradient (nv,) of half the cost.
    void normal(double* H, double* g) const {
        const std::size_t n = nv();
        std::fill(H, H + n * n, 0.0);
        std::fill(g, g + n, 0.0);
        Reals rates_of;
        for (std::size_t k = 0; k < size(); ++k) {
            if (program_[k]->bounded) continue;
            const Reals& r = value(k);
            rates_of.assign(r.size() * n, 0.0);
            rates(k, rates_of.data());
            add(rates_of.data(), r, program_[k]->weight, H, g);
        }
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < a; ++b) H[b * n + a] = H[a * n + b];
        }
    }

    // How many rows are bounded.
    std::size_t bounded() const {
        std::size_t count = 0;
        for (std::size_t k = 0; k < size(); ++k) count += program_[k]->bounded ? value(k).size() : 0;
        return count;
    }

    // Those rows one below the other: matrix (m, nv) and bounds (m,) of a step.
    void stacked(double* A, double* lower, double* upper) const {
        for (std::size_t k = 0; k < size(); ++k) {
            const Asked& asked = *program_[k];
            if (!asked.bounded) continue;
            rates(k, A);
            A += value(k).size() * nv();
            for (std::size_t n = 0; n < value(k).size(); ++n) {
                *lower++ = asked.lower[n] - value(k)[n];
                *upper++ = asked.upper[n] - value(k)[n];
            }
        }
    }

  private:
    static double figure(const Asked& asked, const Reals& r) {
        double sum = 0.0;
        for (std::size_t n = 0; n < r.size(); ++n) {
            sum = asked.bounded ? std::max({sum, r[n] - asked.upper[n], asked.lower[n] - r[n]})
                                : sum + asked.weight[n] * r[n] * r[n];
        }
        return sum + asked.constant;
    }

    // Adds J^T W J, below the diagonal, and J^T W r, four rows at a time: each entry of H is
    // fetched and stored once for all of them.
    void add(const double* J, const Reals& r, const Spread& weight, double* H, double* g) const {
        const std::size_t n = nv(), m = r.size();
        for (std::size_t first = 0; first < m; first += 4, J += 4 * n) {
            const double* row[4];
            double w[4], value[4];
            for (std::size_t k = 0; k < 4; ++k) {
                const bool there = first + k < m;
                row[k] = there ? J + k * n : J;
                w[k] = there ? weight[first + k] : 0.0;
                value[k] = there ? r[first + k] : 0.0;
            }
            const double *p = row[0], *q = row[1], *s = row[2], *t = row[3];
            for (std::size_t a = 0; a < n; ++a) {
                const double x = w[0] * p[a], y = w[1] * q[a], z = w[2] * s[a], u = w[3] * t[a];
                if (x == 0.0 && y == 0.0 && z == 0.0 && u == 0.0) continue;
                g[a] += x * value[0] + y * value[1] + z * value[2] + u * value[3];
                double* h = H + a * n;
                for (std::size_t b = 0; b <= a; ++b) h[b] += x * p[b] + y * q[b] + z * s[b] + u * t[b];
            }
        }
    }

    Program program_;
    Point point_;
    std::vector<std::shared_ptr<const Found>> found_;
    Reals figures_;
    double cost_ = 0.0, violation_ = 0.0;
};

}  // namespace kinemesh
