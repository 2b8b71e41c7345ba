// Distances of the nodes of a grid to triangles, and which nodes are inside.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "triangle.hpp"

namespace kinemesh {

// Nodes of a grid, the last axis running fastest.
struct Nodes {
    std::array<std::int64_t, 3> count;
    std::array<double, 3> origin;
    double spacing;

    std::int64_t size() const { return count[0] * count[1] * count[2]; }
    std::int64_t flat(std::int64_t i, std::int64_t j, std::int64_t k) const {
        return (i * count[1] + j) * count[2] + k;
    }
    double at(int axis, std::int64_t k) const { return origin[axis] + double(k) * spacing; }
    Vec place(std::int64_t i, std::int64_t j, std::int64_t k) const {
        return {at(0, i), at(1, j), at(2, k)};
    }
    // The nodes of an axis between two places.
    std::pair<std::int64_t, std::int64_t> between(int axis, double low, double high) const {
        const double first = std::ceil((low - origin[axis]) / spacing);
        const double last = std::floor((high - origin[axis]) / spacing);
        return {static_cast<std::int64_t>(std::max(first, 0.0)),
                static_cast<std::int64_t>(std::min(last, double(count[axis] - 1)))};
    }
};

namespace detail {

inline std::array<double, 3> numbers(Vec p) { return {p.x, p.y, p.z}; }

struct Span {
    double low, high;
};
inline Span span(const Triangle& t, int axis) {
    const double a = numbers(t.corner(0))[axis], b = numbers(t.corner(1))[axis],
                 c = numbers(t.corner(2))[axis];
    return {std::min({a, b, c}), std::max({a, b, c})};
}

}  // namespace detail

// Distances of all nodes: exact next to the surface. Further off a node takes the triangle on which
// the nearest of its neighbours' nearest places is: never less than its true distance.
class Distances {
  public:
    Distances(const Nodes& nodes, const std::vector<Triangle>& triangles)
        : nodes_(nodes), triangles_(triangles), known_(nodes.size()) {
        for (std::size_t t = 0; t < triangles.size(); ++t) around(static_cast<std::int32_t>(t));
        sweep(1);
        sweep(-1);
    }

    // Distance of node n.
    double operator[](std::int64_t n) const {
        const auto [X, Y, Z] = nodes_.count;
        return std::sqrt(known_[n].squared(nodes_.place(n / (Y * Z), n / Z % Y, n % Z)));
    }

  private:
    static constexpr double band = 1.05;  // nodes this many spacings from a triangle ask it

    // The nearest place so far, to a tenth of a micrometre, and its triangle.
    struct Known {
        float x = 1e9f, y = 1e9f, z = 1e9f;
        std::int32_t triangle = -1;

        double squared(Vec p) const {
            const Vec off{x - p.x, y - p.y, z - p.z};
            return dot(off, off);
        }
    };

    // Hold a triangle against the nodes in its band, column by column along its normal.
    void around(std::int32_t t) {
        const Triangle& triangle = triangles_[t];
        const auto normal = detail::numbers(triangle.normal());
        const double size = length(triangle.normal()), reach = band * nodes_.spacing;
        int along = 0;
        for (int c = 1; c < 3; ++c) {
            if (std::abs(normal[c]) > std::abs(normal[along])) along = c;
        }
        const int one = (along + 1) % 3, two = (along + 2) % 3;
        std::pair<std::int64_t, std::int64_t> ends[3];
        detail::Span spans[3];
        for (int c = 0; c < 3; ++c) {
            spans[c] = detail::span(triangle, c);
            ends[c] = nodes_.between(c, spans[c].low - reach, spans[c].high + reach);
        }
        const auto corner = detail::numbers(triangle.a);
        const double half = reach * size / std::abs(normal[along]);
        std::int64_t k[3];
        for (k[one] = ends[one].first; k[one] <= ends[one].second; ++k[one]) {
            for (k[two] = ends[two].first; k[two] <= ends[two].second; ++k[two]) {
                const double level =
                    corner[along] - (normal[one] * (nodes_.at(one, k[one]) - corner[one]) +
                                     normal[two] * (nodes_.at(two, k[two]) - corner[two])) /
                                        normal[along];
                const auto column =
                    nodes_.between(along, std::max(level - half, spans[along].low - reach),
                                   std::min(level + half, spans[along].high + reach));
                for (k[along] = column.first; k[along] <= column.second; ++k[along]) {
                    const std::int64_t n = nodes_.flat(k[0], k[1], k[2]);
                    ask(n, nodes_.place(k[0], k[1], k[2]), t);
                }
            }
        }
    }

    void ask(std::int64_t n, Vec node, std::int32_t t) {
        const Vec place = triangles_[t].nearest(node);
        const Known found{float(place.x), float(place.y), float(place.z), t};
        if (found.squared(node) < known_[n].squared(node)) known_[n] = found;
    }

    // Look at the neighbours that come before, in the one order or the other.
    void sweep(int way) {
        std::vector<std::array<std::int64_t, 4>> steps;
        for (std::int64_t i = -1; i <= 1; ++i) {
            for (std::int64_t j = -1; j <= 1; ++j) {
                for (std::int64_t k = -1; k <= 1; ++k) {
                    if (9 * i + 3 * j + k >= 0) continue;
                    steps.push_back({way * i, way * j, way * k, way * nodes_.flat(i, j, k)});
                }
            }
        }
        const std::int64_t X = nodes_.count[0], Y = nodes_.count[1], Z = nodes_.count[2];
        for (std::int64_t a = 0; a < X; ++a) {
            const std::int64_t i = way > 0 ? a : X - 1 - a;
            for (std::int64_t b = 0; b < Y; ++b) {
                const std::int64_t j = way > 0 ? b : Y - 1 - b;
                for (std::int64_t c = 0; c < Z; ++c) {
                    const std::int64_t k = way > 0 ? c : Z - 1 - c, n = nodes_.flat(i, j, k);
                    const auto there = [&](const auto& by) {
                        return i + by[0] >= 0 && j + by[1] >= 0 && k + by[2] >= 0 &&
                               i + by[0] < X && j + by[1] < Y && k + by[2] < Z;
                    };
                    const bool rim = i == 0 || j == 0 || k == 0 || i == X - 1 || j == Y - 1 || k == Z - 1;
                    const Vec node = nodes_.place(i, j, k);
                    double least = known_[n].squared(node);
                    std::int32_t best = -1;
                    for (const auto& by : steps) {
                        if (rim && !there(by)) continue;
                        const double square = known_[n + by[3]].squared(node);
                        best = square < least ? known_[n + by[3]].triangle : best;
                        least = std::min(least, square);
                    }
                    if (best >= 0) ask(n, node, best);
                }
            }
        }
    }

    const Nodes& nodes_;
    const std::vector<Triangle>& triangles_;
    std::vector<Known> known_;
};

// How often triangles that bound a solid go round the nodes, by the crossings of the lines of the
// grid along each axis: -1 where they do, 1 where they do not, 0 where the lines do not tell.
class Sides {
  public:
    Sides(const Nodes& nodes, const std::vector<Triangle>& triangles)
        : nodes_(nodes), sides_(nodes.size(), 0) {
        for (int axis = 0; axis < 3; ++axis) count(axis, triangles);
        for (auto& side : sides_) side = side == doubtful ? 0 : side;
    }

    const std::vector<std::int8_t>& values() const { return sides_; }

  private:
    static constexpr std::int8_t doubtful = 2;
    // Lines are this far beside the nodes [m]: none goes through an edge.
    static constexpr double aside[3] = {1.13e-8, -0.71e-8, 0.89e-8};

    struct Crossing {
        double at;
        int sense;
    };

    // On which side of a line from p to q the origin is, the same for q to p with the other sign.
    static double turn(double px, double py, double qx, double qy) {
        if (px < qx || (px == qx && py < qy)) return px * qy - py * qx;
        return -(qx * py - qy * px);
    }

    void count(int axis, const std::vector<Triangle>& triangles) {
        const int one = (axis + 1) % 3, two = (axis + 2) % 3;
        std::vector<std::vector<Crossing>> lines(nodes_.count[one] * nodes_.count[two]);
        for (const Triangle& triangle : triangles) {
            const std::array<double, 3> p[3] = {detail::numbers(triangle.corner(0)),
                                                detail::numbers(triangle.corner(1)),
                                                detail::numbers(triangle.corner(2))};
            const auto wide = [&](int c) {
                const detail::Span s = detail::span(triangle, c);
                return nodes_.between(c, s.low - 1e-7, s.high + 1e-7);
            };
            const auto us = wide(one), vs = wide(two);
            for (auto u = us.first; u <= us.second; ++u) {
                const double x = nodes_.at(one, u) + aside[one];
                for (auto v = vs.first; v <= vs.second; ++v) {
                    const double y = nodes_.at(two, v) + aside[two];
                    double side[3];
                    for (int c = 0; c < 3; ++c) {
                        const auto &from = p[(c + 1) % 3], &to = p[(c + 2) % 3];
                        side[c] = turn(from[one] - x, from[two] - y, to[one] - x, to[two] - y);
                    }
                    const bool left = side[0] > 0.0 && side[1] > 0.0 && side[2] > 0.0;
                    if (!left && !(side[0] < 0.0 && side[1] < 0.0 && side[2] < 0.0)) continue;
                    const double whole = side[0] + side[1] + side[2];
                    const double at =
                        (side[0] * p[0][axis] + side[1] * p[1][axis] + side[2] * p[2][axis]) / whole;
                    lines[u * nodes_.count[two] + v].push_back({at, left ? 1 : -1});
                }
            }
        }
        for (std::int64_t u = 0; u < nodes_.count[one]; ++u) {
            for (std::int64_t v = 0; v < nodes_.count[two]; ++v) {
                tell(axis, u, v, lines[u * nodes_.count[two] + v]);
            }
        }
    }

    // Go along a line: inside is behind more triangles that look back than ahead.
    void tell(int axis, std::int64_t u, std::int64_t v, std::vector<Crossing>& line) {
        int total = 0;
        for (const Crossing& crossing : line) total += crossing.sense;
        if (total != 0) return;  // between two triangles, or out of a hole
        std::sort(line.begin(), line.end(),
                  [](const Crossing& a, const Crossing& b) { return a.at < b.at; });
        std::int64_t k[3];
        k[(axis + 1) % 3] = u;
        k[(axis + 2) % 3] = v;
        int round = 0;
        std::size_t next = 0;
        for (std::int64_t n = 0; n < nodes_.count[axis]; ++n) {
            for (; next < line.size() && line[next].at < nodes_.at(axis, n); ++next) {
                round -= line[next].sense;
            }
            k[axis] = n;
            std::int8_t& side = sides_[nodes_.flat(k[0], k[1], k[2])];
            const std::int8_t own = round > 0 ? -1 : 1;
            side = side == 0 || side == own ? own : doubtful;
        }
    }

    const Nodes& nodes_;
    std::vector<std::int8_t> sides_;
};

}  // namespace kinemesh
