// What the tests of the kernel's headers share: checks, chance, poses, and a small robot.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "program.hpp"

// An assertion in release builds too.
#define CHECK(what)                                                          \
    do {                                                                     \
        if (!(what)) {                                                       \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);  \
            std::exit(1);                                                    \
        }                                                                    \
    } while (false)

#define CHECK_THROWS(what, error) \
    do {                          \
        bool thrown = false;      \
        try {                     \
            (void)(what);         \
        } catch (const error&) {  \
            thrown = true;        \
        }                         \
        CHECK(thrown && #what);   \
    } while (false)

namespace kinemesh {

inline bool close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }
inline bool close(Vec a, Vec b, double tolerance) { return length(a - b) <= tolerance; }

// Chance, the same in every run.
class Chance {
  public:
    explicit Chance(unsigned seed) : engine_(seed) {}
    double normal() { return std::normal_distribution<double>()(engine_); }
    double between(double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(engine_);
    }
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_);
    }
    Vec vec(double size = 1.0) { return {size * normal(), size * normal(), size * normal()}; }
    Vec unit() {
        const Vec v = vec();
        return (1.0 / length(v)) * v;
    }
    Reals reals(std::size_t count, double size = 1.0) {
        Reals numbers;
        for (std::size_t k = 0; k < count; ++k) numbers.push_back(size * normal());
        return numbers;
    }

  private:
    std::mt19937_64 engine_;
};

// ---- poses, by the power series of the exponential: no closed form is shared with the kernel

using Matrix = std::array<std::array<double, 4>, 4>;

inline Matrix product(const Matrix& a, const Matrix& b) {
    Matrix c{};
    for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 4; ++j) {
            for (int k = 0; k < 4; ++k) c[i][j] += a[i][k] * b[k][j];
        }
    }
    return c;
}

inline Matrix identity() {
    Matrix m{};
    for (int k = 0; k < 4; ++k) m[k][k] = 1.0;
    return m;
}

// The motion that a twist of SE(3) leads to.
inline Matrix exponential(Vec linear, Vec angular) {
    const double s = 1.0 / 256.0;
    const Vec v = s * linear, w = s * angular;
    const Matrix twist{{{0, -w.z, w.y, v.x}, {w.z, 0, -w.x, v.y}, {-w.y, w.x, 0, v.z}, {}}};
    Matrix sum = identity(), term = identity();
    for (int n = 1; n < 12; ++n) {
        term = product(term, twist);
        for (auto& row : term) {
            for (double& x : row) x /= n;
        }
        for (int i = 0; i < 4; ++i) {
            for (int j = 0; j < 4; ++j) sum[i][j] += term[i][j];
        }
    }
    for (int n = 0; n < 8; ++n) sum = product(sum, sum);
    return sum;
}

inline Pose frame_of(const Matrix& m) {
    return {{{m[0][0], m[0][1], m[0][2]}, {m[1][0], m[1][1], m[1][2]}, {m[2][0], m[2][1], m[2][2]}},
            {m[0][3], m[1][3], m[2][3]}};
}

// A rotation about an axis, as x y z w.
inline std::array<double, 4> turn_about(Vec angular) {
    const double angle = length(angular);
    const Vec v = (angle > 0.0 ? std::sin(0.5 * angle) / angle : 0.5) * angular;
    return {v.x, v.y, v.z, std::cos(0.5 * angle)};
}

inline std::array<double, 4> quaternion_product(const double* a, const double* b) {
    const Vec v{a[0], a[1], a[2]}, u{b[0], b[1], b[2]};
    const Vec w = a[3] * u + b[3] * v + cross(v, u);
    return {w.x, w.y, w.z, a[3] * b[3] - dot(v, u)};
}

// The rotation of a unit quaternion x y z w, column by column as it turns the axes.
inline Pose pose_frame(const double* pose) {
    Pose f{};
    double columns[3][3];
    const double back[4] = {-pose[3], -pose[4], -pose[5], pose[6]};
    for (int c = 0; c < 3; ++c) {
        const double axis[4] = {c == 0 ? 1.0 : 0.0, c == 1 ? 1.0 : 0.0, c == 2 ? 1.0 : 0.0, 0.0};
        const auto turned = quaternion_product(quaternion_product(pose + 3, axis).data(), back);
        for (int r = 0; r < 3; ++r) columns[c][r] = turned[r];
    }
    for (int r = 0; r < 3; ++r) f.row[r] = {columns[0][r], columns[1][r], columns[2][r]};
    f.shift = {pose[0], pose[1], pose[2]};
    return f;
}

inline Pose random_frame(Chance& chance, double spread) {
    Pose f = frame_of(exponential({0, 0, 0}, chance.vec(2.0)));
    f.shift = chance.vec(spread);
    return f;
}

// A configuration after a step: the base's in its own axes, then the joints.
inline Reals stepped(const Reals& q, const Reals& step) {
    const Vec linear = taken(&step[0]), angular = taken(&step[3]);
    const Matrix motion = exponential(linear, angular);
    const Pose base = pose_frame(q.data());
    const Vec place = base({motion[0][3], motion[1][3], motion[2][3]});
    const auto turn = quaternion_product(&q[3], turn_about(angular).data());
    Reals result = q;
    put(result.data(), place);
    std::copy(turn.begin(), turn.end(), result.begin() + 3);
    for (std::size_t k = 7; k < q.size(); ++k) result[k] += step[k - 1];
    return result;
}

// ---- hulls, and a robot: a base with a turning and a sliding joint, and another that turns

// The corners of a box about the origin.
inline Reals box(Vec half) {
    Reals points;
    for (int k = 0; k < 8; ++k) {
        points.insert(points.end(), {k & 1 ? half.x : -half.x, k & 2 ? half.y : -half.y,
                                     k & 4 ? half.z : -half.z});
    }
    return points;
}

inline Reals box_planes(Vec half) {
    return {1, 0, 0, -half.x, -1, 0, 0, -half.x, 0, 1, 0, -half.y,
            0, -1, 0, -half.y, 0, 0, 1, -half.z, 0, 0, -1, -half.z};
}

inline Cloud cloud_of(const Reals& points) { return {points.data(), points.size() / 3, 3}; }

inline Tables small_robot() {
    Tables t;
    t.parents = {0, 0, 1, 2, 1};
    t.sliding = {0, 0, 0, 1, 0};
    const Vec tilted = (1.0 / std::sqrt(3.0)) * Vec{1, 1, 1};
    const Pose places[5] = {frame_of(identity()), frame_of(exponential({0.1, 0, 0}, {0, 0, 0.3})),
                             frame_of(exponential({0.2, 0.1, 0.3}, {0.4, 0, 0})),
                             frame_of(exponential({0.3, 0, 0}, {0, -0.7, 0.2})),
                             frame_of(exponential({0, -0.5, 0.1}, {0, 0.5, 1.0}))};
    for (const Pose& f : places) {
        for (const Vec& v : {f.row[0], f.row[1], f.row[2], f.shift}) {
            t.placements.insert(t.placements.end(), {v.x, v.y, v.z});
        }
    }
    t.axes = {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, tilted.x, tilted.y, tilted.z};
    t.support = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1,
                 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1};
    const Vec halves[3] = {{0.1, 0.15, 0.2}, {0.05, 0.04, 0.03}, {0.06, 0.03, 0.08}};
    for (const Vec& half : halves) {
        t.starts.push_back(static_cast<std::int64_t>(t.vertices.size() / 3));
        const Reals corners = box(half);
        t.vertices.insert(t.vertices.end(), corners.begin(), corners.end());
        t.radii.push_back(length(half));
        t.centres.insert(t.centres.end(), {0, 0, 0});
    }
    t.hull_joints = {1, 3, 4};
    t.pairs = {0, 1, 0, 2, 1, 2};
    return t;
}

inline Reals random_configuration(const Model& model, Chance& chance) {
    Reals q = chance.reals(model.nv() + 1, 0.5);
    const auto turn = turn_about(chance.vec(1.5));
    std::copy(turn.begin(), turn.end(), q.begin() + 3);
    return q;
}

// What rows come to.
struct Values {
    Reals value, rates;
};

inline Values values_of(const Model& model, const Rows& rows, const Reals& q) {
    Point point(model, q.data());
    const auto found = rows.at(point);
    Values v{found->value, Reals(found->value.size() * model.nv())};
    found->rates(point, v.rates.data());
    return v;
}

// How far the rates of rows are from differences of their values; negative where a step changes
// how many rows there are.
inline double rates_off(const Model& model, const Rows& rows, const Reals& q, double h = 1e-5) {
    const Values here = values_of(model, rows, q);
    double worst = 0.0;
    for (std::size_t c = 0; c < model.nv(); ++c) {
        Reals step(model.nv(), 0.0);
        step[c] = h;
        const Reals up = values_of(model, rows, stepped(q, step)).value;
        step[c] = -h;
        const Reals down = values_of(model, rows, stepped(q, step)).value;
        if (up.size() != here.value.size() || down.size() != here.value.size()) return -1.0;
        for (std::size_t k = 0; k < up.size(); ++k) {
            const double difference = (up[k] - down[k]) / (2.0 * h);
            worst = std::max(worst, std::abs(difference - here.rates[k * model.nv() + c]));
        }
    }
    return worst;
}

void test_hulls();
void test_meshes();
void test_kinematics();
void test_proximity();
void test_programs();
void test_searches();
void test_surfaces();

}  // namespace kinemesh
