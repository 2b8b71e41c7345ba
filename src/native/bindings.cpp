// What Python sees of the kernel: arrays in and out, and nothing of the mathematics.
#include "distance_rows.hpp"
#include "kinematic_rows.hpp"
#include "mesh.hpp"
#include "program.hpp"
#include "python/arrays.hpp"
#include "python/searches.hpp"
#include "python/surfaces.hpp"

using namespace kinemesh;

namespace {

std::shared_ptr<Model> model(const Indices& parents, const Indices& sliding,
                             const Numbers& placements, const Numbers& axes, const Numbers& support,
                             const Numbers& vertices, const Indices& starts,
                             const Indices& hull_joints, const Numbers& centres,
                             const Numbers& radii, const Indices& pairs) {
    return std::make_shared<Model>(Tables{ints(parents), ints(sliding), reals(placements),
                                          reals(axes), reals(support), reals(vertices),
                                          ints(starts), ints(hull_joints), reals(centres),
                                          reals(radii), ints(pairs)});
}

std::shared_ptr<Evaluated> evaluated(const Model& model,
                                     const std::vector<std::shared_ptr<Asked>>& program,
                                     const Numbers& q) {
    if (q.size() != static_cast<py::ssize_t>(model.nv() + 1)) {
        throw std::invalid_argument("q: wrong size");
    }
    const double* numbers = q.data();
    Program own(program.begin(), program.end());
    return freely([&] { return std::make_shared<Evaluated>(model, std::move(own), numbers); });
}

py::tuple normal(const Evaluated& at) {
    const auto n = static_cast<py::ssize_t>(at.nv());
    Numbers hessian(Shape{n, n}), gradient(n);
    double *H = hessian.mutable_data(), *g = gradient.mutable_data();
    freely([&] { at.normal(H, g); });
    return py::make_tuple(hessian, gradient);
}

py::tuple stacked(const Evaluated& at) {
    const auto n = static_cast<py::ssize_t>(at.nv()), m = static_cast<py::ssize_t>(at.bounded());
    Numbers matrix(Shape{m, n}), lower(m), upper(m);
    double *A = matrix.mutable_data(), *l = lower.mutable_data(), *u = upper.mutable_data();
    freely([&] { at.stacked(A, l, u); });
    return py::make_tuple(matrix, lower, upper);
}

py::tuple rows(const Evaluated& at, std::size_t k) {
    const auto n = static_cast<py::ssize_t>(at.nv());
    const auto m = static_cast<py::ssize_t>(at.value(k).size());
    Numbers rates(Shape{m, n});
    double* J = rates.mutable_data();
    freely([&] { at.rates(k, J); });
    return py::make_tuple(array(at.value(k), {m}), rates);
}

std::vector<std::size_t> counts(const Evaluated& at) {
    std::vector<std::size_t> found;
    for (std::size_t k = 0; k < at.size(); ++k) found.push_back(at.value(k).size());
    return found;
}

// None is the ground plane.
Placed placed_obstacle(std::shared_ptr<const Obstacle> obstacle, const Numbers& rotation,
                       const Numbers& translation) {
    if (rotation.size() != 9 || translation.size() != 3) {
        throw std::invalid_argument("pose: wrong size");
    }
    return {std::move(obstacle), placed(rotation.data(), translation.data())};
}

std::shared_ptr<Obstacle> obstacle(
    const std::vector<std::pair<std::shared_ptr<Part>, py::function>>& parts,
    const std::optional<py::tuple>& dents, std::shared_ptr<const Surface> surface,
    const std::optional<py::function>& other) {
    auto made = std::make_shared<Obstacle>();
    for (const auto& [part, touching] : parts) made->solids.push_back({part, measured(touching)});
    made->surface = std::move(surface);
    if (other) made->other = measured(*other);
    if (dents) {
        const auto grid = (*dents)[0].cast<Numbers>(), origin = (*dents)[1].cast<Numbers>();
        if (grid.ndim() != 3 || origin.size() != 3) {
            throw std::invalid_argument("dents: sizes do not fit");
        }
        std::array<std::size_t, 3> shape{};
        for (int c = 0; c < 3; ++c) shape[c] = static_cast<std::size_t>(grid.shape(c));
        Grid depths(reals(grid), shape, taken(origin.data()), (*dents)[2].cast<double>());
        made->dents = std::make_shared<Dents>(Dents{std::move(depths), (*dents)[3].cast<double>()});
    }
    return made;
}

// ---- the mesh

Neighbours neighbours(const Flags& adjacent) {
    if (adjacent.ndim() != 2 || adjacent.shape(0) != adjacent.shape(1)) {
        throw std::invalid_argument("adjacent: (V, V)");
    }
    const auto count = static_cast<std::size_t>(adjacent.shape(0));
    Pairs pairs(count);
    const bool* flag = adjacent.data();
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j, ++flag) {
            if (*flag) pairs.add(i, j);
        }
    }
    return Neighbours(pairs);
}

std::optional<Pairs> pairs(const Numbers& points) {
    if (points.ndim() != 2 || points.shape(1) != 3) throw std::invalid_argument("points: (V, 3)");
    const double* from = points.data();
    const auto count = static_cast<int>(points.shape(0));
    return freely([&] { return adjacency(from, count); });
}

py::object adjacent(const Numbers& points) {
    const auto found = pairs(points);
    if (!found) return py::none();
    const auto count = found->count();
    Flags result(Shape{points.shape(0), points.shape(0)});
    bool* to = result.mutable_data();
    std::fill_n(to, count * count, false);
    for (std::size_t i = 0; i < count; ++i, to += count) {
        found->each(i, [to](std::size_t j) { to[j] = true; });
    }
    return result;
}

Numbers deltas(const Flags& adjacent, const Numbers& points) {
    if (points.size() != 3 * adjacent.shape(0)) throw std::invalid_argument("points: wrong size");
    Numbers result(Shape{adjacent.shape(0), 3});
    neighbours(adjacent).deltas(points.data(), result.mutable_data());
    return result;
}

// Factor, offset and constant of the cost of a mesh that reproduces deltas.
py::object reduction(const Neighbours& mesh, const double* deltas, const Numbers& anchors,
                     const Numbers& weights) {
    const auto count = static_cast<py::ssize_t>(mesh.count()), moving = count - anchors.size() / 3;
    if (weights.size() != count || anchors.size() % 3 || moving < 0) {
        throw std::invalid_argument("target: sizes do not fit");
    }
    Numbers factor(Shape{moving, moving}), offset(Shape{moving, 3});
    double constant = 0.0, *F = factor.mutable_data(), *o = offset.mutable_data();
    const double *a = anchors.data(), *w = weights.data();
    const bool positive = freely([&] {
        return reduced(mesh, static_cast<std::size_t>(moving), deltas, a, w, F, o, constant);
    });
    return positive ? py::object(py::make_tuple(factor, offset, constant)) : py::none();
}

py::object target(const Flags& adjacent, const Numbers& deltas, const Numbers& anchors,
                  const Numbers& weights) {
    if (deltas.size() != 3 * adjacent.shape(0)) {
        throw std::invalid_argument("target: sizes do not fit");
    }
    return reduction(neighbours(adjacent), deltas.data(), anchors, weights);
}

// The same of the mesh of joggled points that reproduces their places.
py::object target_of_points(const Numbers& joggled, const Numbers& source, const Numbers& anchors,
                            const Numbers& weights) {
    if (source.size() != joggled.size()) throw std::invalid_argument("target: sizes do not fit");
    const auto found = pairs(joggled);
    if (!found) return py::none();
    const Neighbours mesh(*found);
    std::vector<double> wanted(static_cast<std::size_t>(source.size()));
    mesh.deltas(source.data(), wanted.data());
    return reduction(mesh, wanted.data(), anchors, weights);
}

template <class Kind>
using Kept = py::class_<Kind, Rows, std::shared_ptr<Kind>>;

}  // namespace

PYBIND11_MODULE(_native, m) {
    m.doc() = "The compiled kernel: rows, distances and the mesh.";
    m.def("adjacency", &adjacent, "Who is next to whom (V, V) among points (V, 3), or None.");
    m.def("deltas", &deltas, "Laplacian coordinates (V, 3) of points (V, 3).");
    m.def("minimum", &minimum, "Where a QP is least (n,), or (0,) where its bounds cannot all hold.");
    m.def("target", &target, "Factor, offset and constant of the Laplacian cost, or None.");
    m.def("target_of_points", &target_of_points, "The same of points and their mesh, or None.");

    py::class_<Part, std::shared_ptr<Part>>(m, "Part").def(
        py::init([](const Numbers& points, const Numbers& planes) {
            return std::make_shared<Part>(reals(points), reals(planes));
        }));
    bind_surfaces(m);
    py::class_<Obstacle, std::shared_ptr<Obstacle>>(m, "Obstacle").def(py::init(&obstacle));
    py::class_<Placed>(m, "Placed").def(py::init(&placed_obstacle));

    py::class_<Rows, std::shared_ptr<Rows>>(m, "Rows");
    Kept<PointOffsets>(m, "PointOffsets")
        .def(py::init([](const Indices& j, const Numbers& p, const Numbers& d, const Numbers& o) {
            return std::make_shared<PointOffsets>(ints(j), reals(p), reals(d), reals(o));
        }));
    Kept<PointMixture>(m, "PointMixture")
        .def(py::init([](const Indices& j, const Numbers& p, const Numbers& f, const Numbers& o) {
            return std::make_shared<PointMixture>(ints(j), reals(p), reals(f), reals(o));
        }));
    Kept<AxisAlignment>(m, "AxisAlignment")
        .def(py::init([](const Indices& j, const Numbers& axes, const Numbers& targets) {
            return std::make_shared<AxisAlignment>(ints(j), reals(axes), reals(targets));
        }));
    Kept<TangentDifference>(m, "TangentDifference")
        .def(py::init([](const std::vector<Numbers>& others, const Numbers& shares,
                         const std::optional<Numbers>& offset) {
            std::vector<Reals> from;
            for (const auto& q : others) from.push_back(reals(q));
            return std::make_shared<TangentDifference>(std::move(from), reals(shares),
                                                       offset ? reals(*offset) : Reals());
        }));
    Kept<TangentMixture>(m, "TangentMixture")
        .def(py::init([](const Numbers& origin, const Numbers& factor, const Numbers& offset) {
            return std::make_shared<TangentMixture>(reals(origin), reals(factor), reals(offset));
        }));
    Kept<JointOffsets>(m, "JointOffsets").def(py::init([](const Numbers& reference) {
        return std::make_shared<JointOffsets>(reals(reference));
    }));
    Kept<Clearance>(m, "Clearance")
        .def(py::init([](std::vector<Placed> obstacles, std::optional<double> ground,
                         double within) {
            return std::make_shared<Clearance>(std::move(obstacles), ground, within);
        }));
    Kept<SelfClearance>(m, "SelfClearance")
        .def(py::init([](double within, const py::function& touching) {
            return std::make_shared<SelfClearance>(within, measured_pairs(touching));
        }));
    Kept<HandDistances>(m, "HandDistances")
        .def(py::init([](std::vector<Placed> obstacles, const std::vector<Indices>& hulls,
                         double within) {
            std::vector<Ints> own;
            for (const auto& hand : hulls) own.push_back(ints(hand));
            return std::make_shared<HandDistances>(std::move(obstacles), std::move(own), within);
        }));

    py::class_<Asked, std::shared_ptr<Asked>>(m, "Asked")
        .def_static("squares",
                    [](std::shared_ptr<Rows> rows, const Numbers& weight, double constant) {
                        return std::make_shared<Asked>(
                            Asked::squares(std::move(rows), reals(weight), constant));
                    })
        .def_static("within",
                    [](std::shared_ptr<Rows> rows, const Numbers& lower, const Numbers& upper) {
                        return std::make_shared<Asked>(
                            Asked::within(std::move(rows), reals(lower), reals(upper)));
                    });

    py::class_<Model, std::shared_ptr<Model>>(m, "Model")
        .def(py::init(&model))
        .def("evaluate", &evaluated, py::keep_alive<0, 1>())
        .def("search", &search, py::keep_alive<0, 1>());
    py::class_<Search, std::shared_ptr<Search>>(m, "Search")
        .def("solved",
             [](const py::object& self, const Numbers& q, int most) {
                 return searched(self, q, [&](auto& s, auto from) { return s.solved(from, most); });
             })
        .def("improved", [](const py::object& self, const Numbers& q, const Reals& shares) {
            return searched(self, q, [&](auto& s, auto from) { return s.improved(from, shares); });
        });
    py::class_<Evaluated, std::shared_ptr<Evaluated>>(m, "Evaluated")
        .def_property_readonly("cost", &Evaluated::cost)
        .def_property_readonly("violation", &Evaluated::violation)
        .def_property_readonly("figures", &Evaluated::figures)
        .def_property_readonly("counts", &counts)
        .def_property_readonly("posture", [](const Evaluated& at) { return arrays(at.posture()); })
        .def("excess", &Evaluated::excess)
        .def("rows", &rows)
        .def("normal", &normal)
        .def("stacked", &stacked);
}
