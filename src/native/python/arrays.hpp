// Arrays between Python and C++, and distances that Python measures.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "../distance_rows.hpp"
#include "../model.hpp"

namespace py = pybind11;

namespace kinemesh {

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Indices = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using Flags = py::array_t<bool, py::array::c_style | py::array::forcecast>;
using Shape = std::vector<py::ssize_t>;

inline Reals reals(const Numbers& a) { return {a.data(), a.data() + a.size()}; }
inline Ints ints(const Indices& a) { return {a.data(), a.data() + a.size()}; }

// What `work` gives, while other threads may run Python.
template <class Work>
auto freely(Work work) {
    const py::gil_scoped_release free;
    return work();
}

inline Numbers array(const Reals& numbers, Shape shape) { return Numbers(std::move(shape), numbers.data()); }

// Rotations (J, 3, 3), translations (J, 3), spheres (H, 3) and Jacobian (6, nv) of a posture.
inline py::tuple arrays(const Posture& p) {
    const auto joints = static_cast<py::ssize_t>(p.translations.size() / 3);
    const auto hulls = static_cast<py::ssize_t>(p.spheres.size() / 3);
    const auto nv = static_cast<py::ssize_t>(p.jacobian.size() / 6);
    return py::make_tuple(array(p.q, {nv + 1}), array(p.rotations, {joints, 3, 3}),
                          array(p.translations, {joints, 3}), array(p.spheres, {hulls, 3}),
                          array(p.jacobian, {6, nv}));
}

// Distances that Python measures: distance (N,), points, normals (N, 3), hulls (N,).
inline Touching measured(const py::function& python) {
    auto kept = std::make_shared<py::object>(python);
    return [kept](const Posture& at, const Pose& pose, const Ints& hulls, double within) {
        const py::gil_scoped_acquire gil;
        Reals turn;
        for (const Vec& row : pose.row) turn.insert(turn.end(), {row.x, row.y, row.z});
        const Reals shift{pose.shift.x, pose.shift.y, pose.shift.z};
        const py::tuple found =
            (*kept)(arrays(at), array(turn, {3, 3}), array(shift, {3}),
                    Indices(static_cast<py::ssize_t>(hulls.size()), hulls.data()), within);
        const Reals distance = reals(found[0].cast<Numbers>());
        const Reals points = reals(found[1].cast<Numbers>()), normals = reals(found[2].cast<Numbers>());
        const Ints owners = ints(found[3].cast<Indices>());
        if (points.size() != 3 * distance.size() || normals.size() != points.size() ||
            owners.size() != distance.size()) {
            throw std::invalid_argument("measured distances: sizes do not fit");
        }
        Places places;
        for (std::size_t k = 0; k < distance.size(); ++k) {
            places.push_back(
                {distance[k], taken(&points[3 * k]), taken(&normals[3 * k]), owners[k]});
        }
        return places;
    };
}

// The same of pairs of hulls: distance (N,), points (N, 2, 3), normals (N, 3), pairs (N, 2).
inline SelfTouching measured_pairs(const py::function& python) {
    auto kept = std::make_shared<py::object>(python);
    return [kept](const Posture& at, const Ints& pairs, double within) {
        const py::gil_scoped_acquire gil;
        const py::tuple found = (*kept)(
            arrays(at), Indices(static_cast<py::ssize_t>(pairs.size()), pairs.data()), within);
        const Reals distance = reals(found[0].cast<Numbers>());
        const Reals points = reals(found[1].cast<Numbers>()), normals = reals(found[2].cast<Numbers>());
        const Ints owners = ints(found[3].cast<Indices>());
        if (points.size() != 6 * distance.size() || normals.size() != 3 * distance.size() ||
            owners.size() != 2 * distance.size()) {
            throw std::invalid_argument("measured pairs: sizes do not fit");
        }
        Meetings meetings;
        for (std::size_t k = 0; k < distance.size(); ++k) {
            meetings.push_back({distance[k], taken(&points[6 * k]), taken(&points[6 * k + 3]),
                                taken(&normals[3 * k]), owners[2 * k], owners[2 * k + 1]});
        }
        return meetings;
    };
}

}  // namespace kinemesh
