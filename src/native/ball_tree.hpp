// Points in a tree of balls.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

class BallTree {
  public:
    // A ball around points `first` to `last` of `points`. Its halves: the next ball, and `other`;
    // none where that is 0.
    struct Ball {
        Vec centre;
        double radius;
        std::uint32_t first, last, other;
    };

    explicit BallTree(const std::vector<Vec>& from) {
        std::vector<std::uint32_t> order(from.size());
        std::iota(order.begin(), order.end(), 0u);
        if (!from.empty()) split(from, order, 0, static_cast<std::uint32_t>(from.size()));
        for (const std::uint32_t k : order) points_.push_back(from[k]);
    }

    bool empty() const { return points_.empty(); }
    const Ball& ball(std::uint32_t k) const { return balls_[k]; }
    Vec point(std::uint32_t k) const { return points_[k]; }

  private:
    static constexpr std::uint32_t few = 6;  // points that are not divided further

    void split(const std::vector<Vec>& from, std::vector<std::uint32_t>& order, std::uint32_t first,
               std::uint32_t last) {
        Vec low = from[order[first]], high = low;
        for (std::uint32_t k = first; k < last; ++k) {
            const Vec p = from[order[k]];
            low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
            high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
        }
        const Vec centre = 0.5 * (low + high), size = high - low;
        double radius = 0.0;
        for (std::uint32_t k = first; k < last; ++k) {
            radius = std::max(radius, length(from[order[k]] - centre));
        }
        const std::size_t own = balls_.size();
        balls_.push_back({centre, radius, first, last, 0});
        if (last - first <= few) return;
        const std::uint32_t middle = first + (last - first) / 2;
        const auto along = [&](std::uint32_t k) {
            const Vec p = from[k];
            return size.x >= size.y && size.x >= size.z ? p.x : size.y >= size.z ? p.y : p.z;
        };
        std::nth_element(order.begin() + first, order.begin() + middle, order.begin() + last,
                         [&](std::uint32_t a, std::uint32_t b) {
                             return std::make_pair(along(a), a) < std::make_pair(along(b), b);
                         });
        split(from, order, first, middle);
        balls_[own].other = static_cast<std::uint32_t>(balls_.size());
        split(from, order, middle, last);
    }

    std::vector<Vec> points_;  // ball by ball
    std::vector<Ball> balls_;
};

}  // namespace kinemesh
