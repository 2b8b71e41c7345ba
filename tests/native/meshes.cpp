// delaunay.hpp, mesh.hpp, laplacian.hpp: tetrahedra, who is next to whom, the reduced cost.
#include "mesh.hpp"

#include <memory>
#include <set>

#include "support.hpp"

namespace kinemesh {
namespace {

double volume(Vec a, Vec b, Vec c, Vec d) { return dot(b - a, cross(c - a, d - a)) / 6.0; }

Vec at(const Reals& points, int k) { return taken(&points[3 * k]); }

// The centre of the sphere through four points, from three planes half-way between them.
Vec centre(Vec a, Vec b, Vec c, Vec d) {
    const Vec u = b - a, v = c - a, w = d - a;
    const Vec sum = dot(u, u) * cross(v, w) + dot(v, v) * cross(w, u) + dot(w, w) * cross(u, v);
    return a + (0.5 / dot(u, cross(v, w))) * sum;
}

bool solid(const Delaunay& mesh, const Delaunay::Tetrahedron& t) {
    const auto infinity = std::find(t.corner.begin(), t.corner.end(), mesh.infinity());
    return t.alive && infinity == t.corner.end();
}

double whole_volume(const Delaunay& mesh, const Reals& points) {
    double sum = 0.0;
    for (const auto& t : mesh.tetrahedra) {
        if (!solid(mesh, t)) continue;
        const double part = volume(at(points, t.corner[0]), at(points, t.corner[1]),
                                   at(points, t.corner[2]), at(points, t.corner[3]));
        CHECK(std::abs(part) > 0.0);
        sum += std::abs(part);
    }
    return sum;
}

// Six faces a point that all others are on one side of: the hull, for few points.
double hull_volume(const Reals& points) {
    const int count = static_cast<int>(points.size() / 3);
    Vec middle{0, 0, 0};
    for (int k = 0; k < count; ++k) middle = middle + (1.0 / count) * at(points, k);
    double sum = 0.0;
    for (int a = 0; a < count; ++a) {
        for (int b = a + 1; b < count; ++b) {
            for (int c = b + 1; c < count; ++c) {
                int above = 0, below = 0;
                for (int d = 0; d < count; ++d) {
                    if (d == a || d == b || d == c) continue;
                    const double side = volume(at(points, a), at(points, b), at(points, c), at(points, d));
                    (side > 0.0 ? above : below) += 1;
                }
                if (above && below) continue;
                sum += std::abs(volume(at(points, a), at(points, b), at(points, c), middle));
            }
        }
    }
    return sum;
}

void check_neighbours(const Delaunay& mesh) {
    for (std::size_t t = 0; t < mesh.tetrahedra.size(); ++t) {
        const auto& mine = mesh.tetrahedra[t];
        if (!mine.alive) continue;
        for (int k = 0; k < 4; ++k) {
            const int side = mine.neighbour[k];
            CHECK(side >= 0 && side < static_cast<int>(mesh.tetrahedra.size()));
            const auto& theirs = mesh.tetrahedra[side];
            CHECK(theirs.alive);
            const auto back = std::find(theirs.neighbour.begin(), theirs.neighbour.end(),
                                        static_cast<int>(t));
            CHECK(back != theirs.neighbour.end());
            const std::set<int> corners(theirs.corner.begin(), theirs.corner.end());
            for (int i = 0; i < 4; ++i) CHECK(i == k || corners.count(mine.corner[i]));
        }
    }
}

void spheres_are_empty_and_volumes_add_up_to_the_hull() {
    Chance chance(11);
    for (int n = 0; n < 60; ++n) {
        const int count = 4 + n % 12;
        const Reals points = chance.reals(3 * count);
        Delaunay mesh;
        CHECK(mesh.build(points.data(), count));
        check_neighbours(mesh);
        CHECK(close(whole_volume(mesh, points), hull_volume(points), 1e-9));
        std::set<std::set<int>> found;
        for (const auto& t : mesh.tetrahedra) {
            if (solid(mesh, t)) found.insert({t.corner.begin(), t.corner.end()});
        }
        // All four points with nobody in their sphere, and no others.
        std::size_t empty = 0;
        for (int a = 0; a < count; ++a) {
            for (int b = a + 1; b < count; ++b) {
                for (int c = b + 1; c < count; ++c) {
                    for (int d = c + 1; d < count; ++d) {
                        const Vec m = centre(at(points, a), at(points, b), at(points, c), at(points, d));
                        const double radius = length(m - at(points, a));
                        bool alone = true;
                        for (int e = 0; e < count; ++e) {
                            const bool own = e == a || e == b || e == c || e == d;
                            alone &= own || length(m - at(points, e)) > radius;
                        }
                        empty += alone;
                        CHECK(found.count({a, b, c, d}) == alone);
                    }
                }
            }
        }
        CHECK(empty == found.size());
    }
}

void many_points_in_a_tetrahedron_fill_it_and_a_mesh_is_built_again() {
    Chance chance(12);
    Delaunay mesh;
    for (int count : {20, 150, 400, 60}) {
        Reals points{0, 0, 0, 3, 0.1, 0, 0.2, 3, 0, 0, 0.3, 3};
        while (points.size() < 3 * static_cast<std::size_t>(count)) {
            const double a = chance.between(0, 1), b = chance.between(0, 1), c = chance.between(0, 1);
            if (a + b + c >= 0.99) continue;
            const Vec p = a * at(points, 1) + b * at(points, 2) + c * at(points, 3);
            points.insert(points.end(), {p.x, p.y, p.z});
        }
        CHECK(mesh.build(points.data(), count));
        CHECK(mesh.infinity() == count);
        check_neighbours(mesh);
        const double expected =
            std::abs(volume(at(points, 0), at(points, 1), at(points, 2), at(points, 3)));
        CHECK(close(whole_volume(mesh, points), expected, 1e-9));
        for (const auto& t : mesh.tetrahedra) {
            if (!solid(mesh, t)) continue;
            const Vec m = centre(at(points, t.corner[0]), at(points, t.corner[1]),
                                 at(points, t.corner[2]), at(points, t.corner[3]));
            const double radius = length(m - at(points, t.corner[0]));
            for (int e = 0; e < count; ++e) {
                CHECK(length(m - at(points, e)) > radius * (1.0 - 1e-9));
            }
        }
    }
}

void points_in_degenerate_position_are_refused() {
    Chance chance(13);
    Reals grid, plane, line, same, none = chance.reals(30), round;
    for (int x = 0; x < 4; ++x) {
        for (int y = 0; y < 4; ++y) {
            for (int z = 0; z < 4; ++z) grid.insert(grid.end(), {1.0 * x, 1.0 * y, 1.0 * z});
        }
    }
    for (int k = 0; k < 12; ++k) {
        plane.insert(plane.end(), {chance.normal(), chance.normal(), 0.5});
        line.insert(line.end(), {0.1 * k, 0.2 * k, 0.3 * k});
        same.insert(same.end(), {1, 2, 3});
        const Vec p = chance.unit();  // all on one sphere
        round.insert(round.end(), {p.x, p.y, p.z});
    }
    none[14] = std::nan("");
    Reals twice = chance.reals(30);
    std::copy_n(twice.begin(), 3, twice.begin() + 21);
    for (const Reals* points : {&grid, &plane, &line, &same, &none, &twice}) {
        const int count = static_cast<int>(points->size() / 3);
        Delaunay mesh;
        CHECK(!mesh.build(points->data(), count));
        CHECK(!adjacency(points->data(), count));
    }
    for (int count = 0; count < 4; ++count) CHECK(!Delaunay().build(grid.data(), count));
    Delaunay mesh;
    if (mesh.build(round.data(), 12)) {
        CHECK(close(whole_volume(mesh, round), hull_volume(round), 1e-9));
    }
}

void neighbours_share_a_tetrahedron() {
    Chance chance(14);
    const int count = 40;
    const Reals points = chance.reals(3 * count);
    const auto adjacent = adjacency(points.data(), count);
    CHECK(adjacent && adjacent->count() == count);
    Delaunay mesh;
    CHECK(mesh.build(points.data(), count));
    std::set<std::pair<int, int>> expected;
    for (const auto& t : mesh.tetrahedra) {
        if (!solid(mesh, t)) continue;
        for (int a : t.corner) {
            for (int b : t.corner) expected.insert({a, b});
        }
    }
    for (int a = 0; a < count; ++a) {
        for (int b = 0; b < count; ++b) {
            CHECK(adjacent->has(a, b) == (a != b && expected.count({a, b})));
        }
    }
}

// Laplacian coordinates straight from their definition.
Reals plain_deltas(const bool* adjacent, std::size_t count, const Reals& points) {
    Reals result;
    for (std::size_t i = 0; i < count; ++i) {
        Vec sum{0, 0, 0};
        int near = 0;
        for (std::size_t j = 0; j < count; ++j) {
            if (!adjacent[i * count + j]) continue;
            sum = sum + taken(&points[3 * j]);
            ++near;
        }
        const Vec d = taken(&points[3 * i]) - (near ? 1.0 / near : 0.0) * sum;
        result.insert(result.end(), {d.x, d.y, d.z});
    }
    return result;
}

void the_reduced_cost_is_the_whole_one() {
    Chance chance(15);
    for (std::size_t count : {5, 8, 9, 30}) {
        const auto adjacent = std::make_unique<bool[]>(count * count);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                // Vertex 1 has no neighbour; the others hang together.
                const bool next = j != 1 && i != 1 && (j + 1 >= i - 1 || chance.normal() > 1.0);
                adjacent[i * count + j] = adjacent[j * count + i] = next;
            }
        }
        Pairs pairs(count);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = 0; j < count; ++j) {
                if (adjacent[i * count + j]) pairs.add(i, j);
            }
        }
        const Neighbours mesh(pairs);
        CHECK(mesh.count() == count && mesh.share(1) == 0.0);
        const Reals points = chance.reals(3 * count);
        Reals deltas(3 * count);
        mesh.deltas(points.data(), deltas.data());
        const Reals expected = plain_deltas(adjacent.get(), count, points);
        for (std::size_t k = 0; k < 3 * count; ++k) CHECK(close(deltas[k], expected[k], 1e-14));
        Reals weights;
        for (std::size_t k = 0; k < count; ++k) weights.push_back(chance.between(0.1, 2.0));
        for (std::size_t moving : {std::size_t{3}, count}) {
            const Reals anchors = chance.reals(3 * (count - moving));
            Reals factor(moving * moving), offset(3 * moving);
            double constant = 0.0;
            CHECK(reduced(mesh, moving, deltas.data(), anchors.data(), weights.data(), factor.data(),
                          offset.data(), constant));
            Reals all = chance.reals(3 * moving);
            double reduced_cost = constant, cost = 0.0;
            for (std::size_t i = 0; i < moving; ++i) {
                for (std::size_t j = 0; j < i; ++j) CHECK(factor[i * moving + j] == 0.0);
                for (std::size_t c = 0; c < 3; ++c) {
                    double row = offset[3 * i + c];
                    for (std::size_t j = 0; j < moving; ++j) row += factor[i * moving + j] * all[3 * j + c];
                    reduced_cost += row * row;
                }
            }
            all.insert(all.end(), anchors.begin(), anchors.end());
            const Reals now = plain_deltas(adjacent.get(), count, all);
            for (std::size_t k = 0; k < 3 * count; ++k) {
                cost += weights[k / 3] * (now[k] - deltas[k]) * (now[k] - deltas[k]);
            }
            CHECK(close(reduced_cost, cost, 1e-6 * cost));
        }
        // Nothing holds the vertices: the matrix is not positive.
        const Reals nothing(count, 0.0);
        Reals factor(9), offset(9);
        double constant = 0.0;
        CHECK(!reduced(mesh, 3, deltas.data(), points.data(), nothing.data(), factor.data(),
                       offset.data(), constant));
    }
}

}  // namespace

void test_meshes() {
    spheres_are_empty_and_volumes_add_up_to_the_hull();
    many_points_in_a_tetrahedron_fill_it_and_a_mesh_is_built_again();
    points_in_degenerate_position_are_refused();
    neighbours_share_a_tetrahedron();
    the_reduced_cost_is_the_whole_one();
}

}  // namespace kinemesh
