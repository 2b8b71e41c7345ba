// QPs and searches between Python and C++.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "../search.hpp"
#include "arrays.hpp"

namespace kinemesh {

inline Numbers minimum(const Numbers& hessian, const Numbers& gradient, const Numbers& lower,
                const Numbers& upper, const Numbers& matrix, const Numbers& row_lower,
                const Numbers& row_upper, const Numbers& prices, double rounding) {
    Quadratic qp{static_cast<std::size_t>(gradient.size()),
                 static_cast<std::size_t>(row_lower.size()),
                 reals(hessian),
                 reals(gradient),
                 reals(lower),
                 reals(upper),
                 reals(matrix),
                 reals(row_lower),
                 reals(row_upper),
                 reals(prices),
                 rounding};
    if (qp.H.size() != qp.n * qp.n || qp.lower.size() != qp.n || qp.upper.size() != qp.n ||
        qp.A.size() != qp.m * qp.n || qp.row_upper.size() != qp.m ||
        (!qp.prices.empty() && qp.prices.size() != qp.m)) {
        throw std::invalid_argument("minimum: sizes do not fit");
    }
    Reals x;
    const Outcome outcome = freely([&] { return DualActiveSet(qp).solve(x); });
    if (outcome == Outcome::lost) throw std::runtime_error("no end");
    return array(x, {static_cast<py::ssize_t>(x.size())});
}

using SearchNumbers = std::tuple<double, double, double, double, double, double>;

inline std::shared_ptr<Search> search(const Model& model, const std::vector<std::shared_ptr<Asked>>& program,
                               const Reals& prices, const Numbers& lower, const Numbers& upper,
                               const std::optional<std::pair<Numbers, Numbers>>& joints,
                               const SearchNumbers& rule) {
    StepBounds bounds{reals(lower), reals(upper), {}, {}};
    const std::size_t n = model.nv();
    if (joints) {
        bounds.joint_lower = reals(joints->first);
        bounds.joint_upper = reals(joints->second);
    }
    const auto fits = [&](const Reals& joint) { return joint.empty() || joint.size() + 6 == n; };
    if (prices.size() != program.size() || bounds.lower.size() != n || bounds.upper.size() != n ||
        !fits(bounds.joint_lower) || bounds.joint_lower.size() != bounds.joint_upper.size()) {
        throw std::invalid_argument("search: sizes do not fit");
    }
    const auto [tolerance, feasibility, trust, smallest, damping, rounding] = rule;
    return std::make_shared<Search>(
        model, Program(program.begin(), program.end()), prices, std::move(bounds),
        SearchRule{tolerance, feasibility, trust, smallest, damping, rounding});
}

// Where a search ended, the merit there and the QPs solved; nothing where one had no solution.
template <class Work>
py::object searched(const py::object& search, const Numbers& q, Work work) {
    const auto& own = search.cast<const Search&>();
    if (q.size() != static_cast<py::ssize_t>(own.nv() + 1)) {
        throw std::invalid_argument("q: wrong size");
    }
    const double* from = q.data();
    const auto found = freely([&] { return work(own, from); });
    if (!found) return py::none();
    const py::object at = py::cast(found->at);
    py::detail::keep_alive_impl(at, search);  // and that the model
    return py::make_tuple(at, found->merit, found->done);
}

}  // namespace kinemesh
