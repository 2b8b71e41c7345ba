// Numbers at the nodes of a grid, linear in between and constant beyond.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

class Grid {
  public:
    Grid(std::vector<double> values, std::array<std::size_t, 3> shape, Vec origin, double spacing)
        : values_(std::move(values)), shape_(shape), origin_(origin), spacing_(spacing) {
        if (values_.empty() || values_.size() != shape[0] * shape[1] * shape[2]) {
            throw std::invalid_argument("a grid needs values (X, Y, Z)");
        }
    }

    double read(Vec point) const {
        const double off[3] = {point.x - origin_.x, point.y - origin_.y, point.z - origin_.z};
        std::size_t low[3], high[3];
        double share[3];
        for (int c = 0; c < 3; ++c) {
            const double at = off[c] / spacing_;
            const double held = at > 0.0 ? std::min(at, static_cast<double>(shape_[c] - 1)) : 0.0;
            low[c] = static_cast<std::size_t>(held);
            high[c] = std::min(low[c] + 1, shape_[c] - 1);
            share[c] = held - static_cast<double>(low[c]);
        }
        double sum = 0.0;
        for (int corner = 0; corner < 8; ++corner) {
            std::size_t node[3];
            double weight = 1.0;
            for (int c = 0; c < 3; ++c) {
                const bool up = corner >> c & 1;
                node[c] = up ? high[c] : low[c];
                weight *= up ? share[c] : 1.0 - share[c];
            }
            sum += weight * values_[(node[0] * shape_[1] + node[1]) * shape_[2] + node[2]];
        }
        return sum;
    }

  private:
    std::vector<double> values_;
    std::array<std::size_t, 3> shape_;
    Vec origin_;
    double spacing_;
};

// How far a hull may be entered where it is met, in its own frame; nearer than `within` [m] only.
struct Dents {
    Grid depths;
    double within;
};

}  // namespace kinemesh
