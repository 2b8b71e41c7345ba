// Depth of two hulls that overlap, by expanding polytopes (van den Bergen 2001): the simplex that
// holds the origin grows into the difference of the hulls until its nearest face is a face of it.
#pragma once

#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {
namespace detail {

struct Facet {
    int corner[3];
    Vec normal;
    double height;
    bool alive;
};

class Polytope {
  public:
    // False where the corners are too flat to tell inside from outside.
    bool start(const Simplex& s) {
        if (s.size != 4) return false;
        corners_.assign(s.corner.begin(), s.corner.end());
        static const int faces[4][4] = {{0, 1, 2, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {1, 3, 2, 0}};
        for (const auto& f : faces) {
            const Vec a = corners_[f[0]].w;
            const Vec n = cross(corners_[f[1]].w - a, corners_[f[2]].w - a);
            const double side = dot(n, corners_[f[3]].w - a);
            if (std::abs(side) < 1e-18) return false;
            if (!(side > 0.0 ? add(f[0], f[2], f[1]) : add(f[0], f[1], f[2]))) return false;
        }
        return true;
    }

    const Facet& nearest() const {
        const Facet* best = nullptr;
        for (const Facet& f : facets_) {
            if (f.alive && (!best || f.height < best->height)) best = &f;
        }
        return *best;
    }

    bool has(const Corner& c) const {
        for (const Corner& known : corners_) {
            if (known.i == c.i && known.j == c.j) return true;
        }
        return false;
    }

    bool grow(const Corner& c) {
        rim_.clear();
        for (Facet& f : facets_) {
            if (!f.alive || dot(f.normal, c.w) - f.height <= 1e-13) continue;
            f.alive = false;
            for (int k = 0; k < 3; ++k) toggle(f.corner[k], f.corner[(k + 1) % 3]);
        }
        if (rim_.size() < 3) return false;
        const int made = static_cast<int>(corners_.size());
        corners_.push_back(c);
        for (const auto& [from, to] : rim_) {
            if (!add(from, to, made)) return false;
        }
        return true;
    }

    // The facet, with the shares of its corners in its nearest place.
    Simplex nearest_place(const Facet& f) const {
        const Corner &p = corners_[f.corner[0]], &q = corners_[f.corner[1]],
                     &r = corners_[f.corner[2]];
        const Vec at = f.height * f.normal;
        const Vec n = cross(q.w - p.w, r.w - p.w);
        const double whole = dot(n, n);
        const double u = dot(cross(q.w - at, r.w - at), n) / whole;
        const double v = dot(cross(r.w - at, p.w - at), n) / whole;
        const double w = 1.0 - u - v;
        Simplex s;
        s.size = 3;
        s.corner = {p, q, r};
        s.share = {u, v, w};
        return s;
    }

  private:
    bool add(int a, int b, int c) {
        const Vec p = corners_[a].w;
        const Vec n = cross(corners_[b].w - p, corners_[c].w - p);
        const double size = length(n);
        if (size < 1e-16) return false;
        const Vec up = (1.0 / size) * n;
        facets_.push_back({{a, b, c}, up, dot(up, p), true});
        return true;
    }

    // An edge between two facets that go is none of the rim.
    void toggle(int from, int to) {
        for (std::size_t k = 0; k < rim_.size(); ++k) {
            if (rim_[k].first == to && rim_[k].second == from) {
                rim_[k] = rim_.back();
                rim_.pop_back();
                return;
            }
        }
        rim_.emplace_back(from, to);
    }

    std::vector<Corner> corners_;
    std::vector<Facet> facets_;
    std::vector<std::pair<int, int>> rim_;
};

}  // namespace detail
}  // namespace kinemesh
