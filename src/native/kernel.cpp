// The inner loops of kinemesh.robot: kinematics, the nearest places of hulls, rows. Every function
// has a twin in Python that it is tested against; docstrings stand there.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "assembly.hpp"
#include "delaunay.hpp"
#include "gjk.hpp"
#include "laplacian.hpp"
#include "logarithm.hpp"

using namespace kinemesh;

namespace {

using Indices = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

std::vector<double> copied(const Numbers& array, py::ssize_t size, const char* name) {
    if (array.size() != size) throw std::invalid_argument(std::string(name) + ": wrong size");
    return {array.data(), array.data() + array.size()};
}

Frame placed(const double* rotation, const double* shift) {
    Frame f;
    for (int r = 0; r < 3; ++r) {
        f.row[r] = {rotation[3 * r], rotation[3 * r + 1], rotation[3 * r + 2]};
    }
    f.shift = {shift[0], shift[1], shift[2]};
    return f;
}

void put(double* to, Vec v) {
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
}

Vec taken(const double* from) { return {from[0], from[1], from[2]}; }

// Rows of a table that grows, handed out as arrays in the end.
struct Places {
    std::vector<double> distance, points, normals;
    std::vector<std::int64_t> hulls;

    void add(double d, Vec point, Vec normal, std::int64_t hull) {
        distance.push_back(d);
        for (double x : {point.x, point.y, point.z}) points.push_back(x);
        for (double x : {normal.x, normal.y, normal.z}) normals.push_back(x);
        hulls.push_back(hull);
    }
    py::tuple arrays() const {
        const auto n = static_cast<py::ssize_t>(distance.size());
        return py::make_tuple(Numbers(n, distance.data()),
                              Numbers(std::vector<py::ssize_t>{n, 3}, points.data()),
                              Numbers(std::vector<py::ssize_t>{n, 3}, normals.data()),
                              Indices(n, hulls.data()));
    }
};

// A convex part of an obstacle: its vertices and its facet planes.
struct Part {
    Columns vertices, planes;
    Vec low, high;  // corners of its bounds

    Part(const Numbers& points, const Numbers& facets)
        : vertices(points.data(), rows(points, 3), 3), planes(facets.data(), rows(facets, 4), 4) {
        const auto ends = [](const std::vector<double>& along) {
            return std::minmax_element(along.begin(), along.end());
        };
        const auto x = ends(vertices.x), y = ends(vertices.y), z = ends(vertices.z);
        low = {*x.first, *y.first, *z.first};
        high = {*x.second, *y.second, *z.second};
    }

    // Whether a ball is this far away: from the bounds, then from the highest plane. A point is at
    // least as far from a convex solid as from either.
    bool clear(Vec p, double reach) const {
        const Vec out{std::max({low.x - p.x, 0.0, p.x - high.x}),
                      std::max({low.y - p.y, 0.0, p.y - high.y}),
                      std::max({low.z - p.z, 0.0, p.z - high.z})};
        return (reach > 0.0 && dot(out, out) >= reach * reach) || planes.highest(p) >= reach;
    }

    static std::size_t rows(const Numbers& array, py::ssize_t width) {
        if (!array.size() || array.size() % width) {
            throw std::invalid_argument("a part needs points (N, 3) and planes (F, 4)");
        }
        return static_cast<std::size_t>(array.size() / width);
    }
};

class Kernel {
  public:
    Kernel(const Indices& parents, const Indices& sliding, const Numbers& placements,
           const Numbers& axes, const Numbers& support, const Numbers& vertices,
           const Indices& starts, const Indices& hull_joints, const Numbers& centres,
           const Numbers& radii, const Indices& pairs)
        : joints_(parents.size()),
          nv_(joints_ + 4),
          hulls_(radii.size()),
          placements_(copied(placements, 12 * joints_, "placements")),
          axes_(copied(axes, 3 * joints_, "axes")),
          support_(copied(support, joints_ * nv_, "support")),
          centres_(copied(centres, 3 * hulls_, "centres")),
          radii_(copied(radii, hulls_, "radii")),
          parents_(parents.data(), parents.data() + parents.size()),
          sliding_(sliding.data(), sliding.data() + sliding.size()),
          hull_joints_(hull_joints.data(), hull_joints.data() + hull_joints.size()),
          pairs_(pairs.data(), pairs.data() + pairs.size()) {
        std::vector<std::int64_t> first(starts.data(), starts.data() + starts.size());
        first.push_back(vertices.size() / 3);
        for (py::ssize_t h = 0; h < hulls_; ++h) {
            if (first[h] < 0 || first[h] >= first[h + 1]) throw std::invalid_argument("starts");
            clouds_.emplace_back(vertices.data() + 3 * first[h], first[h + 1] - first[h], 3);
        }
    }

    // Jacobian (6, nv), rotations (J, 3, 3), translations (J, 3), sphere centres (H, 3).
    py::tuple kinematics(const Numbers& q) const {
        configured(q);
        Numbers jacobian(std::vector<py::ssize_t>{6, nv_});
        Numbers rotations(std::vector<py::ssize_t>{joints_, 3, 3});
        Numbers translations(std::vector<py::ssize_t>{joints_, 3});
        Numbers spheres(std::vector<py::ssize_t>{hulls_, 3});
        double* J = jacobian.mutable_data();
        double* R = rotations.mutable_data();
        double* p = translations.mutable_data();
        double* s = spheres.mutable_data();
        std::fill(R, R + 9, 0.0);  // joint 0 is the universe
        R[0] = R[4] = R[8] = 1.0;
        std::fill(p, p + 3, 0.0);
        base(q.data(), R + 9, p + 3, J);
        for (py::ssize_t j = 2; j < joints_; ++j) joint(j, q.data()[j + 5], R, p, J);
        for (py::ssize_t h = 0; h < hulls_; ++h) {
            const auto j = hull_joints_[h];
            put(s + 3 * h, placed(R + 9 * j, p + 3 * j)(taken(&centres_[3 * h])));
        }
        return py::make_tuple(jacobian, rotations, translations, spheres);
    }

    // Rates (N, nv) of world points along world directions.
    Numbers rows(const Numbers& jacobian, const Indices& joints, const Numbers& points,
                 const Numbers& directions) const {
        const py::ssize_t n = joints.size();
        if (points.size() != 3 * n || directions.size() != 3 * n || jacobian.size() != 6 * nv_) {
            throw std::invalid_argument("rows: sizes do not fit");
        }
        Numbers result(std::vector<py::ssize_t>{n, nv_});
        double* out = result.mutable_data();
        const double* J = jacobian.data();
        for (py::ssize_t k = 0; k < n; ++k, out += nv_) {
            rate(J, joints.data()[k], taken(points.data() + 3 * k),
                 taken(directions.data() + 3 * k), out);
        }
        return result;
    }

    // Rates (N, nv) at which the points (N, 2, 3) of two joints (N, 2) part along directions.
    Numbers parting(const Numbers& jacobian, const Indices& joints, const Numbers& points,
                    const Numbers& directions) const {
        const py::ssize_t n = joints.size() / 2;
        if (points.size() != 6 * n || directions.size() != 3 * n || jacobian.size() != 6 * nv_) {
            throw std::invalid_argument("parting: sizes do not fit");
        }
        Numbers result(std::vector<py::ssize_t>{n, nv_});
        std::vector<double> other(static_cast<std::size_t>(nv_));
        for (py::ssize_t k = 0; k < n; ++k) {
            const Vec d = taken(directions.data() + 3 * k);
            double* out = result.mutable_data() + k * nv_;
            rate(jacobian.data(), joints.data()[2 * k], taken(points.data() + 6 * k), d, out);
            rate(jacobian.data(), joints.data()[2 * k + 1], taken(points.data() + 6 * k + 3), d,
                 other.data());
            for (py::ssize_t c = 0; c < nv_; ++c) out[c] -= other[c];
        }
        return result;
    }

    // Jacobians (N, 3, nv) of world points.
    Numbers jacobians(const Numbers& jacobian, const Indices& joints, const Numbers& points) const {
        const py::ssize_t n = joints.size();
        if (points.size() != 3 * n || jacobian.size() != 6 * nv_) {
            throw std::invalid_argument("jacobians: sizes do not fit");
        }
        Numbers result(std::vector<py::ssize_t>{n, 3, nv_});
        double* out = result.mutable_data();
        const double *x = jacobian.data(), *y = x + nv_, *z = y + nv_;
        const double *a = z + nv_, *b = a + nv_, *c = b + nv_;
        for (py::ssize_t k = 0; k < n; ++k, out += 3 * nv_) {
            const Vec p = taken(points.data() + 3 * k);
            const double* on = &support_[checked(joints.data()[k]) * nv_];
            for (py::ssize_t i = 0; i < nv_; ++i) {
                out[i] = on[i] * (x[i] + b[i] * p.z - c[i] * p.y);
                out[nv_ + i] = on[i] * (y[i] + c[i] * p.x - a[i] * p.z);
                out[2 * nv_ + i] = on[i] * (z[i] + a[i] * p.y - b[i] * p.x);
            }
        }
        return result;
    }

    // World positions (N, 3) of points in joint frames.
    Numbers positions(const Numbers& rotations, const Numbers& translations, const Indices& joints,
                      const Numbers& offsets) const {
        const py::ssize_t n = joints.size();
        moved(rotations, translations);
        if (offsets.size() != 3 * n) throw std::invalid_argument("positions: sizes do not fit");
        Numbers result(std::vector<py::ssize_t>{n, 3});
        double* out = result.mutable_data();
        for (py::ssize_t k = 0; k < n; ++k, out += 3) {
            put(out, joint_frame(rotations, translations, joints.data()[k])(
                         taken(offsets.data() + 3 * k)));
        }
        return result;
    }

    // Distances (N,) of points in joint frames along directions from origins, and rates (N, nv).
    py::tuple along(const Numbers& jacobian, const Numbers& rotations, const Numbers& translations,
                    const Indices& joints, const Numbers& offsets, const Numbers& directions,
                    const Numbers& origins) const {
        const py::ssize_t n = joints.size();
        const Numbers points = positions(rotations, translations, joints, offsets);
        if (directions.size() != 3 * n || origins.size() != 3 * n) {
            throw std::invalid_argument("along: sizes do not fit");
        }
        Numbers value(n);
        for (py::ssize_t k = 0; k < n; ++k) {
            const Vec way = taken(directions.data() + 3 * k);
            const Vec from = taken(origins.data() + 3 * k);
            value.mutable_data()[k] = dot(way, taken(points.data() + 3 * k) - from);
        }
        return py::make_tuple(value, rows(jacobian, joints, points, directions));
    }

    // F P + o (K, 3) for K points P in joint frames and an upper triangular F, with its rates
    // (3 K, nv).
    py::tuple mixed(const Numbers& jacobian, const Numbers& rotations, const Numbers& translations,
                    const Indices& joints, const Numbers& offsets, const Numbers& factor,
                    const Numbers& constant) const {
        const py::ssize_t n = joints.size(), width = 3 * nv_;
        const Numbers points = positions(rotations, translations, joints, offsets);
        const Numbers single = jacobians(jacobian, joints, points);
        if (factor.size() != n * n || constant.size() != 3 * n) {
            throw std::invalid_argument("mixed: sizes do not fit");
        }
        Numbers value(std::vector<py::ssize_t>{n, 3});
        Numbers rates(std::vector<py::ssize_t>{3 * n, nv_});
        double *v = value.mutable_data(), *out = rates.mutable_data();
        std::copy(constant.data(), constant.data() + 3 * n, v);
        std::fill(out, out + n * width, 0.0);
        for (py::ssize_t i = 0; i < n; ++i, v += 3, out += width) {
            for (py::ssize_t j = i; j < n; ++j) {
                const double f = factor.data()[n * i + j];
                if (f == 0.0) continue;
                const double *p = points.data() + 3 * j, *rate = single.data() + j * width;
                for (int c = 0; c < 3; ++c) v[c] += f * p[c];
                for (py::ssize_t c = 0; c < width; ++c) out[c] += f * rate[c];
            }
        }
        return py::make_tuple(value, rates);
    }

    // What axes (P, 3, 3) fixed to joints miss wanted ones by, axis after axis (9 P,), and rates.
    py::tuple turned(const Numbers& jacobian, const Numbers& rotations, const Indices& joints,
                     const Numbers& own, const Numbers& wanted) const {
        const py::ssize_t n = joints.size();
        if (rotations.size() != 9 * joints_ || jacobian.size() != 6 * nv_ || own.size() != 9 * n ||
            wanted.size() != 9 * n) {
            throw std::invalid_argument("turned: sizes do not fit");
        }
        Numbers value(9 * n);
        Numbers rates(std::vector<py::ssize_t>{9 * n, nv_});
        double *v = value.mutable_data(), *out = rates.mutable_data();
        const double *x = jacobian.data() + 3 * nv_, *y = x + nv_, *z = y + nv_;
        const Vec none{0, 0, 0};
        for (py::ssize_t k = 0; k < n; ++k) {
            const auto j = checked(joints.data()[k]);
            double still[3];
            put(still, none);
            const Frame f = placed(rotations.data() + 9 * j, still);
            const double* on = &support_[j * nv_];
            for (int c = 0; c < 3; ++c, v += 3) {
                const double *mine = own.data() + 9 * k + c, *theirs = wanted.data() + 9 * k + c;
                const Vec axis = f.turned({mine[0], mine[3], mine[6]});
                put(v, axis - Vec{theirs[0], theirs[3], theirs[6]});
                // A vector a turns with omega x a.
                double *a = out, *b = a + nv_, *d = b + nv_;
                for (py::ssize_t i = 0; i < nv_; ++i) {
                    a[i] = on[i] * (y[i] * axis.z - z[i] * axis.y);
                    b[i] = on[i] * (z[i] * axis.x - x[i] * axis.z);
                    d[i] = on[i] * (x[i] * axis.y - y[i] * axis.x);
                }
                out += 3 * nv_;
            }
        }
        return py::make_tuple(value, rates);
    }

    // Tangent (nv,) from one configuration to another, and how it changes (nv, nv) with the other.
    py::tuple difference(const Numbers& from, const Numbers& to) const {
        configured(from);
        configured(to);
        Numbers value(nv_), rates(std::vector<py::ssize_t>{nv_, nv_});
        double *v = value.mutable_data(), *J = rates.mutable_data();
        identity(J);
        const Logarithm base(from.data(), to.data());
        put(v, base.linear);
        put(v + 3, base.angular);
        for (py::ssize_t k = 6; k < nv_; ++k) v[k] = to.data()[k + 1] - from.data()[k + 1];
        base.jacobian(J, static_cast<std::size_t>(nv_));
        return py::make_tuple(value, rates);
    }

    // - sum_k s_k (q minus q_k) (nv,) for shares s that sum to -1, and how it changes with q.
    py::tuple blended(const Numbers& q, const std::vector<Numbers>& others,
                      const Numbers& shares) const {
        configured(q);
        if (shares.size() != static_cast<py::ssize_t>(others.size())) {
            throw std::invalid_argument("blended: sizes do not fit");
        }
        Numbers value(nv_), rates(std::vector<py::ssize_t>{nv_, nv_});
        double *v = value.mutable_data(), *J = rates.mutable_data();
        std::fill(v, v + nv_, 0.0);
        double turning[36] = {}, one[36];
        for (std::size_t n = 0; n < others.size(); ++n) {
            configured(others[n]);
            const double share = shares.data()[n];
            const double* from = others[n].data();
            const Logarithm base(from, q.data());
            double away[6];
            put(away, base.linear);
            put(away + 3, base.angular);
            base.jacobian(one, 6);
            for (int k = 0; k < 6; ++k) v[k] -= share * away[k];
            for (int k = 0; k < 36; ++k) turning[k] -= share * one[k];
            for (py::ssize_t k = 6; k < nv_; ++k) v[k] -= share * (q.data()[k + 1] - from[k + 1]);
        }
        // Joints are numbers: they change as the step does.
        identity(J);
        for (int r = 0; r < 6; ++r) std::copy(turning + 6 * r, turning + 6 * r + 6, J + r * nv_);
        return py::make_tuple(value, rates);
    }

    // Lowest vertices over a level: distance, points, normals, hulls.
    py::tuple ground(const Numbers& rotations, const Numbers& translations, const Numbers& spheres,
                     double height, double within, double band) const {
        posed(rotations, translations, spheres);
        Places found;
        std::vector<double> above;
        for (py::ssize_t h = 0; h < hulls_; ++h) {
            const double* centre = spheres.data() + 3 * h;
            if (centre[2] - height - radii_[h] >= within) continue;
            const Frame f = frame(rotations, translations, h);
            const Cloud& cloud = hull(h);
            above.resize(cloud.count);
            double lowest = HUGE_VAL;
            for (std::size_t k = 0; k < cloud.count; ++k) {
                above[k] = dot(f.row[2], cloud[k]) + f.shift.z - height;
                lowest = std::min(lowest, above[k]);
            }
            const double limit = std::min(within, lowest + band);
            double best[4] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
            std::size_t chosen[4] = {0, 0, 0, 0};
            for (std::size_t k = 0; k < cloud.count; ++k) {
                if (above[k] >= limit) continue;
                const Vec p = f(cloud[k]);
                const double x = p.x - centre[0], y = p.y - centre[1];
                keep(best, chosen, 2 * (x > 0.0) + (y > 0.0), above[k], x, y, k);
            }
            for (int c = 0; c < 4; ++c) {
                if (best[c] == HUGE_VAL) continue;
                found.add(above[chosen[c]], f(cloud[chosen[c]]), {0, 0, 1}, h);
            }
        }
        return found.arrays();
    }

    // Places of chosen hulls near a convex part at a pose; and the hulls that touch it so closely
    // that no direction can be told, whose places are left to the caller.
    py::tuple part(const Part& part, const Numbers& rotations, const Numbers& translations,
                   const Numbers& spheres, const Numbers& turn, const Numbers& shift,
                   const Indices& chosen, double within, double snug) const {
        posed(rotations, translations, spheres);
        if (turn.size() != 9 || shift.size() != 3) throw std::invalid_argument("pose: wrong size");
        const Frame there = placed(turn.data(), shift.data());
        Places found, corners;
        std::vector<std::int64_t> touching;
        for (py::ssize_t n = 0; n < chosen.size(); ++n) {
            const std::int64_t h = chosen.data()[n];
            if (h < 0 || h >= hulls_) throw std::out_of_range("no such hull");
            const Vec centre = taken(spheres.data() + 3 * h);
            const Vec local = there.unturned(centre - there.shift);
            if (part.clear(local, radii_[h] + within)) continue;
            const Frame f = frame(rotations, translations, h);
            const Vec up = there.turned(part.planes[part.planes.which(local)]);
            const Closest c = closest(hull(h), f, part.vertices, there, within, up);
            if (!c.within) continue;
            if (!c.known) {
                touching.push_back(h);
                continue;
            }
            found.add(c.distance, c.first, c.normal, h);
            if (std::abs(c.distance) < snug) {
                const double level = dot(c.normal, c.second) + snug;
                patch(part, h, f, there, c.normal, level, snug, c.first, found);
            }
        }
        for (std::int64_t h : touching) {
            const Frame f = frame(rotations, translations, h);
            const Vec local = there.unturned(taken(spheres.data() + 3 * h) - there.shift);
            const std::size_t plane = part.planes.which(local);
            const Vec up = there.turned(part.planes[plane]);
            const double level = dot(up, there.shift) - part.planes.d[plane] + snug;
            patch(part, h, f, there, up, level, snug, {HUGE_VAL, 0, 0}, corners);
        }
        return py::make_tuple(found.arrays(), corners.arrays(),
                              Indices(static_cast<py::ssize_t>(touching.size()), touching.data()));
    }

    // Pairs of hulls less than `within` apart: distance, points (N, 2, 3), normals, indices of
    // pairs; and the pairs that touch too closely to tell, which are left to the caller.
    py::tuple pairs(const Numbers& rotations, const Numbers& translations, const Numbers& spheres,
                    double within) const {
        posed(rotations, translations, spheres);
        std::vector<double> distance, points, normals;
        std::vector<std::int64_t> kept, touching;
        for (std::size_t k = 0; 2 * k < pairs_.size(); ++k) {
            const auto a = pairs_[2 * k], b = pairs_[2 * k + 1];
            const Vec gap = taken(spheres.data() + 3 * a) - taken(spheres.data() + 3 * b);
            const double reach = radii_[a] + radii_[b] + within;
            if (dot(gap, gap) >= reach * reach) continue;
            const Frame f = frame(rotations, translations, a), g = frame(rotations, translations, b);
            const Closest c = closest(hull(a), f, hull(b), g, within, gap);
            if (!c.within) continue;
            if (!c.known) {
                touching.push_back(k);
                continue;
            }
            distance.push_back(c.distance);
            for (Vec v : {c.first, c.second}) {
                for (double x : {v.x, v.y, v.z}) points.push_back(x);
            }
            for (double x : {c.normal.x, c.normal.y, c.normal.z}) normals.push_back(x);
            kept.push_back(k);
        }
        const auto n = static_cast<py::ssize_t>(kept.size());
        return py::make_tuple(Numbers(n, distance.data()),
                              Numbers(std::vector<py::ssize_t>{n, 2, 3}, points.data()),
                              Numbers(std::vector<py::ssize_t>{n, 3}, normals.data()),
                              Indices(n, kept.data()),
                              Indices(static_cast<py::ssize_t>(touching.size()), touching.data()));
    }

  private:
    static constexpr double same = 1e-6;  // [m]; nearer points are one

    void base(const double* q, double* R, double* p, double* J) const {
        const double x = q[3], y = q[4], z = q[5], w = q[6];
        const double turn[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
                                2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                                2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)};
        const Frame before = placed(&placements_[12], &placements_[12 + 9]);
        for (int c = 0; c < 3; ++c) {
            const Vec column = before.turned({turn[c], turn[3 + c], turn[6 + c]});
            R[c] = column.x;
            R[3 + c] = column.y;
            R[6 + c] = column.z;
        }
        const Vec place = before(taken(q));
        put(p, place);
        for (int c = 0; c < 3; ++c) {
            const Vec axis{R[c], R[3 + c], R[6 + c]};
            column(J, c, axis, {0, 0, 0});
            column(J, 3 + c, cross(place, axis), axis);
        }
    }

    void joint(py::ssize_t j, double q, double* R, double* p, double* J) const {
        const auto up = parents_[j];
        const Frame parent = placed(R + 9 * up, p + 3 * up);
        const double* placement = &placements_[12 * j];
        double* mine = R + 9 * j;
        double start[9];
        for (int r = 0; r < 3; ++r) {
            const double* row = R + 9 * up + 3 * r;
            for (int c = 0; c < 3; ++c) {
                start[3 * r + c] = row[0] * placement[c] + row[1] * placement[3 + c] +
                                   row[2] * placement[6 + c];
            }
        }
        Vec place = parent(taken(placement + 9));
        const Vec axis = taken(&axes_[3 * j]);
        const Frame fixed = placed(start, placement + 9);
        const Vec along = fixed.turned(axis);
        if (sliding_[j]) {
            place = place + q * along;
            std::copy(start, start + 9, mine);
            column(J, j + 4, along, {0, 0, 0});
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
            column(J, j + 4, cross(place, along), along);
        }
        put(p + 3 * j, place);
    }

    void column(double* J, py::ssize_t c, Vec linear, Vec angular) const {
        const double values[6] = {linear.x, linear.y, linear.z, angular.x, angular.y, angular.z};
        for (int r = 0; r < 6; ++r) J[r * nv_ + c] = values[r];
    }

    py::ssize_t checked(std::int64_t joint) const {
        if (joint < 0 || joint >= joints_) throw std::out_of_range("no such joint");
        return joint;
    }

    // How a world point that moves with a joint moves along d (nv,).
    void rate(const double* J, std::int64_t joint, Vec point, Vec d, double* out) const {
        const Vec m = cross(point, d);
        const double* on = &support_[checked(joint) * nv_];
        for (py::ssize_t c = 0; c < nv_; ++c) {
            out[c] = on[c] * (d.x * J[c] + d.y * J[nv_ + c] + d.z * J[2 * nv_ + c] +
                              m.x * J[3 * nv_ + c] + m.y * J[4 * nv_ + c] + m.z * J[5 * nv_ + c]);
        }
    }

    void configured(const Numbers& q) const {
        if (q.size() != nv_ + 1) throw std::invalid_argument("q: wrong size");
    }

    void identity(double* J) const {
        std::fill(J, J + nv_ * nv_, 0.0);
        for (py::ssize_t k = 0; k < nv_; ++k) J[k * nv_ + k] = 1.0;
    }

    void moved(const Numbers& rotations, const Numbers& translations) const {
        if (rotations.size() != 9 * joints_ || translations.size() != 3 * joints_) {
            throw std::invalid_argument("kinematics of another robot");
        }
    }

    void posed(const Numbers& rotations, const Numbers& translations, const Numbers& spheres) const {
        moved(rotations, translations);
        if (spheres.size() != 3 * hulls_) throw std::invalid_argument("spheres of another robot");
    }

    Frame joint_frame(const Numbers& rotations, const Numbers& translations, std::int64_t j) const {
        checked(j);
        return placed(rotations.data() + 9 * j, translations.data() + 3 * j);
    }

    Frame frame(const Numbers& rotations, const Numbers& translations, std::int64_t h) const {
        return joint_frame(rotations, translations, hull_joints_[h]);
    }

    const Cloud& hull(std::int64_t h) const { return clouds_[h]; }

    // The lowest of a quadrant, and of those on one level the outermost.
    static void keep(double* best, std::size_t* chosen, int quadrant, double height, double x,
                     double y, std::size_t k) {
        const double rank = height - 1e-5 * (std::abs(x) + std::abs(y));
        if (rank < best[quadrant]) {
            best[quadrant] = rank;
            chosen[quadrant] = k;
        }
    }

    // Vertices of a hull that face the part it lies on (robot/patch.py).
    //
    // `level`: vertices this far along the normal are further than `snug`, for the part is behind a
    // plane across it.
    void patch(const Part& part, std::int64_t h, const Frame& f, const Frame& there, Vec normal,
               double level, double snug, Vec nearest, Places& found) const {
        struct Foot {
            Vec foot, world, normal;
            double height;
        };
        std::vector<Foot> feet;
        const Cloud& cloud = hull(h);
        Vec middle{0, 0, 0};
        for (std::size_t k = 0; k < cloud.count; ++k) {
            const Vec world = f(cloud[k]);
            // The part is behind the plane that parts it from the hull: no vertex is nearer.
            if (dot(normal, world) >= level) continue;
            const Vec local = there.unturned(world - there.shift);
            const auto [height, facet] = part.planes.largest(local);
            if (std::abs(height) >= snug) continue;
            const Vec up = part.planes[facet];
            const Vec foot = local - height * up;
            if (part.planes.highest(foot) >= 1e-5 || length(world - nearest) < same) continue;
            feet.push_back({foot, world, there.turned(up), height});
            middle = middle + foot;
        }
        if (feet.empty()) return;
        middle = (1.0 / static_cast<double>(feet.size())) * middle;
        const Vec n = there.unturned(normal);
        // Along the hull's own x, or its y where that is across: a foot is long that way.
        const Vec along = there.unturned({f.row[0].x, f.row[1].x, f.row[2].x});
        const Vec beside = there.unturned({f.row[0].y, f.row[1].y, f.row[2].y});
        Vec first = std::abs(dot(along, n)) < 0.9 ? along : beside;
        first = first - dot(first, n) * n;
        const Vec second = cross(n, first);
        double best[4] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
        std::size_t chosen[4] = {0, 0, 0, 0};
        for (std::size_t k = 0; k < feet.size(); ++k) {
            const double x = dot(feet[k].foot - middle, first);
            const double y = dot(feet[k].foot - middle, second);
            keep(best, chosen, 2 * (x > 0.0) + (y > 0.0), feet[k].height, x, y, k);
        }
        std::vector<std::size_t> corners;
        for (int c = 0; c < 4; ++c) {
            if (best[c] < HUGE_VAL) corners.push_back(chosen[c]);
        }
        // In the hull's own order: which quadrant is the first depends on rounding.
        std::sort(corners.begin(), corners.end());
        for (std::size_t k : corners) {
            found.add(feet[k].height, feet[k].world, feet[k].normal, h);
        }
    }

    py::ssize_t joints_, nv_, hulls_;
    std::vector<double> placements_, axes_, support_, centres_, radii_;
    std::vector<Cloud> clouds_;
    std::vector<std::int64_t> parents_, sliding_, hull_joints_, pairs_;
};

// Who is next to whom in the Delaunay tetrahedralisation (V, V); None where it is too close to call.
py::object adjacent(const Numbers& points) {
    if (points.ndim() != 2 || points.shape(1) != 3) throw std::invalid_argument("points: (V, 3)");
    const auto count = points.shape(0);
    Delaunay mesh;
    if (!mesh.build(points.data(), static_cast<int>(count))) return py::none();
    py::array_t<bool> result(std::vector<py::ssize_t>{count, count});
    bool* out = result.mutable_data();
    std::fill(out, out + count * count, false);
    for (const auto& t : mesh.tetrahedra) {
        if (!t.alive) continue;
        for (int a : t.corner) {
            for (int b : t.corner) {
                if (a != b && a != mesh.infinity() && b != mesh.infinity()) {
                    out[a * count + b] = true;
                }
            }
        }
    }
    return result;
}

using Flags = py::array_t<bool, py::array::c_style | py::array::forcecast>;

Neighbours neighbours(const Flags& adjacent) {
    if (adjacent.ndim() != 2 || adjacent.shape(0) != adjacent.shape(1)) {
        throw std::invalid_argument("adjacent: (V, V)");
    }
    return {adjacent.data(), static_cast<std::size_t>(adjacent.shape(0))};
}

// Laplacian coordinates (V, 3) of points (V, 3).
Numbers deltas(const Flags& adjacent, const Numbers& points) {
    if (points.size() != 3 * adjacent.shape(0)) throw std::invalid_argument("points: wrong size");
    Numbers result(std::vector<py::ssize_t>{adjacent.shape(0), 3});
    neighbours(adjacent).deltas(points.data(), result.mutable_data());
    return result;
}

// Factor (K, K), offset (K, 3) and constant of the Laplacian cost; None where it has no factor.
py::object target(const Flags& adjacent, const Numbers& deltas, const Numbers& anchors,
                  const Numbers& weights) {
    const auto count = adjacent.shape(0), moving = count - anchors.size() / 3;
    if (deltas.size() != 3 * count || weights.size() != count || anchors.size() % 3 || moving < 0) {
        throw std::invalid_argument("target: sizes do not fit");
    }
    Numbers factor(std::vector<py::ssize_t>{moving, moving});
    Numbers offset(std::vector<py::ssize_t>{moving, 3});
    double constant = 0.0;
    if (!reduced(neighbours(adjacent), static_cast<std::size_t>(moving), deltas.data(),
                 anchors.data(), weights.data(), factor.mutable_data(), offset.mutable_data(),
                 constant)) {
        return py::none();
    }
    return py::make_tuple(factor, offset, constant);
}

// The value at a point of a grid, linear between its nodes and constant beyond them.
double read(const Numbers& grid, const Numbers& origin, double spacing, const double* point) {
    py::ssize_t low[3], high[3];
    double share[3];
    for (int c = 0; c < 3; ++c) {
        const auto last = static_cast<double>(grid.shape(c) - 1);
        const double at = (point[c] - origin.data()[c]) / spacing;
        const double held = at > 0.0 ? std::min(at, last) : 0.0;
        low[c] = static_cast<py::ssize_t>(held);
        high[c] = std::min<py::ssize_t>(low[c] + 1, grid.shape(c) - 1);
        share[c] = held - static_cast<double>(low[c]);
    }
    double sum = 0.0;
    for (int corner = 0; corner < 8; ++corner) {
        py::ssize_t node[3];
        double weight = 1.0;
        for (int c = 0; c < 3; ++c) {
            const bool up = corner >> c & 1;
            node[c] = up ? high[c] : low[c];
            weight *= up ? share[c] : 1.0 - share[c];
        }
        sum += weight * grid.data()[(node[0] * grid.shape(1) + node[1]) * grid.shape(2) + node[2]];
    }
    return sum;
}

// Values (N,) at points (N, 3) of a grid, linear between its nodes and constant beyond them.
Numbers between_nodes(const Numbers& grid, const Numbers& origin, double spacing,
                      const Numbers& points) {
    if (grid.ndim() != 3 || origin.size() != 3 || points.size() % 3) {
        throw std::invalid_argument("between_nodes: sizes do not fit");
    }
    const py::ssize_t n = points.size() / 3;
    Numbers result(n);
    for (py::ssize_t k = 0; k < n; ++k) {
        result.mutable_data()[k] = read(grid, origin, spacing, points.data() + 3 * k);
    }
    return result;
}

// Distances (N,) to a hull, those below `within` less by what a grid around it says where it is
// met: at the world's points less distance times normal, in the hull's own frame.
Numbers entered(const Numbers& grid, const Numbers& origin, double spacing, double within,
                const Numbers& distance, const Numbers& points, const Numbers& normals,
                const Numbers& turn, const Numbers& shift) {
    const py::ssize_t n = distance.size();
    if (grid.ndim() != 3 || origin.size() != 3 || points.size() != 3 * n ||
        normals.size() != 3 * n || turn.size() != 9 || shift.size() != 3) {
        throw std::invalid_argument("entered: sizes do not fit");
    }
    const Frame there = placed(turn.data(), shift.data());
    Numbers result(n);
    for (py::ssize_t k = 0; k < n; ++k) {
        const double apart = distance.data()[k];
        result.mutable_data()[k] = apart;
        if (!(apart < within)) continue;
        const Vec met = taken(points.data() + 3 * k) - apart * taken(normals.data() + 3 * k);
        double local[3];
        put(local, there.unturned(met - there.shift));
        result.mutable_data()[k] += read(grid, origin, spacing, local);
    }
    return result;
}

}  // namespace

PYBIND11_MODULE(_native, m) {
    m.def("adjacent", &adjacent);
    m.def("deltas", &deltas);
    m.def("target", &target);
    m.def("costs", &costs);
    m.def("violations", &violations);
    m.def("normal", &normal);
    m.def("stacked", &stacked);
    m.def("between_nodes", &between_nodes);
    m.def("entered", &entered);
    py::class_<Part>(m, "Part").def(py::init<const Numbers&, const Numbers&>());
    py::class_<Kernel>(m, "Kernel")
        .def(py::init<const Indices&, const Indices&, const Numbers&, const Numbers&,
                      const Numbers&, const Numbers&, const Indices&, const Indices&,
                      const Numbers&, const Numbers&, const Indices&>())
        .def("kinematics", &Kernel::kinematics)
        .def("rows", &Kernel::rows)
        .def("parting", &Kernel::parting)
        .def("jacobians", &Kernel::jacobians)
        .def("positions", &Kernel::positions)
        .def("along", &Kernel::along)
        .def("mixed", &Kernel::mixed)
        .def("turned", &Kernel::turned)
        .def("difference", &Kernel::difference)
        .def("blended", &Kernel::blended)
        .def("ground", &Kernel::ground)
        .def("part", &Kernel::part)
        .def("pairs", &Kernel::pairs);
}
