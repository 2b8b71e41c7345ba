// Delaunay tetrahedralisation of points in general position, by insertion (Bowyer 1981, Watson
// 1981). The outside is made of tetrahedra to a point at infinity, so that the hull is exact.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "gjk.hpp"

namespace kinemesh {

class Delaunay {
  public:
    struct Tetrahedron {
        std::array<int, 4> corner;     // positively oriented; infinity is the number of points
        std::array<int, 4> neighbour;  // across the face opposite each corner
        bool alive;
    };

    // False where rounding does not let the points be told apart: ask Qhull then.
    bool build(const double* xyz, int count) {
        points_.resize(count);
        for (int k = 0; k < count; ++k) points_[k] = {xyz[3 * k], xyz[3 * k + 1], xyz[3 * k + 2]};
        infinity_ = count;
        tetrahedra.clear();
        free_.clear();
        const auto row = static_cast<std::size_t>(count) + 1;
        edges_.assign(row * row, -1);
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

    double orientation(int a, int b, int c, Vec p) const {
        const Vec u = points_[a] - p, v = points_[b] - p, w = points_[c] - p;
        return -dot(u, cross(v, w));
    }
    double orientation(int a, int b, int c, int d) const {
        return orientation(a, b, c, points_[d]);
    }

    // Six times the signed volume with one corner replaced by p.
    double replaced(const Tetrahedron& t, int which, Vec p) const {
        std::array<Vec, 4> v;
        for (int k = 0; k < 4; ++k) v[k] = k == which ? p : points_[t.corner[k]];
        return -dot(v[0] - v[3], cross(v[1] - v[3], v[2] - v[3]));
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

    // 1: in conflict with p, 0: not, -1: too close to call.
    int conflict(const Tetrahedron& t, Vec p) const {
        for (int k = 0; k < 4; ++k) {
            if (t.corner[k] != infinity_) continue;
            const double volume = replaced(t, k, p);
            if (volume > flat) return 1;
            return volume < -flat ? 0 : -1;
        }
        const double value = inside(t, p) * sign_;
        if (value > round) return 1;
        return value < -round ? 0 : -1;
    }

    int add(std::array<int, 4> corner) {
        const Tetrahedron made{corner, {-1, -1, -1, -1}, true};
        if (free_.empty()) {
            tetrahedra.push_back(made);
            return static_cast<int>(tetrahedra.size()) - 1;
        }
        const int slot = free_.back();
        free_.pop_back();
        tetrahedra[slot] = made;
        return slot;
    }

    bool start(std::array<int, 4>& first) {
        const int count = infinity_;
        if (count < 4) return false;
        // Four points far from one line and one plane.
        first = {0, 1, -1, -1};
        double most = 0.0;
        for (int k = 2; k < count; ++k) {
            const Vec n = cross(points_[1] - points_[0], points_[k] - points_[0]);
            if (dot(n, n) > most) {
                most = dot(n, n);
                first[2] = k;
            }
        }
        if (first[2] < 0) return false;
        most = 0.0;
        for (int k = 2; k < count; ++k) {
            const double volume = std::abs(orientation(0, 1, first[2], k));
            if (volume > most) {
                most = volume;
                first[3] = k;
            }
        }
        if (first[3] < 0 || most < 1e-9) return false;
        if (orientation(first[0], first[1], first[2], first[3]) < 0.0) {
            std::swap(first[0], first[1]);
        }
        const int whole = add(first);
        // The middle of the first tetrahedron is inside its sphere: this is the sign of inside().
        sign_ = 1.0;
        Vec middle{0, 0, 0};
        for (int k : first) middle = middle + 0.25 * points_[k];
        if (inside(tetrahedra[whole], middle) < 0.0) sign_ = -1.0;
        std::array<int, 4> ghosts;
        for (int k = 0; k < 4; ++k) {
            // Beyond face k: the corner becomes infinity, and two others change places.
            std::array<int, 4> corner = first;
            corner[k] = infinity_;
            std::swap(corner[(k + 1) % 4], corner[(k + 2) % 4]);
            ghosts[k] = add(corner);
        }
        std::vector<int> all(ghosts.begin(), ghosts.end());
        all.push_back(whole);
        for (int a : all) {
            for (int b : all) {
                if (a == b) continue;
                for (int i = 0; i < 4; ++i) {
                    if (shares(a, i, b)) tetrahedra[a].neighbour[i] = b;
                }
            }
        }
        last_ = whole;
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

    bool ghost(int t) const {
        for (int c : tetrahedra[t].corner) {
            if (c == infinity_) return true;
        }
        return false;
    }

    // A tetrahedron that holds p, or one to infinity across a face that p is beyond.
    int find(Vec p) const {
        int at = last_, before = -1;
        for (std::size_t steps = 0; steps < 4 * tetrahedra.size() + 16; ++steps) {
            if (ghost(at)) return at;
            int next = -1;
            for (int k = 0; k < 4; ++k) {
                const int side = tetrahedra[at].neighbour[k];
                if (side != before && replaced(tetrahedra[at], k, p) < 0.0) {
                    next = side;
                    break;
                }
            }
            if (next < 0) return at;
            before = at;
            at = next;
        }
        return -1;
    }

    bool insert(int point) {
        const Vec p = points_[point];
        const int seed = find(p);
        if (seed < 0 || conflict(tetrahedra[seed], p) != 1) return false;
        cavity_.assign(1, seed);
        tetrahedra[seed].alive = false;
        rim_.clear();
        for (std::size_t n = 0; n < cavity_.size(); ++n) {
            const int t = cavity_[n];
            for (int k = 0; k < 4; ++k) {
                const int side = tetrahedra[t].neighbour[k];
                if (!tetrahedra[side].alive) continue;
                const int answer = conflict(tetrahedra[side], p);
                if (answer < 0) return false;
                if (answer == 1) {
                    tetrahedra[side].alive = false;
                    cavity_.push_back(side);
                }
            }
        }
        for (int t : cavity_) {
            for (int k = 0; k < 4; ++k) {
                if (tetrahedra[tetrahedra[t].neighbour[k]].alive) rim_.push_back({t, k});
            }
        }
        int open = 0;
        for (const auto& [t, k] : rim_) {
            std::array<int, 4> corner = tetrahedra[t].corner;
            const int outside = tetrahedra[t].neighbour[k];
            corner[k] = point;
            const int made = add(corner);
            tetrahedra[made].neighbour[k] = outside;
            for (int i = 0; i < 4; ++i) {
                if (tetrahedra[outside].neighbour[i] == t) tetrahedra[outside].neighbour[i] = made;
            }
            for (int i = 0; i < 4; ++i) {
                if (i == k) continue;
                // The face opposite corner i holds the new point and one edge of the rim.
                int low = -1, high = -1;
                for (int j = 0; j < 4; ++j) {
                    if (j != i && j != k) (low < 0 ? low : high) = corner[j];
                }
                if (low > high) std::swap(low, high);
                // Two new tetrahedra meet there: the first waits for the second.
                int& waiting = edges_[static_cast<std::size_t>(low) * (infinity_ + 1) + high];
                if (waiting < 0) {
                    waiting = 4 * made + i;
                    ++open;
                } else {
                    tetrahedra[made].neighbour[i] = waiting / 4;
                    tetrahedra[waiting / 4].neighbour[waiting % 4] = made;
                    waiting = -1;
                    --open;
                }
            }
            if (!ghost(made)) {
                if (replaced(tetrahedra[made], k, p) < flat) return false;
                last_ = made;
            }
        }
        if (open) return false;
        free_.insert(free_.end(), cavity_.begin(), cavity_.end());
        return true;
    }

    std::vector<Vec> points_;
    std::vector<int> free_, cavity_;
    std::vector<std::pair<int, int>> rim_;
    std::vector<int> edges_;  // by two corners: four times the tetrahedron, and which face of it
    int infinity_ = 0, last_ = 0;
    double sign_ = 1.0;
};

}  // namespace kinemesh
