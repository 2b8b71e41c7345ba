// A quadratic program, and what its solver does with rows of numbers.
#pragma once

#include <cmath>
#include <cstddef>

#include "model.hpp"

namespace kinemesh {

// min 1/2 x'Hx + g'x with lower <= x <= upper and row_lower <= A x <= row_upper. Where there are
// prices each row may be broken by s >= 0, which costs price s + rounding / 2 s^2.
struct Quadratic {
    std::size_t n = 0, m = 0;
    Reals H, g;                  // (n, n), (n,)
    Reals lower, upper;          // (n,)
    Reals A;                     // (m, n)
    Reals row_lower, row_upper;  // (m,)
    Reals prices;                // (m,), or none
    double rounding = 0.0;

    double objective(const Reals& x) const;
};

// a . b, in four sums that do not wait for each other.
inline double along(const double* a, const double* b, std::size_t count) {
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    std::size_t k = 0;
    for (; k + 4 <= count; k += 4) {
        for (std::size_t i = 0; i < 4; ++i) sums[i] += a[k + i] * b[k + i];
    }
    for (; k < count; ++k) sums[0] += a[k] * b[k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

inline double Quadratic::objective(const Reals& x) const {
    double sum = 0.0;
    for (std::size_t r = 0; r < n; ++r) sum += x[r] * (0.5 * along(&H[r * n], x.data(), n) + g[r]);
    return sum;
}

// The lower triangle C of H = C C'.
class Cholesky {
  public:
    // False: H is not positive definite.
    bool factorise(const Reals& H, std::size_t n) {
        n_ = n;
        C_ = H;
        over_.resize(n);
        for (std::size_t r = 0; r < n; ++r) {
            double* row = &C_[r * n];
            for (std::size_t c = 0; c < r; ++c) {
                row[c] = (row[c] - along(row, &C_[c * n], c)) * over_[c];
            }
            const double left = row[r] - along(row, row, r);
            if (!(left > 0.0) || !std::isfinite(left)) return false;
            over_[r] = 1.0 / std::sqrt(left);
        }
        return true;
    }

    // C^-1 b in place; b is zero before `first`.
    void forward(double* b, std::size_t first) const {
        for (std::size_t r = first; r < n_; ++r) {
            const double* row = &C_[r * n_];
            b[r] = (b[r] - along(row + first, b + first, r - first)) * over_[r];
        }
    }

    // C'^-1 b in place.
    void backward(double* b) const {
        for (std::size_t r = n_; r-- > 0;) {
            const double* row = &C_[r * n_];
            const double value = b[r] *= over_[r];
            for (std::size_t c = 0; c < r; ++c) b[c] -= row[c] * value;
        }
    }

  private:
    std::size_t n_ = 0;
    Reals C_, over_;  // below the diagonal, and the inverse of the diagonal
};

}  // namespace kinemesh
