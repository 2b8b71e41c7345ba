// A step in the tangent space, taken.
#pragma once

#include <cmath>

#include "logarithm.hpp"
#include "model.hpp"

namespace kinemesh {

// q (+) share v (nv + 1,): the base's pose times the exponential of its part of v, which is in its
// own frame, and the joints' numbers plus theirs.
inline Reals integrated(const Reals& q, const Reals& v, double share) {
    Reals to(q.size());
    const Vec linear = share * taken(v.data()), angular = share * taken(v.data() + 3);
    // sin t / t, (1 - cos t) / t^2, (t - sin t) / t^3: the closed forms lose what they subtract.
    const double s = dot(angular, angular), t = std::sqrt(s);
    double a = 1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0));
    double b = 0.5 - s / 24.0 * (1.0 - s / 30.0 * (1.0 - s / 56.0));
    double c = 1.0 / 6.0 - s / 120.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0));
    if (s > 1e-3) {
        a = std::sin(t) / t;
        b = (1.0 - std::cos(t)) / s;
        c = (1.0 - a) / s;
    }
    const Vec shift = a * linear + b * cross(angular, linear) + (c * dot(angular, linear)) * angular;
    // sin (t / 2) / t.
    const double half = s > 1e-3 ? std::sin(0.5 * t) / t : 0.5 - s / 48.0 * (1.0 - s / 80.0);
    const Vec axis = half * angular;
    const Quaternion turn{q[3], q[4], q[5], q[6]};
    put(to.data(), taken(q.data()) + turn.turned(shift));
    const Quaternion now = turn * Quaternion{axis.x, axis.y, axis.z, std::cos(0.5 * t)};
    const double size = std::sqrt(now.x * now.x + now.y * now.y + now.z * now.z + now.w * now.w);
    const double numbers[4] = {now.x, now.y, now.z, now.w};
    for (int k = 0; k < 4; ++k) to[3 + k] = numbers[k] / size;
    for (std::size_t k = 7; k < q.size(); ++k) to[k] = q[k] + share * v[k - 1];
    return to;
}

}  // namespace kinemesh
