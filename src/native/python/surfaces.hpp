// What Python sees of distance fields and true surfaces.
#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "../baking.hpp"
#include "../outcrops.hpp"
#include "../surface.hpp"
#include "arrays.hpp"

namespace kinemesh {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

inline std::vector<Vec> vectors(const Numbers& rows) {
    if (rows.size() % 3) throw std::invalid_argument("points: (N, 3)");
    std::vector<Vec> found;
    for (py::ssize_t k = 0; k < rows.size(); k += 3) found.push_back(taken(rows.data() + k));
    return found;
}

inline std::shared_ptr<Field> field(const Floats& values, const Numbers& origin, double spacing) {
    if (values.ndim() != 3 || origin.size() != 3) throw std::invalid_argument("values: (X, Y, Z)");
    std::array<std::size_t, 3> shape{};
    for (int c = 0; c < 3; ++c) shape[c] = static_cast<std::size_t>(values.shape(c));
    return std::make_shared<Field>(std::vector<float>(values.data(), values.data() + values.size()),
                                   shape, taken(origin.data()), spacing);
}

inline Numbers looked_up(const Field& field, const Numbers& points) {
    const std::vector<Vec> places = vectors(points);
    Numbers found(static_cast<py::ssize_t>(places.size()));
    double* to = found.mutable_data();
    freely([&] {
        for (const Vec& place : places) *to++ = field.at(place);
        return 0;
    });
    return found;
}

inline std::shared_ptr<Facets> facets(const std::vector<Numbers>& planes, const Numbers& vertices,
                                      const Indices& starts, const Numbers& centres) {
    std::vector<Columns> every;
    for (const Numbers& own : planes) {
        if (own.ndim() != 2 || own.shape(0) < 1 || own.shape(1) != 4) {
            throw std::invalid_argument("planes: (F, 4)");
        }
        every.emplace_back(own.data(), static_cast<std::size_t>(own.shape(0)), 4);
    }
    return std::make_shared<Facets>(std::move(every), reals(vertices), ints(starts), reals(centres));
}

// Triangles (F, 3, 3), those without an area left out.
inline std::vector<Triangle> triangles(const Numbers& corners) {
    const std::vector<Vec> places = vectors(corners);
    if (places.size() % 3) throw std::invalid_argument("triangles: (F, 3, 3)");
    std::vector<Triangle> found;
    for (std::size_t k = 0; k < places.size(); k += 3) {
        const Triangle one(places[k], places[k + 1], places[k + 2]);
        if (length(one.normal()) > 0.0) found.push_back(one);
    }
    return found;
}

// Distances of the nodes of a grid to triangles, and on which side of them nodes are.
inline py::tuple baked(const Numbers& corners, const Numbers& origin, double spacing,
                       const std::array<std::int64_t, 3>& count) {
    if (origin.size() != 3 || std::min({count[0], count[1], count[2]}) < 2 || !(spacing > 0.0)) {
        throw std::invalid_argument("a grid needs two nodes along a side at least");
    }
    const Nodes nodes{count, {origin.data()[0], origin.data()[1], origin.data()[2]}, spacing};
    const std::vector<Triangle> every = triangles(corners);
    const Shape shape{count[0], count[1], count[2]};
    Numbers distances(shape);
    py::array_t<std::int8_t> sides(shape);
    double* distance = distances.mutable_data();
    std::int8_t* side = sides.mutable_data();
    freely([&] {
        const Distances found(nodes, every);
        for (std::int64_t n = 0; n < nodes.size(); ++n) distance[n] = found[n];
        const Sides told(nodes, every);
        std::copy(told.values().begin(), told.values().end(), side);
        return 0;
    });
    return py::make_tuple(distances, sides);
}

inline Numbers sticking_out(const Field& field, const Numbers& corners, double dense, double step,
                            const std::vector<std::array<double, 2>>& rules) {
    if (!(dense > 0.0) || !(step > 0.0) || rules.empty()) {
        throw std::invalid_argument("outcrops: steps above 0, and rules");
    }
    const std::vector<Triangle> every = triangles(corners);
    std::vector<Protruding> asked;
    for (const auto& [reach, least] : rules) asked.push_back({reach, least});
    const std::vector<Vec> found = freely([&] { return outcrops(every, field, dense, step, asked); });
    Numbers points(Shape{static_cast<py::ssize_t>(found.size()), 3});
    double* to = points.mutable_data();
    for (const Vec p : found) {
        put(to, p);
        to += 3;
    }
    return points;
}

inline void bind_surfaces(py::module_& m) {
    m.def("baked", &baked, "Distances of nodes (X, Y, Z) to triangles, and -1 inside, 1 out, 0 unsure.");
    py::class_<Field, std::shared_ptr<Field>>(m, "Field")
        .def(py::init(&field))
        .def("look_up", &looked_up)
        .def("outcrops", &sticking_out);
    py::class_<Facets, std::shared_ptr<Facets>>(m, "Facets").def(py::init(&facets));
    py::class_<Surface, std::shared_ptr<Surface>>(m, "Surface")
        .def(py::init([](std::shared_ptr<Field> field, std::shared_ptr<Facets> facets,
                         const Numbers& outcrops, const std::array<double, 4>& choice) {
            return std::make_shared<Surface>(std::move(field), std::move(facets), vectors(outcrops),
                                             Choice{choice[0], choice[1], choice[2], choice[3]});
        }));
}

}  // namespace kinemesh
