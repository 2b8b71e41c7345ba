// grid.hpp, proximity.hpp, distance_rows.hpp: where hulls are near the world and one another.
#include "distance_rows.hpp"

#include "support.hpp"

namespace kinemesh {
namespace {

Places nowhere(const Posture&, const Pose&, const Ints&, double) { return {}; }
Meetings nobody(const Posture&, const Ints&, double) { return {}; }

std::shared_ptr<Obstacle> boxed(Vec half, Touching touching = nowhere) {
    auto made = std::make_shared<Obstacle>();
    made->solids.push_back({std::make_shared<Part>(box(half), box_planes(half)), std::move(touching)});
    return made;
}

// The small robot upright with its joints at zero, its base at a height.
Reals upright(double height) { return {0, 0, height, 0, 0, 0, 1, 0, 0, 0}; }

void a_grid_is_linear_between_its_nodes_and_constant_beyond() {
    const std::array<std::size_t, 3> shape{3, 4, 2};
    const Vec origin{0.1, -0.2, 0.3};
    const auto plane = [](Vec p) { return 1.0 + 2.0 * p.x - 3.0 * p.y + 0.5 * p.z; };
    Reals values;
    for (std::size_t x = 0; x < 3; ++x) {
        for (std::size_t y = 0; y < 4; ++y) {
            for (std::size_t z = 0; z < 2; ++z) {
                values.push_back(plane(origin + 0.5 * Vec{1.0 * x, 1.0 * y, 1.0 * z}));
            }
        }
    }
    const Grid grid(values, shape, origin, 0.5);
    Chance chance(31);
    for (int n = 0; n < 2000; ++n) {
        const Vec p = origin + chance.vec();
        const Vec held{std::clamp(p.x, 0.1, 1.1), std::clamp(p.y, -0.2, 1.3), std::clamp(p.z, 0.3, 0.8)};
        CHECK(close(grid.read(p), plane(held), 1e-12));
    }
    const double far = 1e300;
    CHECK(close(grid.read({far, far, far}), plane({1.1, 1.3, 0.8}), 1e-12));
    CHECK(close(grid.read({-HUGE_VAL, -far, -far}), plane(origin), 1e-12));
    grid.read({std::nan(""), HUGE_VAL, 0.0});
    CHECK(Grid({4.0}, {1, 1, 1}, origin, 1.0).read({0, 0, 0}) == 4.0);
    CHECK_THROWS(Grid({}, {0, 1, 1}, origin, 1.0), std::invalid_argument);
    CHECK_THROWS(Grid(values, {3, 4, 3}, origin, 1.0), std::invalid_argument);
}

void a_part_never_calls_clear_what_is_near() {
    const Vec half{0.3, 0.2, 0.1};
    const Part part(box(half), box_planes(half));
    Chance chance(32);
    int clear = 0;
    for (int n = 0; n < 5000; ++n) {
        const Vec p = chance.vec(0.4);
        const Vec out{std::max(std::abs(p.x) - half.x, 0.0), std::max(std::abs(p.y) - half.y, 0.0),
                      std::max(std::abs(p.z) - half.z, 0.0)};
        const double reach = chance.between(-0.1, 0.5);
        if (!part.clear(p, reach)) continue;
        ++clear;
        const double inside = std::max({std::abs(p.x) - half.x, std::abs(p.y) - half.y,
                                        std::abs(p.z) - half.z});
        CHECK((length(out) > 0.0 ? length(out) : inside) >= reach - 1e-12);
    }
    CHECK(clear > 1000);
    CHECK_THROWS(Part({}, box_planes(half)), std::invalid_argument);
    CHECK_THROWS(Part(box(half), {}), std::invalid_argument);
    CHECK_THROWS(Part({1, 2}, {1, 2, 3, 4}), std::invalid_argument);
    CHECK_THROWS(Part(box(half), {1, 2, 3}), std::invalid_argument);
}

void the_ground_is_met_at_the_lowest_corners() {
    const Model model(small_robot());
    const double level = 0.25;
    const Reals q = upright(0.5);
    const Posture p = model.at(q.data());
    // The base is a box 0.4 m high, turned about z only.
    const Places found = near_ground(model, p, level, 0.06);
    int of_base = 0;
    for (const Place& place : found) {
        CHECK(place.normal.z == 1.0 && place.distance < 0.06);
        CHECK(close(place.point.z - level, place.distance, 1e-12));
        if (place.hull != 0) continue;
        ++of_base;
        CHECK(close(place.distance, 0.05, 1e-12));
    }
    CHECK(of_base == 4);
    CHECK(near_ground(model, p, -5.0, 0.06).empty());
    Chance chance(33);
    int compared = 0;
    for (int n = 0; n < 20; ++n) {
        const Reals at = random_configuration(model, chance);
        const Clearance rows({}, model.at(at.data()).spheres[2] - 0.1, 0.3);
        const double off = rates_off(model, rows, at);
        CHECK(off < 1e-6);
        compared += off >= 0.0 && !values_of(model, rows, at).value.empty();
    }
    CHECK(compared > 10);
}

void a_box_under_the_robot_is_met_at_the_corners_of_its_flat_contact() {
    const Model model(small_robot());
    // Its top is at z = 0.1, and the base's underside 2 mm above.
    const Reals q = upright(0.302);
    const Posture p = model.at(q.data());
    const auto table = boxed({2, 2, 0.1});
    const Pose there = frame_of(identity());
    const Places found = table->near(model, p, there, {0}, 0.05);
    CHECK(found.size() >= 4);
    for (const Place& place : found) {
        CHECK(place.hull == 0 && close(place.distance, 0.002, 1e-9));
        CHECK(close(place.normal, {0, 0, 1}, 1e-9) && close(place.point.z, 0.102, 1e-9));
    }
    CHECK(table->near(model, p, there, {0}, 0.001).empty());
    CHECK(table->near(model, p, there, {}, 0.05).empty());
    CHECK_THROWS(table->near(model, p, there, {3}, 0.05), std::out_of_range);
    // A dented hull lets what meets it in by what its grid says.
    auto dented = boxed({2, 2, 0.1});
    dented->dents = std::make_shared<Dents>(Dents{Grid({0.004}, {1, 1, 1}, {0, 0, 0}, 1.0), 0.003});
    for (const Place& place : dented->near(model, p, there, {0}, 0.05)) {
        CHECK(close(place.distance, 0.006, 1e-9));
    }
    // What is measured elsewhere comes first.
    dented->other = [](const Posture&, const Pose&, const Ints& hulls, double within) {
        return Places{{within, {1, 2, 3}, {0, 0, 1}, hulls.front()}};
    };
    const Places first = dented->near(model, p, there, {0}, 0.05);
    CHECK(first.size() == 1 + found.size() && first[0].distance == 0.05);
}

void hulls_that_touch_too_closely_are_asked_for_elsewhere() {
    const Model model(small_robot());
    int asked = 0;
    const auto table = boxed({2, 2, 0.1}, [&](const Posture&, const Pose&, const Ints& hulls, double) {
        ++asked;
        CHECK(hulls == Ints{0});
        return Places{{1e-7, {0, 0, 0.1}, {0, 0, 1}, 0}};
    });
    const Posture p = model.at(upright(0.3 + 1e-7).data());
    const Places found = table->near(model, p, frame_of(identity()), {0}, 0.05);
    CHECK(asked == 1 && found.size() == 5);
    // Two hulls in one place.
    Tables t = small_robot();
    t.hull_joints = {1, 1, 1};
    for (int k = 0; k < 8; ++k) {  // the second stands on the first, exactly
        t.vertices[24 + 3 * k + 2] += 0.23;
        put(&t.vertices[48 + 3 * k], Vec{5.0 + t.vertices[48 + 3 * k], 0.1 * k, 0.0});
    }
    t.centres[5] = 0.23;
    t.centres[6] = 5.0;
    t.radii[2] = 2.0;
    const Model stacked(std::move(t));
    Ints close_pairs;
    const SelfTouching measured = [&](const Posture&, const Ints& pairs, double) {
        close_pairs = pairs;
        return Meetings{{0.0, {0, 0, 0}, {0, 0, 0}, {0, 0, 1}, 0, 1}};
    };
    const Meetings met = near_pairs(stacked, stacked.at(upright(0.0).data()), 0.01, measured);
    CHECK(met.size() == 1 && met[0].one == 0 && met[0].other == 1);
    CHECK(close_pairs == Ints{0} || close(met[0].distance, 0.0, 1e-9));
}

void rates_of_distances_are_differences() {
    const Model model(small_robot());
    Chance chance(34);
    int world = 0, self = 0, hands = 0;
    for (int n = 0; n < 60; ++n) {
        const Reals q = random_configuration(model, chance);
        const Posture p = model.at(q.data());
        Pose there = random_frame(chance, 0.0);
        there.shift = taken(&p.spheres[3 * (n % 3)]) + 0.4 * chance.unit();
        const std::vector<Placed> placed{{boxed({0.15, 0.1, 0.2}), there}};
        const auto check = [&](const Rows& rows, int& count) {
            // Not where a flat contact or an overlap brings more rows or another face.
            for (double d : values_of(model, rows, q).value) {
                if (d < 0.006) return;
            }
            const double off = rates_off(model, rows, q, 1e-6);
            if (off < 0.0) return;
            CHECK(off < 1e-4);
            count += !values_of(model, rows, q).value.empty();
        };
        check(Clearance(placed, {}, 0.3), world);
        check(SelfClearance(0.4, nobody), self);
        const HandDistances each({placed[0], placed[0], placed[0]}, {{0}, {1}, {2, 1}}, 0.1);
        check(each, hands);
        const Reals least = values_of(model, each, q).value;
        CHECK(least.size() == 3 && least[2] <= least[1]);
        for (std::int64_t h = 0; h < 3; ++h) {
            const Reals one = box({0.15, 0.1, 0.2});
            const Closest c = closest(model.cloud(h), model.frame(p, model.joint_of(h)), cloud_of(one),
                                      there, HUGE_VAL, {1, 0, 0});
            if (h < 2 && c.known && c.distance > 0.006) CHECK(close(least[h], c.distance, 1e-9));
        }
    }
    CHECK(world > 10 && self > 10 && hands > 10);
    const Reals high = random_configuration(model, chance);  // upright, corners are level
    Pose floor{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0.25}};
    const HandDistances down({{nullptr, floor}, {nullptr, floor}}, {{0, 1}, {1}}, 0.1);
    const Reals over = values_of(model, down, high).value;
    const Posture raised = model.at(high.data());
    for (std::int64_t h : {0, 1}) {
        const Pose f = model.frame(raised, model.joint_of(h));
        for (std::size_t k = 0; k < model.cloud(h).count; ++k) {
            CHECK(over[0] <= f(model.cloud(h)[k]).z - 0.25 + 1e-12);
        }
    }
    CHECK(over[0] <= over[1] && rates_off(model, down, high, 1e-6) < 1e-4);
    CHECK_THROWS(HandDistances({}, {{0}}, 0.1), std::invalid_argument);
    const Pose far{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {9, 9, 9}};
    const HandDistances none({{boxed({1, 1, 1}), far}}, {{}}, 0.1);
    CHECK_THROWS(values_of(model, none, upright(1.0)), std::runtime_error);
}

}  // namespace

void test_proximity() {
    a_grid_is_linear_between_its_nodes_and_constant_beyond();
    a_part_never_calls_clear_what_is_near();
    the_ground_is_met_at_the_lowest_corners();
    a_box_under_the_robot_is_met_at_the_corners_of_its_flat_contact();
    hulls_that_touch_too_closely_are_asked_for_elsewhere();
    rates_of_distances_are_differences();
}

}  // namespace kinemesh
