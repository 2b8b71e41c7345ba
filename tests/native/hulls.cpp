// simplex.hpp, gjk.hpp, epa.hpp: nearest points of simplices, distances and depths of hulls.
#include "gjk.hpp"

#include "support.hpp"

namespace kinemesh {
namespace {

double lowest(const Cloud& cloud, const Pose& f, Vec n) {
    double least = HUGE_VAL;
    for (std::size_t k = 0; k < cloud.count; ++k) least = std::min(least, dot(n, f(cloud[k])));
    return least;
}

// How far the planes across n that touch two hulls are apart: no more than the hulls are.
double gap_along(const Cloud& one, const Pose& at, const Cloud& other, const Pose& there, Vec n) {
    return lowest(one, at, n) + lowest(other, there, -1.0 * n);
}

void the_row_that_reaches_highest_is_found_and_of_equals_the_first() {
    Chance chance(1);
    for (std::size_t count = 1; count < 40; ++count) {
        for (std::size_t width : {3, 4}) {
            Reals rows = chance.reals(width * count);
            if (count > 9) std::copy_n(rows.begin(), width, rows.end() - width);
            const Columns columns(rows.data(), count, width);
            for (int n = 0; n < 5; ++n) {
                // Towards the row that there is twice, too.
                const Vec p = n ? chance.vec() : 100.0 * columns[0];
                std::size_t best = 0;
                const auto at = [&](std::size_t k) {
                    const double* row = rows.data() + width * k;
                    return ((row[0] * p.x + row[1] * p.y) + row[2] * p.z) +
                           (width > 3 ? row[3] : 0.0);
                };
                for (std::size_t k = 1; k < count; ++k) best = at(k) > at(best) ? k : best;
                CHECK(columns.which(p) == best);
                CHECK(close(columns.highest(p), at(best), 1e-12));
                const Largest plain =
                    detail::largest_plain(columns.x.data(), columns.y.data(), columns.z.data(),
                                          columns.d.data(), columns.x.size(), p);
                CHECK(plain.row == best && plain.value == columns.highest(p));
            }
        }
    }
}

// A point of a hull is nearest to the origin where no corner is nearer along it.
void check_nearest(const detail::Simplex& found, const std::vector<Vec>& corners) {
    double whole = 0.0;
    for (int k = 0; k < found.size; ++k) {
        CHECK(found.share[k] >= 0.0);
        whole += found.share[k];
    }
    CHECK(close(whole, 1.0, 1e-12));
    const Vec v = found.point();
    for (const Vec& w : corners) CHECK(dot(v, w - v) >= -1e-9 * (1.0 + dot(w, w)));
}

void the_nearest_place_of_a_simplex_is_nearest() {
    Chance chance(2);
    int inside = 0, outside = 0;
    for (int n = 0; n < 6000; ++n) {
        const int size = 2 + n % 3;
        const Vec middle = chance.vec(n % 2 ? 0.1 : 1.5);
        std::vector<Vec> corners;
        detail::Simplex s;
        for (int k = 0; k < size; ++k) {
            corners.push_back(middle + chance.vec());
            s.corner[s.size++] = {corners.back(), static_cast<std::uint32_t>(k), 0};
        }
        if (size == 2) detail::closest_on_segment(s);
        if (size == 3) detail::closest_on_triangle(s);
        if (size == 4 && !detail::closest_on_tetrahedron(s)) {
            ++inside;
            // Every corner's face has the origin on the corner's side.
            for (int k = 0; k < 4; ++k) {
                const Vec a = corners[(k + 1) % 4], b = corners[(k + 2) % 4];
                const Vec normal = cross(b - a, corners[(k + 3) % 4] - a);
                CHECK(dot(normal, corners[k] - a) * dot(normal, -1.0 * a) >= 0.0);
            }
            continue;
        }
        ++outside;
        check_nearest(s, corners);
    }
    CHECK(inside > 50 && outside > 1000);
}

void simplices_that_are_flat_or_a_point_have_a_nearest_place() {
    const Vec a{1, 2, 3}, b{2, 2, 3};
    detail::Simplex s;
    s.size = 2;
    s.corner[0] = s.corner[1] = {a, 0, 0};
    detail::closest_on_segment(s);
    CHECK(close(s.point(), a, 0.0));
    detail::Simplex flat;
    flat.size = 4;
    for (int k = 0; k < 4; ++k) flat.corner[k] = {a + (0.3 * k) * (b - a), 0, 0};
    CHECK(detail::closest_on_tetrahedron(flat));
    CHECK(close(flat.point(), a, 1e-12));
    detail::Polytope polytope;
    CHECK(!polytope.start(s) && !polytope.start(flat));
}

void boxes_are_as_far_apart_or_as_deep_as_their_faces_say() {
    Chance chance(3);
    int apart = 0, deep = 0;
    for (int n = 0; n < 2000; ++n) {
        const auto size = [&] { return Vec{chance.between(0.1, 1), chance.between(0.1, 1),
                                           chance.between(0.1, 1)}; };
        const Vec one = size(), other = size(), off = chance.vec(0.7);
        const double gaps[3] = {std::abs(off.x) - one.x - other.x, std::abs(off.y) - one.y - other.y,
                                std::abs(off.z) - one.z - other.z};
        double expected = *std::max_element(gaps, gaps + 3);
        if (expected > 0.0) {
            double sum = 0.0;
            for (double gap : gaps) sum += gap > 0.0 ? gap * gap : 0.0;
            expected = std::sqrt(sum);
        }
        if (std::abs(expected) < 1e-5) continue;  // too close to tell
        // Both turned and moved alike.
        const Pose at = random_frame(chance, 1.0);
        const Pose there{{at.row[0], at.row[1], at.row[2]}, at(off)};
        const Reals corners = box(one), others = box(other);
        const Cloud first = cloud_of(corners), second = cloud_of(others);
        const Vec guess = n % 3 ? at.shift - there.shift : n % 2 ? chance.vec() : Vec{0, 0, 0};
        const Closest c = closest(first, at, second, there, HUGE_VAL, guess);
        CHECK(c.known && c.within);
        CHECK(close(c.distance, expected, 1e-8));
        CHECK(close(c.first - c.second, c.distance * c.normal, 1e-8));
        (expected > 0.0 ? apart : deep) += 1;
        // Only that it is no nearer than a limit, or all of it.
        const Closest limited = closest(first, at, second, there, expected - 1e-4, guess);
        CHECK(!limited.within || !(expected > 0.0));
        if (!limited.within) CHECK(limited.distance <= expected + 1e-9);
        CHECK(closest(first, at, second, there, std::abs(expected) + 1e-4, guess).within);
    }
    CHECK(apart > 300 && deep > 300);
}

void hulls_of_chance_are_parted_by_the_planes_across_the_normal() {
    Chance chance(4);
    int apart = 0, deep = 0, unknown = 0;
    for (int n = 0; n < 1500; ++n) {
        Reals points = chance.reals(3 * (4 + chance.below(60)), 0.2);
        Reals others = chance.reals(3 * (4 + chance.below(60)), 0.2);
        // Corners that there are twice.
        if (n % 4 == 0) points.insert(points.end(), points.begin(), points.begin() + 9);
        const Cloud one = cloud_of(points), other = cloud_of(others);
        const Pose at = random_frame(chance, 0.3), there = random_frame(chance, 0.3);
        const Closest c = closest(one, at, other, there, HUGE_VAL, at.shift - there.shift);
        if (!c.known) {
            ++unknown;
            continue;
        }
        CHECK(close(length(c.normal), 1.0, 1e-9));
        CHECK(close(c.first - c.second, c.distance * c.normal, 1e-7));
        CHECK(close(gap_along(one, at, other, there, c.normal), c.distance, 1e-7));
        for (int k = 0; k < 50; ++k) {
            CHECK(gap_along(one, at, other, there, chance.unit()) <= c.distance + 1e-9);
        }
        (c.distance > 0.0 ? apart : deep) += 1;
    }
    CHECK(apart > 200 && deep > 200 && unknown < 5);
}

void hulls_without_inside_are_measured_or_said_to_be_unknown() {
    Chance chance(5);
    const Reals point{0.1, 0.2, 0.3}, needle{0, 0, 0, 1, 0, 0};
    const Reals square{0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0}, cube = box({1, 1, 1});
    const Reals twice{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const Pose origin = frame_of(identity());
    int known = 0;
    for (const Reals* a : {&point, &needle, &square, &cube, &twice}) {
        for (const Reals* b : {&point, &needle, &square, &cube, &twice}) {
            const Cloud one = cloud_of(*a), other = cloud_of(*b);
            // In each other's place they touch or overlap: never a positive distance.
            const Closest touching = closest(one, origin, other, origin, HUGE_VAL, {0, 0, 0});
            if (touching.known && touching.distance > 0.0) {
                CHECK(close(gap_along(one, origin, other, origin, touching.normal),
                            touching.distance, 1e-9));
            }
            for (int n = 0; n < 20; ++n) {
                const Pose away = random_frame(chance, 0.5);
                const Closest c = closest(one, away, other, origin, HUGE_VAL, {0, 0, 0});
                if (!c.known) continue;
                ++known;
                CHECK(close(gap_along(one, away, other, origin, c.normal), c.distance, 1e-7));
            }
        }
    }
    CHECK(known > 300);
    const Cloud one = cloud_of(cube);
    const Pose beside{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {2, 0, 0}};
    const Closest touching = closest(one, origin, one, beside, HUGE_VAL, {1, 0, 0});
    CHECK(!touching.known || close(touching.distance, 0.0, 1e-9));
    CHECK(touching.within);
}

void numbers_that_are_none_end_too() {
    const double none = std::nan("");
    const Reals cube = box({1, 1, 1}), broken{none, 0, 0, 1, none, 0, 0, 0, none, 1, 1, 1};
    const Pose origin = frame_of(identity());
    const Closest c = closest(cloud_of(cube), origin, cloud_of(broken), origin, 1.0, {1, 0, 0});
    CHECK(!(c.known && c.within && c.distance > 1.0));
}

}  // namespace

void test_hulls() {
    the_row_that_reaches_highest_is_found_and_of_equals_the_first();
    the_nearest_place_of_a_simplex_is_nearest();
    simplices_that_are_flat_or_a_point_have_a_nearest_place();
    boxes_are_as_far_apart_or_as_deep_as_their_faces_say();
    hulls_of_chance_are_parted_by_the_planes_across_the_normal();
    hulls_without_inside_are_measured_or_said_to_be_unknown();
    numbers_that_are_none_end_too();
}

}  // namespace kinemesh
