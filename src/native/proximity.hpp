// Where the hulls of a robot are near the world and near one another.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "gjk.hpp"
#include "grid.hpp"
#include "model.hpp"
#include "places.hpp"
#include "surface.hpp"

namespace kinemesh {

// Two hulls of the robot that are near each other.
struct Meeting {
    double distance;
    Vec first, second, normal;
    std::int64_t one, other;
};
using Meetings = std::vector<Meeting>;

constexpr double snug = 0.005;  // vertices nearer than this [m] are part of a flat contact,
constexpr double sunk = 0.01;   // and those in by no more than this
constexpr double low = 0.03;    // vertices this much above a hull's lowest [m] are worth a row

// The rows of four quadrants: of each the lowest, and of those on one level the outermost.
class Quadrants {
  public:
    void offer(double height, double x, double y, std::size_t k) {
        const int quadrant = 2 * (x > 0.0) + (y > 0.0);
        const double rank = height - 1e-5 * (std::abs(x) + std::abs(y));
        if (rank < best_[quadrant]) {
            best_[quadrant] = rank;
            chosen_[quadrant] = k;
        }
    }
    std::vector<std::size_t> chosen() const {
        std::vector<std::size_t> found;
        for (int c = 0; c < 4; ++c) {
            if (best_[c] < HUGE_VAL) found.push_back(chosen_[c]);
        }
        return found;
    }

  private:
    double best_[4] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    std::size_t chosen_[4] = {0, 0, 0, 0};
};

// Lowest vertices over a level, four a hull at most.
inline Places near_ground(const Model& model, const Posture& at, double height, double within) {
    Places found;
    Reals above;
    for (std::size_t h = 0; h < model.hulls(); ++h) {
        const double* centre = &at.spheres[3 * h];
        if (centre[2] - height - model.radius(h) >= within) continue;
        const Pose f = model.frame(at, model.joint_of(h));
        const Cloud& cloud = model.cloud(h);
        above.resize(cloud.count);
        double lowest = HUGE_VAL;
        for (std::size_t k = 0; k < cloud.count; ++k) {
            above[k] = dot(f.row[2], cloud[k]) + f.shift.z - height;
            lowest = std::min(lowest, above[k]);
        }
        const double limit = std::min(within, lowest + low);
        Quadrants quadrants;
        for (std::size_t k = 0; k < cloud.count; ++k) {
            if (above[k] >= limit) continue;
            const Vec p = f(cloud[k]);
            quadrants.offer(above[k], p.x - centre[0], p.y - centre[1], k);
        }
        for (std::size_t k : quadrants.chosen()) {
            found.push_back({above[k], f(cloud[k]), {0, 0, 1}, static_cast<std::int64_t>(h)});
        }
    }
    return found;
}

// The lowest vertex of some hulls over a level; there is none of no hulls.
inline Places lowest_over(const Model& model, const Posture& at, double height,
                          const std::vector<std::int64_t>& hulls) {
    Places found;
    for (const std::int64_t h : hulls) {
        const Pose f = model.frame(at, model.joint_of(h));
        const Cloud& cloud = model.cloud(h);
        for (std::size_t k = 0; k < cloud.count; ++k) {
            const double above = dot(f.row[2], cloud[k]) + f.shift.z - height;
            if (!found.empty() && above >= found[0].distance) continue;
            found.assign(1, {above, f(cloud[k]), {0, 0, 1}, h});
        }
    }
    return found;
}

// A convex part of an obstacle: its vertices and its facet planes.
class Part {
  public:
    Part(const Reals& points, const Reals& facets)
        : vertices(points.data(), counted(points, 3), 3),
          planes(facets.data(), counted(facets, 4), 4) {
        const auto ends = [](const Reals& along) {
            return std::minmax_element(along.begin(), along.end());
        };
        const auto x = ends(vertices.x), y = ends(vertices.y), z = ends(vertices.z);
        low_ = {*x.first, *y.first, *z.first};
        high_ = {*x.second, *y.second, *z.second};
    }

    // Whether a ball is this far away: from the bounds, then from the highest plane. A point is at
    // least as far from a convex solid as from either.
    bool clear(Vec p, double reach) const {
        const Vec out{std::max({low_.x - p.x, 0.0, p.x - high_.x}),
                      std::max({low_.y - p.y, 0.0, p.y - high_.y}),
                      std::max({low_.z - p.z, 0.0, p.z - high_.z})};
        return (reach > 0.0 && dot(out, out) >= reach * reach) || planes.highest(p) >= reach;
    }

    Columns vertices, planes;

  private:
    static std::size_t counted(const Reals& numbers, std::size_t width) {
        if (numbers.empty() || numbers.size() % width) {
            throw std::invalid_argument("a part needs points (N, 3) and planes (F, 4)");
        }
        return numbers.size() / width;
    }

    Vec low_, high_;  // corners of its bounds
};

// Vertices of a hull that face the part it lies on (robot/patch.py).
//
// `level`: vertices this far along the normal are further than `snug`, for the part is behind a
// plane across it. `nearest`: a place that is known already.
inline void add_patch(const Model& model, const Posture& at, const Part& part, std::int64_t h,
                      const Pose& there, Vec normal, double level, Vec nearest, Places& found) {
    struct Foot {
        Vec foot, world, normal;
        double height;
    };
    std::vector<Foot> feet;
    const Pose f = model.frame(at, model.joint_of(h));
    const Cloud& cloud = model.cloud(h);
    Vec middle{0, 0, 0};
    for (std::size_t k = 0; k < cloud.count; ++k) {
        const Vec world = f(cloud[k]);
        // The part is behind the plane that parts it from the hull: no vertex is nearer.
        if (dot(normal, world) >= level) continue;
        const Vec local = there.unturned(world - there.shift);
        const auto [height, facet] = part.planes.largest(local);
        if (height >= snug || height <= -sunk) continue;
        const Vec up = part.planes[facet];
        const Vec foot = local - height * up;
        if (part.planes.highest(foot) >= 1e-5 || length(world - nearest) < 1e-6) continue;
        feet.push_back({foot, world, there.turned(up), height});
        middle = middle + foot;
    }
    if (feet.empty()) return;
    middle = (1.0 / static_cast<double>(feet.size())) * middle;
    const Vec n = there.unturned(normal);
    // Along the hull's own x, or its y where that is across: a foot is long that way.
    const Vec along = there.unturned({f.row[0].x, f.row[1].x, f.row[2].x});
    const Vec aside = there.unturned({f.row[0].y, f.row[1].y, f.row[2].y});
    Vec first = std::abs(dot(along, n)) < 0.9 ? along : aside;
    first = first - dot(first, n) * n;
    const Vec second = cross(n, first);
    Quadrants quadrants;
    for (std::size_t k = 0; k < feet.size(); ++k) {
        const Vec off = feet[k].foot - middle;
        quadrants.offer(feet[k].height, dot(off, first), dot(off, second), k);
    }
    // In the hull's own order: which quadrant is the first depends on rounding.
    std::vector<std::size_t> corners = quadrants.chosen();
    std::sort(corners.begin(), corners.end());
    for (std::size_t k : corners) {
        found.push_back({feet[k].height, feet[k].world, feet[k].normal, h});
    }
}

// Distances of hulls that touch a part so closely that no direction can be told, from elsewhere.
using Touching = std::function<Places(const Posture&, const Pose&, const Ints& hulls, double within)>;

// Places of chosen hulls near a convex part at a pose.
inline void add_part(const Model& model, const Posture& at, const Part& part, const Pose& there,
                     const Ints& chosen, double within, const Touching& touching, Places& found) {
    Ints close;
    for (const std::int64_t h : chosen) {
        const Vec centre = taken(&at.spheres[3 * model.hull(h)]);
        const Vec local = there.unturned(centre - there.shift);
        if (part.clear(local, model.radius(h) + within)) continue;
        const Vec up = there.turned(part.planes[part.planes.which(local)]);
        const Pose f = model.frame(at, model.joint_of(h));
        const Closest c = closest(model.cloud(h), f, part.vertices, there, within, up);
        if (!c.within) continue;
        if (!c.known) {
            close.push_back(h);
            continue;
        }
        found.push_back({c.distance, c.first, c.normal, h});
        if (c.distance < snug && c.distance > -sunk) {
            const double level = dot(c.normal, c.second) + snug;
            add_patch(model, at, part, h, there, c.normal, level, c.first, found);
        }
    }
    if (close.empty()) return;
    for (const Place& place : touching(at, there, close, within)) {
        found.push_back(place);
        // No plane is sure to part them: any vertex may be near.
        if (place.distance >= snug || place.distance <= -sunk) continue;
        add_patch(model, at, part, place.hull, there, place.normal, HUGE_VAL, place.point, found);
    }
}

// A solid of the world, or what bounds none.
struct Obstacle {
    struct Solid {
        std::shared_ptr<const Part> part;
        Touching touching;
    };
    std::vector<Solid> solids;          // its convex parts
    std::shared_ptr<const Dents> dents; // how far its hull may be entered, if at all
    std::shared_ptr<const Surface> surface; // its true surface, if that is met
    Touching other;                     // what is measured elsewhere; comes first

    Places near(const Model& model, const Posture& at, const Pose& there, const Ints& chosen,
                double within) const {
        Places found, own;
        if (other) found = other(at, there, chosen, within);
        if (surface) surface->add(model, at, there, chosen, within, found);
        for (const Solid& solid : solids) {
            add_part(model, at, *solid.part, there, chosen, within, solid.touching, own);
        }
        if (dents) {
            for (Place& place : own) {
                if (!(place.distance < dents->within)) continue;
                const Vec met = place.point - place.distance * place.normal;
                place.distance += dents->depths.read(there.unturned(met - there.shift));
            }
        }
        found.insert(found.end(), own.begin(), own.end());
        return found;
    }
};

// Pairs of the robot's hulls that touch too closely to tell, from elsewhere.
using SelfTouching = std::function<Meetings(const Posture&, const Ints& pairs, double within)>;

// Pairs of hulls less than `within` apart.
inline Meetings near_pairs(const Model& model, const Posture& at, double within,
                           const SelfTouching& touching) {
    Meetings found;
    Ints close;
    const Ints& pairs = model.pairs();
    for (std::size_t k = 0; 2 * k < pairs.size(); ++k) {
        const auto a = pairs[2 * k], b = pairs[2 * k + 1];
        const Vec gap = taken(&at.spheres[3 * a]) - taken(&at.spheres[3 * b]);
        const double reach = model.radius(a) + model.radius(b) + within;
        if (dot(gap, gap) >= reach * reach) continue;
        const Closest c = closest(model.cloud(a), model.frame(at, model.joint_of(a)), model.cloud(b),
                                  model.frame(at, model.joint_of(b)), within, gap);
        if (!c.within) continue;
        if (!c.known) {
            close.push_back(static_cast<std::int64_t>(k));
            continue;
        }
        found.push_back({c.distance, c.first, c.second, c.normal, a, b});
    }
    if (!close.empty()) {
        const Meetings more = touching(at, close, within);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

}  // namespace kinemesh
