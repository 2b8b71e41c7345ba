// From one pose to another as a tangent, and how that changes: the logarithm of SE(3) and its
// right Jacobian, by unit quaternions.
#pragma once

#include <cmath>

#include "simplex.hpp"

namespace kinemesh {

struct Quaternion {
    double x, y, z, w;

    Quaternion conjugate() const { return {-x, -y, -z, w}; }
    Vec turned(Vec p) const {
        const Vec v{x, y, z}, t = 2.0 * cross(v, p);
        return p + w * t + cross(v, t);
    }
};

inline Quaternion operator*(Quaternion a, Quaternion b) {
    return {a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
            a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
            a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z};
}

// The tangent that leads from the pose `from` to the pose `to`, each x y z qx qy qz qw.
class Logarithm {
  public:
    Logarithm(const double* from, const double* to) {
        const Quaternion back = Quaternion{from[3], from[4], from[5], from[6]}.conjugate();
        Quaternion turn = back * Quaternion{to[3], to[4], to[5], to[6]};
        if (turn.w < 0.0) turn = {-turn.x, -turn.y, -turn.z, -turn.w};
        const Vec v{turn.x, turn.y, turn.z};
        const double n = length(v);
        const double angle = 2.0 * std::atan2(n, turn.w);
        // Near zero the angle is twice n / w, and n is lost in it.
        angular = (n > 1e-9 ? angle / n : 2.0 / turn.w) * v;
        shift_ = back.turned(Vec{to[0] - from[0], to[1] - from[1], to[2] - from[2]});
        coefficients(angle);
        linear = alpha_ * shift_ - 0.5 * cross(angular, shift_) +
                 (beta_ * dot(angular, shift_)) * angular;
    }

    // How the tangent changes with a tangent step at `to`: rows of the (6, 6) matrix, `step` apart.
    void jacobian(double* out, std::size_t step) const {
        double a[9], c[9], b[9];
        const double w[3] = {angular.x, angular.y, angular.z}, p[3] = {shift_.x, shift_.y, shift_.z};
        const double along = dot(angular, shift_), square = dot(angular, angular);
        for (int r = 0; r < 3; ++r) {
            const double mixed = gamma_ * along * w[r] - (square * gamma_ + 2.0 * beta_) * p[r];
            for (int k = 0; k < 3; ++k) {
                a[3 * r + k] = beta_ * w[r] * w[k] + 0.5 * skew(w, r, k) + (r == k ? alpha_ : 0.0);
                c[3 * r + k] = mixed * w[k] + beta_ * w[r] * p[k] + 0.5 * skew(p, r, k) +
                               (r == k ? along * beta_ : 0.0);
            }
        }
        for (int r = 0; r < 3; ++r) {
            for (int k = 0; k < 3; ++k) {
                b[3 * r + k] = c[3 * r] * a[k] + c[3 * r + 1] * a[3 + k] + c[3 * r + 2] * a[6 + k];
            }
        }
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t k = 0; k < 3; ++k) {
                out[r * step + k] = out[(r + 3) * step + k + 3] = a[3 * r + k];
                out[r * step + k + 3] = b[3 * r + k];
                out[(r + 3) * step + k] = 0.0;
            }
        }
    }

    Vec linear, angular;

  private:
    static double skew(const double* v, int r, int c) {
        if (r == c) return 0.0;
        const double value = v[3 - r - c];
        return (c - r + 3) % 3 == 1 ? -value : value;
    }

    // alpha = t/2 cot(t/2), beta = (1 - alpha) / t^2, gamma = (d beta / d t) / t.
    void coefficients(double t) {
        const double s = t * t;
        if (t < 0.5) {
            // 2 |B_2n| / (2n)! by powers of t^2, Bernoulli's numbers B: the closed forms lose what
            // they subtract.
            static constexpr double series[] = {1.0 / 12.0,
                                                1.0 / 720.0,
                                                1.0 / 30240.0,
                                                1.0 / 1209600.0,
                                                1.0 / 47900160.0,
                                                691.0 / 1307674368000.0,
                                                1.0 / 74724249600.0};
            beta_ = gamma_ = 0.0;
            for (int n = 6; n >= 0; --n) beta_ = beta_ * s + series[n];
            for (int n = 6; n >= 1; --n) gamma_ = gamma_ * s + 2.0 * n * series[n];
            alpha_ = 1.0 - s * beta_;
            return;
        }
        const double one_less = 1.0 - std::cos(t), sine = std::sin(t);
        alpha_ = 0.5 * t * sine / one_less;
        beta_ = (1.0 - alpha_) / s;
        gamma_ = (-2.0 / s + (1.0 + sine / t) / (2.0 * one_less)) / s;
    }

    Vec shift_;
    double alpha_, beta_, gamma_;
};

}  // namespace kinemesh
