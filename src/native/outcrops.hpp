// Points of a surface that stick out of it (kinemesh/proximity/surface.py).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "field.hpp"
#include "triangle.hpp"

namespace kinemesh {

// A point sticks out when the distance, on average over six points this far around it, is larger
// than this [m].
struct Protruding {
    double reach, least;
};

namespace detail {

// Points on a triangle, corners among them, none of its places further than a step from one: rows
// along its longest edge.
template <class Use>
void scatter(const Triangle& triangle, double step, Use use) {
    Vec p = triangle.corner(0), q = triangle.corner(1), r = triangle.corner(2);
    for (int turn = 0; turn < 2 && (length(q - p) < length(r - q) || length(q - p) < length(p - r)); ++turn) {
        const Vec first = p;
        p = q;
        q = r;
        r = first;
    }
    step *= std::sqrt(2.0);  // the side of a square: its middle is a step from its corners
    const double base = length(q - p), height = length(triangle.normal()) / base;
    const double rows = std::max(1.0, std::ceil(height / step));
    for (double row = 0.0; row <= rows; ++row) {
        const double up = row / rows;
        const Vec left = p + up * (r - p), along = (1.0 - up) * (q - p);
        const double places = std::ceil((1.0 - up) * base / step);
        for (double k = 0.0; k <= places; ++k) use(left + (places > 0.0 ? k / places : 0.0) * along);
    }
}

// Cubes of a grid, and which of them are taken: a hash table with linear probing.
class Cubes {
  public:
    Cubes(Vec low, double size, std::size_t most) : low_(low), size_(size) {
        std::size_t room = 16;
        while (room < 2 * most) room *= 2;
        taken_.assign(room, none);
    }
    // Take the cube that a point is in; whether it was free.
    bool take(Vec p) {
        const Vec at = (1.0 / size_) * (p - low_);
        const auto part = [](double x) { return static_cast<std::uint64_t>(std::max(x, 0.0)) & 0x1fffff; };
        const std::uint64_t cube = part(at.x) << 42 | part(at.y) << 21 | part(at.z);
        std::size_t k = (cube * 0x9e3779b97f4a7c15u) >> 20;
        for (;; ++k) {
            std::uint64_t& there = taken_[k & (taken_.size() - 1)];
            if (there == cube) return false;
            if (there != none) continue;
            there = cube;
            return true;
        }
    }

  private:
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    Vec low_;
    double size_;
    std::vector<std::uint64_t> taken_;
};

// The first of the points in each cube.
inline std::vector<Vec> firsts(const std::vector<Vec>& points, Vec low, double size) {
    Cubes cubes(low, size, points.size());
    std::vector<Vec> found;
    for (const Vec p : points) {
        if (cubes.take(p)) found.push_back(p);
    }
    return found;
}

}  // namespace detail

// Of each cube of side `step` the point that sticks out most by the first rule, of points `dense`
// apart or nearer; where it does by any.
inline std::vector<Vec> outcrops(const std::vector<Triangle>& triangles, const Field& field,
                                 double dense, double step, const std::vector<Protruding>& rules) {
    std::vector<Vec> points;
    Vec low{HUGE_VAL, HUGE_VAL, HUGE_VAL};
    for (const Triangle& triangle : triangles) {
        detail::scatter(triangle, dense, [&](Vec p) { points.push_back(p); });
        if (dense <= step) continue;
        // Of what is large all the edges: the edge of a board is a metre long, and a finger thin.
        for (int k = 0; k < 3; ++k) {
            const Vec p = triangle.corner(k), along = triangle.corner((k + 1) % 3) - p;
            const double places = std::ceil(length(along) / step);
            for (double n = 1.0; n < places; ++n) points.push_back(p + (n / places) * along);
        }
    }
    for (const Vec p : points) low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
    const auto out = [&](Vec p, const Protruding& rule) {
        double sum = 0.0;
        for (const double way : {rule.reach, -rule.reach}) {
            sum += field.at(p + Vec{way, 0, 0}) + field.at(p + Vec{0, way, 0}) +
                   field.at(p + Vec{0, 0, way});
        }
        return sum / 6.0 / rule.least;
    };
    std::vector<std::pair<double, Vec>> some;
    for (const Vec p : detail::firsts(points, low, std::max(0.5 * step, 0.8 * std::min(dense, step)))) {
        some.emplace_back(out(p, rules.front()), p);
    }
    // The first of a cube stays: let that be the one that sticks out most.
    std::stable_sort(some.begin(), some.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    points.clear();
    for (const auto& [most, p] : some) points.push_back(p);
    std::vector<Vec> found;
    for (const Vec p : detail::firsts(points, low, step)) {
        const auto sticks = [&](const Protruding& rule) { return out(p, rule) > 1.0; };
        if (std::any_of(rules.begin(), rules.end(), sticks)) found.push_back(p);
    }
    return found;
}

}  // namespace kinemesh
