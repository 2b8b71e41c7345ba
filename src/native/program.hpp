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
        }
    }

    const Posture& posture() const { return point_.at; }
    std::size_t nv() const { return point_.model.nv(); }
    std::size_t size() const { return program_.size(); }
    const Reals& value(std::size_t k) const { return found_.at(k)->value; }

    // How the rows of one entry change (m, nv).
    void rates(std::size_t k, double* out) const { found_.at(k)->rates(point_, out); }

    // Of every entry its cost, or by how much its worst row is out of bounds.
    Reals figures() const {
        Reals result;
        for (std::size_t k = 0; k < size(); ++k) {
            const Asked& asked = *program_[k];
            double sum = 0.0;
            for (std::size_t n = 0; n < value(k).size(); ++n) {
                const double r = value(k)[n];
                sum = asked.bounded ? std::max({sum, r - asked.upper[n], asked.lower[n] - r})
                                    : sum + asked.weight[n] * r * r;
            }
            result.push_back(sum + asked.constant);
        }
        return result;
    }

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
            rates_of.resize(r.size() * n);
            rates(k, rates_of.data());
            const double* J = rates_of.data();
            for (std::size_t m = 0; m < r.size(); ++m, J += n) {
                const double w = program_[k]->weight[m];
                if (w == 0.0) continue;
                for (std::size_t a = 0; a < n; ++a) {
                    if (J[a] == 0.0) continue;
                    const double s = w * J[a];
                    g[a] += s * r[m];
                    for (std::size_t b = 0; b <= a; ++b) H[a * n + b] += s * J[b];
                }
            }
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
    Program program_;
    Point point_;
    std::vector<std::unique_ptr<Found>> found_;
};

}  // namespace kinemesh
