// triangle.hpp, baking.hpp, field.hpp, outcrops.hpp, ball_tree.hpp, places.hpp, surface.hpp: true
// surfaces, made and met.
#include "surface.hpp"

#include "baking.hpp"
#include "outcrops.hpp"
#include "support.hpp"

namespace kinemesh {
namespace {

constexpr Vec half{0.3, 0.2, 0.1};

// The triangles of a box about the origin, which look outwards.
std::vector<Triangle> box_triangles() {
    const Reals c = box(half);
    const auto corner = [&](int k) { return taken(&c[3 * k]); };
    const int faces[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4},
                             {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};
    std::vector<Triangle> found;
    for (const auto& f : faces) {
        found.emplace_back(corner(f[0]), corner(f[1]), corner(f[2]));
        found.emplace_back(corner(f[0]), corner(f[2]), corner(f[3]));
    }
    return found;
}

// The signed distance of a point to the box.
double to_box(Vec p) {
    const double x = std::abs(p.x) - half.x, y = std::abs(p.y) - half.y, z = std::abs(p.z) - half.z;
    const Vec out{std::max(x, 0.0), std::max(y, 0.0), std::max(z, 0.0)};
    return length(out) + std::min(std::max({x, y, z}), 0.0);
}

void the_nearest_place_of_a_triangle_is_nearer_than_all_others() {
    Chance chance(71);
    for (int k = 0; k < 60; ++k) {
        const Triangle t(chance.vec(), chance.vec(), chance.vec());
        CHECK(close(t.corner(0), t.a, 0.0) && close(t.corner(2), t.a + t.v, 1e-15));
        const Vec p = chance.vec(2.0), near = t.nearest(p);
        double least = HUGE_VAL, itself = HUGE_VAL;
        for (int i = 0; i <= 60; ++i) {
            for (int j = 0; i + j <= 60; ++j) {
                const Vec q = t.a + (i / 60.0) * t.u + (j / 60.0) * t.v;
                least = std::min(least, length(p - q));
                itself = std::min(itself, length(near - q));
            }
        }
        CHECK(length(p - near) <= least + 1e-12);
        CHECK(itself <= (length(t.u) + length(t.v)) / 60.0);
    }
}

Nodes some_nodes(double spacing) {
    const auto along = [&](double size) { return static_cast<std::int64_t>((2 * size + 0.13) / spacing) + 1; };
    return {{along(half.x), along(half.y), along(half.z)},
            {-half.x - 0.063, -half.y - 0.067, -half.z - 0.061},
            spacing};
}

void baked_distances_are_those_of_the_box() {
    const Nodes nodes = some_nodes(0.02);
    const std::vector<Triangle> triangles = box_triangles();
    const Distances distances(nodes, triangles);
    const Sides sides(nodes, triangles);
    std::vector<Triangle> open = triangles;
    open.pop_back();
    const Sides holed(nodes, open);
    int inside = 0, untold = 0;
    for (std::int64_t i = 0; i < nodes.count[0]; ++i) {
        for (std::int64_t j = 0; j < nodes.count[1]; ++j) {
            for (std::int64_t k = 0; k < nodes.count[2]; ++k) {
                const std::int64_t n = nodes.flat(i, j, k);
                const double truth = to_box(nodes.place(i, j, k));
                CHECK(distances[n] >= std::abs(truth) - 1e-6);
                CHECK(distances[n] <= std::abs(truth) + (std::abs(truth) < nodes.spacing ? 1e-6 : 1e-3));
                CHECK(sides.values()[n] == (truth < 0.0 ? -1 : 1));
                inside += truth < 0.0;
                untold += holed.values()[n] == 0;
                // Where the lines tell something in spite of a hole, it is true.
                if (holed.values()[n]) CHECK(holed.values()[n] == sides.values()[n]);
            }
        }
    }
    CHECK(inside > 100 && untold < inside);
}

std::shared_ptr<const Field> box_field(double spacing) {
    const Nodes nodes = some_nodes(spacing);
    std::vector<float> values;
    for (std::int64_t i = 0; i < nodes.count[0]; ++i) {
        for (std::int64_t j = 0; j < nodes.count[1]; ++j) {
            for (std::int64_t k = 0; k < nodes.count[2]; ++k) {
                values.push_back(static_cast<float>(to_box(nodes.place(i, j, k))));
            }
        }
    }
    std::array<std::size_t, 3> shape{};
    for (int c = 0; c < 3; ++c) shape[c] = static_cast<std::size_t>(nodes.count[c]);
    return std::make_shared<Field>(values, shape, nodes.place(0, 0, 0), spacing);
}

void a_field_is_blended_between_its_nodes_and_goes_on_beyond_them() {
    // a + b x + c y + d z is its own blend.
    std::vector<float> values;
    for (int n = 0; n < 24; ++n) {
        values.push_back(1.0f + 2.0f * static_cast<float>(n / 12) - static_cast<float>(n / 4 % 3) +
                         0.5f * static_cast<float>(n % 4));
    }
    const Field linear(values, {2, 3, 4}, {-1, 0, 1}, 0.5);
    Chance chance(72);
    for (int k = 0; k < 50; ++k) {
        const Vec p{chance.between(-1, -0.5), chance.between(0, 1), chance.between(1, 2.5)};
        const double value = 1.0 + 4.0 * (p.x + 1) - 2.0 * p.y + (p.z - 1);
        Vec slope{};
        CHECK(close(linear.at(p), value, 1e-6) && close(linear.at(p, slope), value, 1e-6));
        CHECK(close(slope, {4, -2, 1}, 1e-5));
    }
    const auto field = box_field(0.02);
    for (int k = 0; k < 200; ++k) {
        const Vec p = chance.vec(0.4);
        Vec slope{};
        CHECK(field->at(p) == field->at(p, slope));
        const double h = 1e-6;
        const Vec ways[3] = {{h, 0, 0}, {0, h, 0}, {0, 0, h}};
        const double found[3] = {slope.x, slope.y, slope.z};
        for (int c = 0; c < 3; ++c) {
            const double up = field->at(p + ways[c]), down = field->at(p - ways[c]);
            // A difference across a cell's side is none of its slope.
            if (std::abs(up + down - 2 * field->at(p)) > 1e-10) continue;
            CHECK(close((up - down) / (2 * h), found[c], 1e-4));
        }
        if (to_box(p) > 0.2) CHECK(field->at(p) > 0.1);
    }
    CHECK_THROWS(Field({1.0f}, {1, 1, 1}, {0, 0, 0}, 1.0), std::invalid_argument);
    CHECK_THROWS(Field(std::vector<float>(7), {2, 2, 2}, {0, 0, 0}, 1.0), std::invalid_argument);
}

void edges_of_a_box_stick_out_and_its_faces_do_not() {
    const auto field = box_field(0.01);
    const std::vector<Protruding> rules{{0.01, 0.0015}};
    const std::vector<Vec> found = outcrops(box_triangles(), *field, 0.004, 0.01, rules);
    CHECK(found.size() > 100);
    for (const Vec p : found) {
        CHECK(close(to_box(p), 0.0, 1e-12));
        const double gaps[3] = {half.x - std::abs(p.x), half.y - std::abs(p.y), half.z - std::abs(p.z)};
        CHECK((gaps[0] < 0.02) + (gaps[1] < 0.02) + (gaps[2] < 0.02) >= 2);
    }
    // No corner is missed.
    const Reals corners = box(half);
    for (int k = 0; k < 8; ++k) {
        double least = HUGE_VAL;
        for (const Vec p : found) least = std::min(least, length(p - taken(&corners[3 * k])));
        CHECK(least < 0.02);
    }
    // Of what is large no edge is, however far apart the points of its faces are.
    const std::vector<Vec> coarse = outcrops(box_triangles(), *field, 0.2, 0.005, rules);
    for (double along = -0.95; along < 1.0; along += 0.05) {
        const Vec edge{along * half.x, half.y, -half.z};
        double least = HUGE_VAL;
        for (const Vec p : coarse) least = std::min(least, length(p - edge));
        CHECK(least < 0.0075);
    }
}

void every_point_is_in_one_leaf_and_in_all_balls_around_it() {
    Chance chance(73);
    for (std::size_t count : {0, 1, 6, 7, 100}) {
        std::vector<Vec> points;
        for (std::size_t k = 0; k < count; ++k) points.push_back(k % 3 ? chance.vec() : Vec{1, 1, 1});
        const BallTree tree(points);
        CHECK(tree.empty() == (count == 0));
        std::vector<std::uint32_t> left;
        std::size_t seen = 0;
        if (count) left.push_back(0);
        while (!left.empty()) {
            const auto k = left.back();
            left.pop_back();
            const auto& ball = tree.ball(k);
            for (auto n = ball.first; n < ball.last; ++n) {
                CHECK(length(tree.point(n) - ball.centre) <= ball.radius + 1e-12);
            }
            if (!ball.other) {
                seen += ball.last - ball.first;
                continue;
            }
            CHECK(tree.ball(k + 1).first == ball.first && tree.ball(ball.other).last == ball.last);
            CHECK(tree.ball(k + 1).last == tree.ball(ball.other).first);
            left.push_back(k + 1);
            left.push_back(ball.other);
        }
        CHECK(seen == count);
    }
}

void hulls_are_met_where_vertices_and_points_that_stick_out_are_nearest() {
    const Tables tables = small_robot();
    const Model model(tables);
    const Vec halves[3] = {{0.1, 0.15, 0.2}, {0.05, 0.04, 0.03}, {0.06, 0.03, 0.08}};
    std::vector<Columns> planes;
    for (const Vec& h : halves) planes.emplace_back(box_planes(h).data(), 6, 4);
    const auto facets = std::make_shared<Facets>(planes, tables.vertices, tables.starts, tables.centres);
    const auto field = box_field(0.01);
    const std::vector<Vec> points = outcrops(box_triangles(), *field, 0.004, 0.01, {{0.01, 0.0015}});
    const Choice choice{0.01, 0.003, 0.015, 1e-4};
    const Surface surface(field, facets, points, choice);
    Chance chance(74);
    int met = 0, poked = 0;
    for (int k = 0; k < 200; ++k) {
        const Posture at = model.at(random_configuration(model, chance).data());
        Pose there = random_frame(chance, 0.0);
        there.shift = taken(&at.spheres[3 * chance.below(3)]) + chance.between(0.05, 0.4) * chance.unit();
        Places places;
        surface.add(model, at, there, {0, 1, 2}, 0.05, places);
        for (std::int64_t h = 0; h < 3; ++h) {
            const Pose own = model.frame(at, model.joint_of(h));
            double vertex = HUGE_VAL, point = HUGE_VAL, found = HUGE_VAL;
            for (std::size_t n = 0; n < 8; ++n) {
                vertex = std::min(vertex, field->at(there.unturned(own(model.cloud(h)[n]) - there.shift)));
            }
            for (const Vec p : points) {
                point = std::min(point, planes[h].highest(own.unturned(there(p) - own.shift)));
            }
            for (const Place& place : places) {
                if (place.hull != h) continue;
                found = std::min(found, place.distance);
                CHECK(close(length(place.normal), 1.0, 1e-9));
            }
            const double expected = std::min(vertex < 0.05 ? vertex : HUGE_VAL,
                                             point < choice.pokes ? point : HUGE_VAL);
            // Spheres that are off are not asked.
            const double off = field->at(there.unturned(taken(&at.spheres[3 * h]) - there.shift));
            if (off - model.radius(h) >= 0.05) continue;
            CHECK(expected == HUGE_VAL ? found == HUGE_VAL : close(found, expected - choice.doubt, 1e-9));
            met += expected < HUGE_VAL;
            poked += point < vertex && point < choice.pokes;
        }
    }
    CHECK(met > 50 && poked > 5);
    CHECK_THROWS(Facets(planes, tables.vertices, {0, 9, 99}, tables.centres), std::invalid_argument);
}

}  // namespace

void test_surfaces() {
    the_nearest_place_of_a_triangle_is_nearer_than_all_others();
    baked_distances_are_those_of_the_box();
    a_field_is_blended_between_its_nodes_and_goes_on_beyond_them();
    edges_of_a_box_stick_out_and_its_faces_do_not();
    every_point_is_in_one_leaf_and_in_all_balls_around_it();
    hulls_are_met_where_vertices_and_points_that_stick_out_are_nearest();
}

}  // namespace kinemesh
