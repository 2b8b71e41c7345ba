// Where a robot's hulls are near the true surface of a solid (kinemesh/proximity/surface.py): their
// vertices in its distance field, and points of it that stick out against their facets.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "ball_tree.hpp"
#include "field.hpp"
#include "model.hpp"
#include "places.hpp"

namespace kinemesh {

// The facets of a robot's hulls in their joints' frames, and which octant their vertices are in.
class Facets {
  public:
    Facets(std::vector<Columns> planes, const Reals& vertices, const Ints& starts,
           const Reals& centres)
        : planes_(std::move(planes)), centres_(centres) {
        if (planes_.size() != starts.size() || centres.size() != 3 * starts.size()) {
            throw std::invalid_argument("facets: sizes do not fit");
        }
        const std::size_t count = vertices.size() / 3;
        for (std::size_t h = 0; h < starts.size(); ++h) {
            const std::size_t end = h + 1 < starts.size() ? starts[h + 1] : count;
            if (starts[h] < 0 || static_cast<std::size_t>(starts[h]) > end || end > count) {
                throw std::invalid_argument("facets: starts");
            }
            octants_.emplace_back();
            for (std::size_t k = starts[h]; k < end; ++k) {
                octants_.back().push_back(octant(h, taken(&vertices[3 * k])));
            }
        }
    }

    std::size_t size() const { return planes_.size(); }
    const Columns& planes(std::int64_t h) const { return planes_[h]; }
    Vec centre(std::int64_t h) const { return taken(&centres_[3 * h]); }
    const std::vector<unsigned char>& octants(std::int64_t h) const { return octants_[h]; }

    // Which octant around the centre of a hull.
    unsigned char octant(std::int64_t h, Vec p) const {
        const Vec off = p - centre(h);
        return static_cast<unsigned char>(4 * (off.x > 0.0) + 2 * (off.y > 0.0) + (off.z > 0.0));
    }

  private:
    std::vector<Columns> planes_;
    Reals centres_;
    std::vector<std::vector<unsigned char>> octants_;
};

// How the rows of a hull are chosen, all in m.
struct Choice {
    double vertices, points;  // no further than this from its nearest: of vertices, of points
    double pokes;             // points count from here on
    double doubt;             // distances are called less than they are by this
};

// Of each octant the least value, and of equals the first.
class Octants {
  public:
    void offer(unsigned char octant, double value, std::size_t k) {
        if (value < value_[octant] || (value == value_[octant] && k < which_[octant])) {
            value_[octant] = value;
            which_[octant] = k;
        }
        least_ = std::min(least_, value);
    }
    double least() const { return least_; }
    // Octants that hold something no further than `spread` from the least.
    template <class Use>
    void each(double spread, Use use) const {
        for (int c = 0; c < 8; ++c) {
            if (value_[c] < HUGE_VAL && value_[c] <= least_ + spread) use(value_[c], which_[c]);
        }
    }

  private:
    double least_ = HUGE_VAL;
    std::array<double, 8> value_{HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL,
                                 HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    std::array<std::size_t, 8> which_{};
};

class Surface {
  public:
    Surface(std::shared_ptr<const Field> field, std::shared_ptr<const Facets> facets,
            const std::vector<Vec>& outcrops, Choice choice)
        : field_(std::move(field)), facets_(std::move(facets)), outcrops_(outcrops),
          choice_(choice) {}

    // Places of chosen hulls less than `within` from the surface at a pose.
    void add(const Model& model, const Posture& at, const Pose& there, const Ints& chosen,
             double within, Places& found) const {
        if (facets_->size() != model.hulls()) throw std::invalid_argument("another robot's facets");
        const std::size_t first = found.size();
        Ints close;
        for (const std::int64_t h : chosen) {
            const Vec centre = taken(&at.spheres[3 * model.hull(h)]);
            if (field_->at(there.unturned(centre - there.shift)) - model.radius(h) < within) {
                close.push_back(h);
            }
        }
        for (const std::int64_t h : close) add_vertices(model, at, there, h, within, found);
        if (!outcrops_.empty()) {
            const double near = std::min(within, choice_.pokes);
            for (const std::int64_t h : close) add_points(model, at, there, h, near, found);
        }
        for (std::size_t k = first; k < found.size(); ++k) found[k].distance -= choice_.doubt;
    }

  private:
    // What moves points of one frame into another, both given in the world.
    static Pose between(const Pose& from, const Pose& to) {
        Pose moved;
        for (int r = 0; r < 3; ++r) {
            const auto part = [r](const Pose& pose, int k) {
                return r == 0 ? pose.row[k].x : r == 1 ? pose.row[k].y : pose.row[k].z;
            };
            moved.row[r] = part(to, 0) * from.row[0] + part(to, 1) * from.row[1] +
                           part(to, 2) * from.row[2];
        }
        moved.shift = to.unturned(from.shift - to.shift);
        return moved;
    }

    void add_vertices(const Model& model, const Posture& at, const Pose& there, std::int64_t h,
                      double within, Places& found) const {
        const Pose own = model.frame(at, model.joint_of(h)), local = between(own, there);
        const Cloud& cloud = model.cloud(h);
        const auto& octants = facets_->octants(h);
        Octants nearest;
        for (std::size_t k = 0; k < cloud.count; ++k) {
            const double value = field_->at(local(cloud[k]));
            if (value < within) nearest.offer(octants[k], value, k);
        }
        const double spread = nearest.least() < choice_.pokes ? choice_.vertices : 0.0;
        nearest.each(spread, [&](double value, std::size_t k) {
            Vec gradient{};
            field_->at(local(cloud[k]), gradient);
            const double size = length(gradient);
            const Vec up = size > 1e-6 ? (1.0 / size) * gradient : Vec{0, 0, 1};
            found.push_back({value, own(cloud[k]), there.turned(up), h});
        });
    }

    void add_points(const Model& model, const Posture& at, const Pose& there, std::int64_t h,
                    double within, Places& found) const {
        const Pose own = model.frame(at, model.joint_of(h)), local = between(there, own);
        const Columns& planes = facets_->planes(h);
        const Vec centre = facets_->centre(h);
        const double reach = model.radius(h) + within;
        Octants lowest;
        const auto limit = [&] { return std::min(within, lowest.least() + choice_.points); };
        // Balls, the least height that their points may have, and the facet that is highest over
        // their centres: most of what is in them is above it.
        struct Left {
            double least;
            std::uint32_t ball;
            std::size_t facet;
        };
        std::vector<Left> left;
        const auto above = [&](Vec p, std::size_t facet) {
            return dot(planes[facet], p) + planes.d[facet];
        };
        const auto look = [&](std::uint32_t k, std::size_t hint) {
            const BallTree::Ball& ball = outcrops_.ball(k);
            const Vec middle = local(ball.centre), off = middle - centre;
            const double far = reach + ball.radius;
            if (dot(off, off) >= far * far) return;
            if (above(middle, hint) - ball.radius > limit()) return;
            const Largest over = planes.largest(middle);
            left.push_back({over.value - ball.radius, k, over.row});
        };
        look(0, planes.which(centre));
        while (!left.empty()) {
            const Left now = left.back();
            left.pop_back();
            if (now.least > limit()) continue;
            const BallTree::Ball& ball = outcrops_.ball(now.ball);
            if (ball.other) {
                const std::size_t before = left.size();
                look(now.ball + 1, now.facet);
                look(ball.other, now.facet);
                // The lower one first.
                if (left.size() == before + 2 && left[before].least < left[before + 1].least) {
                    std::swap(left[before], left[before + 1]);
                }
                continue;
            }
            for (std::uint32_t n = ball.first; n < ball.last; ++n) {
                const Vec p = local(outcrops_.point(n));
                if (above(p, now.facet) > limit()) continue;
                if (dot(p - centre, p - centre) >= reach * reach) continue;
                const double height = planes.highest(p);
                if (height < within) lowest.offer(facets_->octant(h, p), height, n);
            }
        }
        lowest.each(choice_.points, [&](double height, std::size_t n) {
            const Vec local_point = local(outcrops_.point(static_cast<std::uint32_t>(n)));
            const Vec outward = own.turned(planes[planes.which(local_point)]);
            const Vec world = there(outcrops_.point(static_cast<std::uint32_t>(n)));
            found.push_back({height, world - height * outward, -1.0 * outward, h});
        });
    }

    std::shared_ptr<const Field> field_;
    std::shared_ptr<const Facets> facets_;
    BallTree outcrops_;
    Choice choice_;
};

}  // namespace kinemesh
