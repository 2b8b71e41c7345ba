// Delaunay tetrahedralisation of points in general position, by insertion (Bowyer 1981, Watson
// 1981). The outside is made of tetrahedra to a point at infinity, so that the hull is exact.
#pragma once

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

class Delaunay {
  public:
    struct Tetrahedron {
        std::array<int, 4> corner;     // positively oriented; infinity, the number of points, is last
        std::array<int, 4> neighbour;  // across the face opposite each corner
        // q from corner 0 is in conflict where normal q > volume |q|^2: in the sphere or, of one to
        // infinity, whose volume is 0, beyond the face.
        Vec normal;
        double volume;  // six times
        int seen;       // in which insertion it was last found to be free of conflict
        bool alive;
    };

    // False where rounding does not let the points be told apart: ask Qhull then.
    bool build(const double* xyz, int count) {
        points_.resize(count);
        for (int k = 0; k < count; ++k) points_[k] = {xyz[3 * k], xyz[3 * k + 1], xyz[3 * k + 2]};
        infinity_ = count;
        tetrahedra.clear();
        tetrahedra.reserve(10 * static_cast<std::size_t>(count) + 16);
        free_.clear();
        const auto row = static_cast<std::size_t>(count) + 1;
        edges_.assign(row * row, 0);
        std::array<int, 4> first;
        if (!start(first)) return false;
        for (int p = 0; p < count; ++p) {
            if (p == first[0] || p == first[1] || p == first[2] || p == first[3]) continue;
            if (!insert(p)) return false;
        }
        return true;
    }

    int infinity() const { return infinity_; }

    std::vector<Tetrahedron> tetrahedra;

  private:
    // Below these a sign is not to be trusted. Points are about a metre apart and in doubles; the
    // bounds are some hundred times the rounding.
    static constexpr double flat = 1e-14, round = 1e-14;

    // A face of the cavity, seen from inside; infinity, where it is a corner, is the last.
    struct Face {
        std::array<int, 3> corner;
        int outside, there;  // who is beyond, and across which face of his
    };
    static constexpr int opposite[4][3] = {{1, 2, 3}, {2, 0, 3}, {0, 1, 3}, {2, 1, 0}};

    Vec from(int a, int b) const { return points_[b] - points_[a]; }

    // Positive where d is on the side of a, b, c that they turn about to the left.
    double orientation(int a, int b, int c, int d) const {
        return -dot(from(d, a), cross(from(d, b), from(d, c)));
    }

    // Positive where p is inside the sphere through a positively oriented tetrahedron.
    double inside(const Tetrahedron& t, Vec p) const {
        std::array<Vec, 4> v;
        std::array<double, 4> s;
        for (int k = 0; k < 4; ++k) {
            v[k] = points_[t.corner[k]] - p;
            s[k] = dot(v[k], v[k]);
        }
        const Vec ab = cross(v[0], v[1]), cd = cross(v[2], v[3]);
        const double bcd = dot(v[1], cd), acd = dot(v[0], cd);
        const double abd = dot(v[3], ab), abc = dot(v[2], ab);
        return s[0] * bcd - s[1] * acd + s[2] * abd - s[3] * abc;
    }

    bool ghost(const Tetrahedron& t) const { return t.corner[3] == infinity_; }

    // 1: in conflict with a point, 0: not, -1: too close to call.
    int conflict(const Tetrahedron& t, int point) const {
        const Vec q = from(t.corner[0], point);
        const double quick = dot(q, t.normal) - t.volume * dot(q, q);
        if (quick > doubtful_) return 1;
        if (quick < -doubtful_) return 0;
        // From the point itself rounding is less.
        if (ghost(t)) {
            const double over = orientation(t.corner[0], t.corner[1], t.corner[2], point);
            if (over > flat) return 1;
            return over < -flat ? 0 : -1;
        }
        const double value = inside(t, points_[point]);
        if (value > round) return 1;
        return value < -round ? 0 : -1;
    }

    // Makes it ready for conflict(); false where it is flat.
    bool settle(Tetrahedron& t) const {
        const Vec u = from(t.corner[0], t.corner[1]), v = from(t.corner[0], t.corner[2]);
        const Vec uv = cross(u, v);
        if (ghost(t)) {
            t.normal = uv;
            t.volume = 0.0;
            return true;
        }
        const Vec w = from(t.corner[0], t.corner[3]);
        t.volume = dot(uv, w);
        t.normal = dot(u, u) * cross(v, w) + dot(v, v) * cross(w, u) + dot(w, w) * uv;
        return t.volume >= flat;
    }

    // A place for one more.
    void add(const std::array<int, 4>& corner) {
        free_.push_back(static_cast<int>(tetrahedra.size()));
        tetrahedra.push_back({corner, {}, {}, 0.0, -1, false});
    }

    bool start(std::array<int, 4>& first) {
        const int count = infinity_;
        if (count < 4) return false;
        // Four points far from one line and one plane.
        first = {0, 1, -1, -1};
        double most = 0.0, reach = 1.0;
        for (int k = 2; k < count; ++k) {
            const Vec n = cross(from(0, 1), from(0, k));
            if (dot(n, n) > most) {
                most = dot(n, n);
                first[2] = k;
            }
        }
        if (first[2] < 0) return false;
        most = 0.0;
        for (int k = 1; k < count; ++k) {
            reach = std::max(reach, 2.0 * length(from(0, k)));
            const double volume = std::abs(orientation(0, 1, first[2], k));
            if (volume > most) {
                most = volume;
                first[3] = k;
            }
        }
        if (first[3] < 0 || most < 1e-9) return false;
        // A product of five lengths, of which none is more than the reach, rounded some dozen times.
        doubtful_ = 256.0 * std::numeric_limits<double>::epsilon() * std::pow(reach, 5);
        if (orientation(first[0], first[1], first[2], first[3]) < 0.0) {
            std::swap(first[0], first[1]);
        }
        const auto [a, b, c, d] = first;
        // Beyond each face one to infinity, the other way round than the face is seen from inside.
        const int beyond = infinity_;
        const std::array<std::array<int, 4>, 5> corners{
            {{a, b, c, d}, {b, c, d, beyond}, {a, d, c, beyond}, {a, b, d, beyond}, {a, c, b, beyond}}};
        for (const auto& corner : corners) {
            add(corner);
            settle(tetrahedra.back());
            tetrahedra.back().alive = true;
        }
        free_.clear();
        for (int one = 0; one < 5; ++one) {
            for (int other = 0; other < 5; ++other) {
                for (int i = 0; one != other && i < 4; ++i) {
                    if (shares(one, i, other)) tetrahedra[one].neighbour[i] = other;
                }
            }
        }
        last_ = 0;
        return true;
    }

    // Whether b has the face of a that is opposite its corner i.
    bool shares(int a, int i, int b) const {
        for (int k = 0; k < 4; ++k) {
            if (k == i) continue;
            bool found = false;
            for (int c : tetrahedra[b].corner) found |= c == tetrahedra[a].corner[k];
            if (!found) return false;
        }
        return true;
    }

    // A tetrahedron that holds a point, or one to infinity across a face that it is beyond.
    int find(int point) const {
        const Vec p = points_[point];
        int at = last_, before = -1;
        for (std::size_t steps = 0; steps < 4 * tetrahedra.size() + 16; ++steps) {
            const Tetrahedron& t = tetrahedra[at];
            if (ghost(t)) return at;
            const Vec a = points_[t.corner[0]] - p, b = points_[t.corner[1]] - p;
            const Vec c = points_[t.corner[2]] - p, d = points_[t.corner[3]] - p;
            const Vec ab = cross(a, b), cd = cross(c, d);
            // Six times the volumes with the point in the place of each corner.
            const std::array<double, 4> replaced{dot(b, cd), -dot(a, cd), dot(d, ab), -dot(c, ab)};
            int next = -1;
            for (int k = 0; k < 4; ++k) {
                const bool beyond = int(replaced[k] < 0.0) & int(t.neighbour[k] != before);
                next = beyond ? t.neighbour[k] : next;
            }
            if (next < 0) return at;
            before = at;
            at = next;
        }
        return -1;
    }

    // Finds whom a point is in conflict with, `cavity_`, and the faces around them, `rim_`.
    bool carve(int point) {
        const int seed = find(point);
        if (seed < 0 || conflict(tetrahedra[seed], point) != 1) return false;
        cavity_.assign(1, seed);
        tetrahedra[seed].alive = false;
        rim_.clear();
        for (std::size_t n = 0; n < cavity_.size(); ++n) {
            const Tetrahedron& t = tetrahedra[cavity_[n]];
            for (int k = 0; k < 4; ++k) {
                const int side = t.neighbour[k];
                Tetrahedron& other = tetrahedra[side];
                if (!other.alive) continue;
                if (other.seen != point) {
                    const int answer = conflict(other, point);
                    if (answer < 0) return false;
                    if (answer == 1) {
                        other.alive = false;
                        cavity_.push_back(side);
                        continue;
                    }
                    other.seen = point;
                }
                const int here = cavity_[n];
                const int there = (other.neighbour[1] == here) + 2 * (other.neighbour[2] == here) +
                                  3 * (other.neighbour[3] == here);
                const auto& [a, b, c] = opposite[k];
                rim_.push_back({{t.corner[a], t.corner[b], t.corner[c]}, side, there});
            }
        }
        free_.insert(free_.end(), cavity_.begin(), cavity_.end());
        return true;
    }

    bool insert(int point) {
        if (!carve(point)) return false;
        const auto row = static_cast<std::size_t>(infinity_) + 1;
        while (free_.size() < rim_.size()) add({});
        made_.assign(free_.end() - static_cast<std::ptrdiff_t>(rim_.size()), free_.end());
        free_.resize(free_.size() - rim_.size());
        bool solid = true;
        for (std::size_t n = 0; n < rim_.size(); ++n) {
            const Face& face = rim_[n];
            const auto [a, b, c] = face.corner;
            const int made = made_[n];
            Tetrahedron& t = tetrahedra[made];
            t.corner = {point, a, b, c};
            t.neighbour[0] = face.outside;
            t.seen = -1;
            t.alive = true;
            tetrahedra[face.outside].neighbour[face.there] = made;
            solid &= settle(t);
            if (!ghost(t)) last_ = made;
            // A face that holds the new point is known by the edge of the rim that it ends at, and
            // that its other side runs along the other way.
            edges_[b * row + c] = made;
            edges_[c * row + a] = made;
            edges_[a * row + b] = made;
        }
        for (std::size_t n = 0; n < rim_.size(); ++n) {
            const auto [a, b, c] = rim_[n].corner;
            std::array<int, 4>& neighbour = tetrahedra[made_[n]].neighbour;
            neighbour[1] = edges_[c * row + b];
            neighbour[2] = edges_[a * row + c];
            neighbour[3] = edges_[b * row + a];
            for (int k = 1; k < 4; ++k) solid &= tetrahedra[neighbour[k]].corner[0] == point;
        }
        return solid;
    }

    std::vector<Vec> points_;
    std::vector<int> free_, cavity_, made_;
    std::vector<Face> rim_;
    std::vector<int> edges_;  // by two corners: who lies to the left of the way between them
    int infinity_ = 0, last_ = 0;
    double doubtful_ = 0.0;
};

}  // namespace kinemesh
