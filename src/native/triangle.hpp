// Triangles, and how far points are from them (Ericson, Real-Time Collision Detection, 5.1.5).
#pragma once

#include <algorithm>

#include "simplex.hpp"

namespace kinemesh {

struct Triangle {
    Vec a, u, v;  // a corner, and the edges that leave it
    double uu, uv, vv;

    Triangle(Vec p, Vec q, Vec r)
        : a(p), u(q - p), v(r - p), uu(dot(u, u)), uv(dot(u, v)), vv(dot(v, v)) {}

    Vec corner(int k) const { return k == 0 ? a : k == 1 ? a + u : a + v; }
    Vec normal() const { return cross(u, v); }

    // The place that is nearest to a point.
    Vec nearest(Vec p) const {
        const Vec off = p - a;
        const double up = dot(u, off), vp = dot(v, off);
        // Of a + s u + t v: minus the derivatives of half the squared distance at a, b, c.
        if (up <= 0.0 && vp <= 0.0) return a;
        const double ub = up - uu, vb = vp - uv;
        if (ub >= 0.0 && vb <= ub) return a + u;
        const double side = up * vb - ub * vp;
        if (side <= 0.0 && up >= 0.0 && ub <= 0.0) return a + (up / uu) * u;
        const double uc = up - uv, vc = vp - vv;
        if (vc >= 0.0 && uc <= vc) return a + v;
        const double other = uc * vp - up * vc;
        if (other <= 0.0 && vp >= 0.0 && vc <= 0.0) return a + (vp / vv) * v;
        const double across = ub * vc - uc * vb, one = vb - ub, two = uc - vc;
        if (across <= 0.0 && one >= 0.0 && two >= 0.0) {
            return a + u + (one / (one + two)) * (v - u);
        }
        const double whole = 1.0 / (across + other + side);
        return a + (other * whole) * u + (side * whole) * v;
    }
};

}  // namespace kinemesh
