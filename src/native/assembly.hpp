// What a frame's terms come to: costs, violations, and the arrays of the QP.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace kinemesh {

namespace py = pybind11;

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;

// One number for all rows, or one for each.
class Spread {
  public:
    Spread(const Numbers& array, py::ssize_t count)
        : data_(array.data()), step_(array.size() == 1 ? 0 : 1) {
        if (array.size() != count && array.size() != 1) {
            throw std::invalid_argument("neither one number nor one for each row");
        }
    }
    double operator[](py::ssize_t k) const { return data_[k * step_]; }

  private:
    const double* data_;
    py::ssize_t step_;
};

using Residuals = std::vector<std::tuple<Numbers, Numbers, Numbers>>;  // r (m,), J (m, n), w
using Bounds = std::vector<std::tuple<Numbers, Numbers, Numbers>>;     // f (m,), lower, upper

// The sum of w r^2 of every term.
inline std::vector<double> costs(const std::vector<std::tuple<Numbers, Numbers>>& terms) {
    std::vector<double> result;
    for (const auto& [value, weight] : terms) {
        const Spread w(weight, value.size());
        double sum = 0.0;
        for (py::ssize_t k = 0; k < value.size(); ++k) {
            sum += w[k] * value.data()[k] * value.data()[k];
        }
        result.push_back(sum);
    }
    return result;
}

// By how much the worst row of every term is out of bounds; 0 where all hold.
inline std::vector<double> violations(const Bounds& terms) {
    std::vector<double> result;
    for (const auto& [value, low, high] : terms) {
        const Spread lower(low, value.size()), upper(high, value.size());
        double worst = 0.0;
        for (py::ssize_t k = 0; k < value.size(); ++k) {
            const double at = value.data()[k];
            worst = std::max({worst, at - upper[k], lower[k] - at});
        }
        result.push_back(worst);
    }
    return result;
}

// Hessian (n, n) and gradient (n,) of the sum over terms of w |r + J v|^2 / 2.
inline py::tuple normal(py::ssize_t n, const Residuals& terms) {
    Numbers hessian(std::vector<py::ssize_t>{n, n}), gradient(n);
    double *H = hessian.mutable_data(), *g = gradient.mutable_data();
    std::fill(H, H + n * n, 0.0);
    std::fill(g, g + n, 0.0);
    for (const auto& [value, jacobian, weight] : terms) {
        const py::ssize_t m = value.size();
        if (jacobian.size() != m * n) throw std::invalid_argument("normal: sizes do not fit");
        const Spread spread(weight, m);
        const double* J = jacobian.data();
        for (py::ssize_t k = 0; k < m; ++k, J += n) {
            const double w = spread[k], r = value.data()[k];
            if (w == 0.0) continue;
            for (py::ssize_t a = 0; a < n; ++a) {
                if (J[a] == 0.0) continue;
                const double s = w * J[a];
                g[a] += s * r;
                for (py::ssize_t b = 0; b <= a; ++b) H[a * n + b] += s * J[b];
            }
        }
    }
    for (py::ssize_t a = 0; a < n; ++a) {
        for (py::ssize_t b = 0; b < a; ++b) H[b * n + a] = H[a * n + b];
    }
    return py::make_tuple(hessian, gradient);
}

// Rows f (m,), J (m, n), lower and upper bounds of f, one below the other: matrix and the bounds
// of a step.
inline py::tuple stacked(
    py::ssize_t n, const std::vector<std::tuple<Numbers, Numbers, Numbers, Numbers>>& terms) {
    py::ssize_t count = 0;
    for (const auto& term : terms) count += std::get<0>(term).size();
    Numbers matrix(std::vector<py::ssize_t>{count, n}), lower(count), upper(count);
    double *A = matrix.mutable_data(), *l = lower.mutable_data(), *u = upper.mutable_data();
    for (const auto& [value, jacobian, low, high] : terms) {
        const py::ssize_t m = value.size();
        if (jacobian.size() != m * n) throw std::invalid_argument("stacked: sizes do not fit");
        const Spread below(low, m), above(high, m);
        A = std::copy(jacobian.data(), jacobian.data() + m * n, A);
        for (py::ssize_t k = 0; k < m; ++k) {
            *l++ = below[k] - value.data()[k];
            *u++ = above[k] - value.data()[k];
        }
    }
    return py::make_tuple(matrix, lower, upper);
}

}  // namespace kinemesh
