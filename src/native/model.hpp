// A robot's tables, and its kinematics at a configuration.
#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

using Reals = std::vector<double>;
using Ints = std::vector<std::int64_t>;

inline Vec taken(const double* from) { return {from[0], from[1], from[2]}; }

inline void put(double* to, Vec v) {
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
}

// A placement from a rotation by rows and a shift.
inline Pose placed(const double* rotation, const double* shift) {
    return {{taken(rotation), taken(rotation + 3), taken(rotation + 6)}, taken(shift)};
}

// The numbers that a robot is made of: J joints, the universe and the free base among them, of
// which the others turn or slide about one axis; H convex hulls; nv = J + 4.
struct Tables {
    Ints parents, sliding;    // (J,)
    Reals placements;         // (J, 12): rotation by rows, translation, in the parent's frame
    Reals axes;               // (J, 3), in the joint's own frame
    Reals support;            // (J, nv): 1 where a number of the step moves the joint
    Reals vertices;           // (V, 3), hull by hull, in their joints' frames
    Ints starts, hull_joints; // (H,): first vertex, joint
    Reals centres, radii;     // (H, 3), (H,): bounding spheres in the joints' frames
    Ints pairs;               // (P, 2): hulls that must not meet
};

// Where everything is at a configuration.
struct Posture {
    Reals q;             // (nv + 1,)
    Reals jacobian;      // (6, nv): columns v, omega taken at the world's origin
    Reals rotations;     // (J, 9)
    Reals translations;  // (J, 3)
    Reals spheres;       // (H, 3)
};

class Model {
  public:
    explicit Model(Tables tables)
        : t_(std::move(tables)), joints_(t_.parents.size()), nv_(joints_ + 4),
          hulls_(t_.radii.size()) {
        const auto fits = [](std::size_t size, std::size_t wanted, const char* name) {
            if (size != wanted) throw std::invalid_argument(std::string(name) + ": wrong size");
        };
        if (joints_ < 2) throw std::invalid_argument("parents: no universe and base");
        fits(t_.sliding.size(), joints_, "sliding");
        fits(t_.placements.size(), 12 * joints_, "placements");
        fits(t_.axes.size(), 3 * joints_, "axes");
        fits(t_.support.size(), joints_ * nv_, "support");
        fits(t_.starts.size(), hulls_, "starts");
        fits(t_.hull_joints.size(), hulls_, "hull_joints");
        fits(t_.centres.size(), 3 * hulls_, "centres");
        for (std::size_t j = 2; j < joints_; ++j) {
            if (t_.parents[j] < 0 || t_.parents[j] >= static_cast<std::int64_t>(j)) {
                throw std::invalid_argument("parents: a joint comes before its parent");
            }
        }
        for (std::size_t h = 0; h < hulls_; ++h) {
            const auto first = t_.starts[h];
            const auto last = h + 1 < hulls_ ? t_.starts[h + 1]
                                             : static_cast<std::int64_t>(t_.vertices.size() / 3);
            if (first < 0 || first >= last || 3 * last > static_cast<std::int64_t>(t_.vertices.size())) {
                throw std::invalid_argument("starts");
            }
            clouds_.emplace_back(t_.vertices.data() + 3 * first, last - first, 3);
            joint(t_.hull_joints[h]);
        }
        fits(t_.pairs.size() % 2, 0, "pairs");
        for (const auto pair : t_.pairs) hull(pair);
    }

    std::size_t joints() const { return joints_; }
    std::size_t nv() const { return nv_; }
    std::size_t hulls() const { return hulls_; }
    const Ints& pairs() const { return t_.pairs; }
    const Cloud& cloud(std::int64_t h) const { return clouds_[h]; }
    double radius(std::int64_t h) const { return t_.radii[h]; }
    std::int64_t joint_of(std::int64_t h) const { return t_.hull_joints[h]; }

    // A joint, or a hull, that there is.
    std::int64_t joint(std::int64_t j) const {
        if (j < 0 || j >= static_cast<std::int64_t>(joints_)) throw std::out_of_range("no such joint");
        return j;
    }
    std::int64_t hull(std::int64_t h) const {
        if (h < 0 || h >= static_cast<std::int64_t>(hulls_)) throw std::out_of_range("no such hull");
        return h;
    }

    Posture at(const double* q) const {
        Posture p;
        p.q.assign(q, q + nv_ + 1);
        p.jacobian.assign(6 * nv_, 0.0);
        p.rotations.assign(9 * joints_, 0.0);
        p.translations.assign(3 * joints_, 0.0);
        p.spheres.resize(3 * hulls_);
        p.rotations[0] = p.rotations[4] = p.rotations[8] = 1.0;  // joint 0 is the universe
        base(p);
        for (std::size_t j = 2; j < joints_; ++j) move(j, p);
        for (std::size_t h = 0; h < hulls_; ++h) {
            put(&p.spheres[3 * h], frame(p, t_.hull_joints[h])(taken(&t_.centres[3 * h])));
        }
        return p;
    }

    Pose frame(const Posture& p, std::int64_t j) const {
        return placed(&p.rotations[9 * j], &p.translations[3 * j]);
    }

    // How a world point that moves with a joint moves along d (nv,).
    void rate(const Posture& p, std::int64_t joint, Vec point, Vec d, double* out) const {
        const Vec m = cross(point, d);
        const double *on = support(joint), *J = p.jacobian.data();
        for (std::size_t c = 0; c < nv_; ++c) {
            out[c] = on[c] * (d.x * J[c] + d.y * J[nv_ + c] + d.z * J[2 * nv_ + c] +
                              m.x * J[3 * nv_ + c] + m.y * J[4 * nv_ + c] + m.z * J[5 * nv_ + c]);
        }
    }

    // Which numbers of a step move a joint (nv,).
    const double* support(std::int64_t joint) const { return &t_.support[joint * nv_]; }

  private:
    void base(Posture& p) const {
        const double x = p.q[3], y = p.q[4], z = p.q[5], w = p.q[6];
        const double turn[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
                                2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                                2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)};
        const Pose before = placed(&t_.placements[12], &t_.placements[12 + 9]);
        double* R = &p.rotations[9];
        for (int c = 0; c < 3; ++c) {
            const Vec column = before.turned({turn[c], turn[3 + c], turn[6 + c]});
            R[c] = column.x;
            R[3 + c] = column.y;
            R[6 + c] = column.z;
        }
        const Vec place = before(taken(p.q.data()));
        put(&p.translations[3], place);
        for (int c = 0; c < 3; ++c) {
            const Vec axis{R[c], R[3 + c], R[6 + c]};
            column(p, c, axis, {0, 0, 0});
            column(p, 3 + c, cross(place, axis), axis);
        }
    }

    void move(std::size_t j, Posture& p) const {
        const auto up = t_.parents[j];
        const double q = p.q[j + 5];
        const double* placement = &t_.placements[12 * j];
        double* mine = &p.rotations[9 * j];
        double start[9];
        for (int r = 0; r < 3; ++r) {
            const double* row = &p.rotations[9 * up + 3 * r];
            for (int c = 0; c < 3; ++c) {
                start[3 * r + c] = row[0] * placement[c] + row[1] * placement[3 + c] +
                                   row[2] * placement[6 + c];
            }
        }
        Vec place = frame(p, up)(taken(placement + 9));
        const Vec axis = taken(&t_.axes[3 * j]);
        const Vec along = placed(start, placement + 9).turned(axis);
        if (t_.sliding[j]) {
            place = place + q * along;
            std::copy(start, start + 9, mine);
            column(p, j + 4, along, {0, 0, 0});
        } else {
            // Rodrigues' formula: R = start (cos I + sin [axis] + (1 - cos) axis axis^T).
            const double c = std::cos(q), s = std::sin(q), k = 1.0 - c;
            const double ax[3] = {axis.x, axis.y, axis.z};
            const double turn[9] = {c + k * ax[0] * ax[0],         k * ax[0] * ax[1] - s * ax[2],
                                    k * ax[0] * ax[2] + s * ax[1], k * ax[1] * ax[0] + s * ax[2],
                                    c + k * ax[1] * ax[1],         k * ax[1] * ax[2] - s * ax[0],
                                    k * ax[2] * ax[0] - s * ax[1], k * ax[2] * ax[1] + s * ax[0],
                                    c + k * ax[2] * ax[2]};
            for (int r = 0; r < 3; ++r) {
                for (int n = 0; n < 3; ++n) {
                    mine[3 * r + n] = start[3 * r] * turn[n] + start[3 * r + 1] * turn[3 + n] +
                                      start[3 * r + 2] * turn[6 + n];
                }
            }
            column(p, j + 4, cross(place, along), along);
        }
        put(&p.translations[3 * j], place);
    }

    void column(Posture& p, std::size_t c, Vec linear, Vec angular) const {
        const double values[6] = {linear.x, linear.y, linear.z, angular.x, angular.y, angular.z};
        for (int r = 0; r < 6; ++r) p.jacobian[r * nv_ + c] = values[r];
    }

    Tables t_;
    std::size_t joints_, nv_, hulls_;
    std::vector<Cloud> clouds_;
};

}  // namespace kinemesh
