// Distance of two convex hulls, by the algorithm of Gilbert, Johnson and Keerthi (1988).
#pragma once

#include "epa.hpp"
#include "simplex.hpp"

namespace kinemesh {

struct Closest {
    double distance;    // [m]; below zero where the hulls overlap
    Vec first, second;  // nearest points in the world
    Vec normal;         // from the second to the first
    bool within;        // whether the distance is below the limit that was asked for
    bool known;         // whether all this could be told; if not, they touch or overlap
};

namespace detail {

// The point of the difference of two hulls that is furthest along a direction.
inline Corner furthest(const Cloud& one, const Pose& at, const Cloud& other, const Pose& there,
                       Vec d) {
    Corner c;
    c.i = static_cast<std::uint32_t>(one.which(at.unturned(d)));
    c.j = static_cast<std::uint32_t>(other.which(there.unturned(-1.0 * d)));
    c.w = at(one[c.i]) - there(other[c.j]);
    return c;
}

// The two points that a place of a simplex is made of.
inline std::pair<Vec, Vec> places(const Cloud& one, const Pose& at, const Cloud& other,
                                  const Pose& there, const Simplex& s) {
    Vec a{0, 0, 0}, b{0, 0, 0};
    for (int k = 0; k < s.size; ++k) {
        a = a + s.share[k] * at(one[s.corner[k].i]);
        b = b + s.share[k] * there(other[s.corner[k].j]);
    }
    return {a, b};
}

inline Closest deepest(const Cloud& one, const Pose& at, const Cloud& other, const Pose& there,
                       const Simplex& s) {
    const Closest unknown{0.0, {}, {}, {}, true, false};
    Polytope polytope;
    if (!polytope.start(s)) return unknown;
    for (int round = 0; round < 128; ++round) {
        const Facet f = polytope.nearest();
        const Corner c = furthest(one, at, other, there, f.normal);
        if (dot(f.normal, c.w) - f.height > 1e-10 && !polytope.has(c)) {
            if (!polytope.grow(c)) return unknown;
            continue;
        }
        const auto [first, second] = places(one, at, other, there, polytope.nearest_place(f));
        return {-f.height, first, second, -1.0 * f.normal, true, true};
    }
    return unknown;
}

}  // namespace detail

// The distance of two hulls, or only that it is not below `within` [m].
//
// `direction`: where to look first, in the world, from the second to the first.
inline Closest closest(const Cloud& one, const Pose& at, const Cloud& other, const Pose& there,
                       double within, Vec direction) {
    using namespace detail;
    const double tiny = 1e-24;  // a squared distance [m^2] that counts as none
    Simplex s;
    Vec v = direction;
    if (dot(v, v) < tiny) v = {1.0, 0.0, 0.0};
    double squared = HUGE_VAL;
    for (int round = 0; round < 64; ++round) {
        // The point of the difference of the hulls that is furthest towards the origin.
        const Corner c = detail::furthest(one, at, other, there, -1.0 * v);
        const double ahead = dot(v, c.w), size = length(v);
        if (ahead > within * size) return {ahead / size, {}, {}, {}, false, true};
        if (s.size) {
            // No nearer point is to be had: v is the answer to twelve digits of its square.
            if (squared - ahead <= 1e-12 * squared) break;
            bool known = false;
            for (int k = 0; k < s.size; ++k) {
                known |= s.corner[k].i == c.i && s.corner[k].j == c.j;
            }
            if (known) break;
        }
        const Simplex before = s;
        s.corner[s.size++] = c;
        bool outside = true;
        switch (s.size) {
            case 1: s.share[0] = 1.0; break;
            case 2: closest_on_segment(s); break;
            case 3: closest_on_triangle(s); break;
            default: outside = closest_on_tetrahedron(s);
        }
        if (!outside) return deepest(one, at, other, there, s);
        v = s.point();
        const double now = dot(v, v);
        if (now < tiny) return {0.0, {}, {}, {}, true, false};
        if (now >= squared) {  // rounding: no further progress
            if (squared - ahead > 1e-7 * squared) return {0.0, {}, {}, {}, true, false};
            s = before;
            break;
        }
        squared = now;
    }
    const auto [a, b] = places(one, at, other, there, s);
    const double distance = length(a - b);
    // Of two points so near to each other no direction can be told.
    if (distance < 2e-6) return {0.0, {}, {}, {}, true, false};
    return {distance, a, b, (1.0 / distance) * (a - b), distance < within, true};
}

}  // namespace kinemesh
