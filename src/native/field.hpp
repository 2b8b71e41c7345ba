// Signed distances to a surface on a grid (kinemesh/geometry/field.py), looked up.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

class Field {
  public:
    Field(std::vector<float> values, std::array<std::size_t, 3> shape, Vec origin, double spacing)
        : values_(std::move(values)), shape_(shape), origin_(origin), spacing_(spacing),
          nodes_(1.0 / spacing) {
        if (std::min({shape[0], shape[1], shape[2]}) < 2 || !(spacing > 0.0) ||
            values_.size() != shape[0] * shape[1] * shape[2]) {
            throw std::invalid_argument("a field needs values (X, Y, Z), two along a side at least");
        }
    }

    // Off the grid the distance to its box comes in at a right angle.
    double at(Vec point) const {
        const Cell cell = cell_of(point);
        const double value = blended(cell);
        return cell.off > 0.0 ? std::sqrt(cell.off + value * value) : value;
    }

    // The same, and its gradient.
    double at(Vec point, Vec& gradient) const {
        const Cell cell = cell_of(point);
        const double x = cell.share[0], y = cell.share[1], z = cell.share[2];
        const float* f = cell.first;
        const std::size_t up = shape_[2], on = shape_[1] * shape_[2];
        // Along x at the four (y, z), along y at the two z, along z.
        const auto slope = [&](std::size_t k) { return double(f[k + on]) - double(f[k]); };
        const auto plane = [&](std::size_t k) { return f[k] + slope(k) * x; };
        const double p00 = plane(0), p01 = plane(1), p10 = plane(up), p11 = plane(up + 1);
        const double low = p00 + (p10 - p00) * y, high = p01 + (p11 - p01) * y;
        const double value = low + (high - low) * z;
        const double s0 = slope(0) * (1.0 - y) + slope(up) * y;
        const double s1 = slope(1) * (1.0 - y) + slope(up + 1) * y;
        gradient = nodes_ * Vec{s0 * (1.0 - z) + s1 * z,
                                          (p10 - p00) * (1.0 - z) + (p11 - p01) * z, high - low};
        if (!(cell.off > 0.0)) return value;
        const double total = std::sqrt(cell.off + value * value);
        const auto outer = [&](double beyond, double inner) {
            return (beyond != 0.0 ? beyond : value * inner) / std::max(total, 1e-12);
        };
        gradient = {outer(cell.beyond.x, gradient.x), outer(cell.beyond.y, gradient.y),
                    outer(cell.beyond.z, gradient.z)};
        return total;
    }

  private:
    struct Cell {
        const float* first;           // value at its lowest node
        std::array<double, 3> share;  // place in it, 0 to 1
        Vec beyond;                   // how far off the grid [m]
        double off;                   // the square of that
    };

    Cell cell_of(Vec point) const {
        const double wanted[3] = {(point.x - origin_.x) * nodes_, (point.y - origin_.y) * nodes_,
                                  (point.z - origin_.z) * nodes_};
        Cell cell{};
        std::size_t node[3];
        double beyond[3];
        for (int c = 0; c < 3; ++c) {
            const double last = static_cast<double>(shape_[c] - 1);
            const double held = std::min(std::max(wanted[c], 0.0), last);
            node[c] = std::min(static_cast<std::size_t>(held), shape_[c] - 2);
            cell.share[c] = held - static_cast<double>(node[c]);
            beyond[c] = (wanted[c] - held) * spacing_;
        }
        cell.first = values_.data() + (node[0] * shape_[1] + node[1]) * shape_[2] + node[2];
        cell.beyond = {beyond[0], beyond[1], beyond[2]};
        cell.off = dot(cell.beyond, cell.beyond);
        return cell;
    }

    double blended(const Cell& cell) const {
        const double x = cell.share[0], y = cell.share[1], z = cell.share[2];
        const float* f = cell.first;
        const std::size_t up = shape_[2], on = shape_[1] * shape_[2];
        const auto plane = [&](std::size_t k) { return f[k] + (double(f[k + on]) - f[k]) * x; };
        const double p00 = plane(0), p01 = plane(1), p10 = plane(up), p11 = plane(up + 1);
        const double low = p00 + (p10 - p00) * y, high = p01 + (p11 - p01) * y;
        return low + (high - low) * z;
    }

    std::vector<float> values_;
    std::array<std::size_t, 3> shape_;
    Vec origin_;
    double spacing_, nodes_;  // the gap between nodes [m], and nodes a metre
};

}  // namespace kinemesh
