// Rows on points and axes of the robot, and on the configuration itself.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "logarithm.hpp"
#include "rows.hpp"

namespace kinemesh {

// d . (p(q) - o) of points in joint frames.
class PointOffsets : public Rows {
  public:
    PointOffsets(Ints joints, Reals points, Reals directions, Reals origins)
        : joints_(std::move(joints)), points_(std::move(points)),
          directions_(std::move(directions)), origins_(std::move(origins)) {
        const std::size_t n = 3 * joints_.size();
        if (points_.size() != n || directions_.size() != n || origins_.size() != n) {
            throw std::invalid_argument("PointOffsets: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<AlongDirections>();
        for (std::size_t k = 0; k < joints_.size(); ++k) {
            const auto joint = point.model.joint(joints_[k]);
            const Vec place = point.model.frame(point.at, joint)(taken(&points_[3 * k]));
            const Vec way = taken(&directions_[3 * k]);
            found->add(dot(way, place - taken(&origins_[3 * k])), joint, place, way);
        }
        return found;
    }

  private:
    Ints joints_;
    Reals points_, directions_, origins_;
};

// F P(q) + o (K, 3) of K points in joint frames and an upper triangular F.
class PointMixture : public Rows {
  public:
    PointMixture(Ints joints, Reals points, Reals factor, Reals offset)
        : joints_(std::move(joints)), points_(std::move(points)), factor_(std::move(factor)),
          offset_(std::move(offset)) {
        const std::size_t n = joints_.size();
        if (points_.size() != 3 * n || factor_.size() != n * n || offset_.size() != 3 * n) {
            throw std::invalid_argument("PointMixture: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<Mixed>(*this);
        const std::size_t n = joints_.size();
        for (std::size_t k = 0; k < n; ++k) {
            const auto joint = point.model.joint(joints_[k]);
            found->places.push_back(point.model.frame(point.at, joint)(taken(&points_[3 * k])));
        }
        found->value = offset_;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i; j < n; ++j) {
                const double f = factor_[n * i + j];
                const Vec p = found->places[j];
                found->value[3 * i] += f * p.x;
                found->value[3 * i + 1] += f * p.y;
                found->value[3 * i + 2] += f * p.z;
            }
        }
        return found;
    }

  private:
    class Mixed : public Found {
      public:
        explicit Mixed(const PointMixture& rows) : rows_(rows) {}
        void rates(const Point& point, double* out) const override {
            const std::size_t n = places.size(), nv = point.model.nv(), width = 3 * nv;
            const double *x = point.at.jacobian.data(), *y = x + nv, *z = y + nv;
            const double *a = z + nv, *b = a + nv, *c = b + nv;
            Reals single(n * width);
            double* one = single.data();
            for (std::size_t k = 0; k < n; ++k, one += width) {
                const Vec p = places[k];
                const double* on = point.model.support(rows_.joints_[k]);
                for (std::size_t i = 0; i < nv; ++i) {
                    one[i] = on[i] * (x[i] + b[i] * p.z - c[i] * p.y);
                    one[nv + i] = on[i] * (y[i] + c[i] * p.x - a[i] * p.z);
                    one[2 * nv + i] = on[i] * (z[i] + a[i] * p.y - b[i] * p.x);
                }
            }
            std::fill(out, out + n * width, 0.0);
            for (std::size_t i = 0; i < n; ++i, out += width) {
                for (std::size_t j = i; j < n; ++j) {
                    const double f = rows_.factor_[n * i + j];
                    if (f == 0.0) continue;
                    const double* rate = single.data() + j * width;
                    for (std::size_t k = 0; k < width; ++k) out[k] += f * rate[k];
                }
            }
        }
        std::vector<Vec> places;

      private:
        const PointMixture& rows_;
    };

    Ints joints_;
    Reals points_, factor_, offset_;
};

// R(q) A - A* of axes A (3, 3) fixed to joints, axis after axis.
class AxisAlignment : public Rows {
  public:
    AxisAlignment(Ints joints, Reals axes, Reals targets)
        : joints_(std::move(joints)), axes_(std::move(axes)), targets_(std::move(targets)) {
        const std::size_t n = 9 * joints_.size();
        if (axes_.size() != n || targets_.size() != n) {
            throw std::invalid_argument("AxisAlignment: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<Turned>(joints_);
        for (std::size_t k = 0; k < joints_.size(); ++k) {
            const Pose f = point.model.frame(point.at, point.model.joint(joints_[k]));
            for (int c = 0; c < 3; ++c) {
                const double *mine = &axes_[9 * k + c], *theirs = &targets_[9 * k + c];
                const Vec axis = f.turned({mine[0], mine[3], mine[6]});
                const Vec off = axis - Vec{theirs[0], theirs[3], theirs[6]};
                for (double number : {off.x, off.y, off.z}) found->value.push_back(number);
                found->axes.push_back(axis);
            }
        }
        return found;
    }

  private:
    class Turned : public Found {
      public:
        explicit Turned(const Ints& joints) : joints_(joints) {}
        void rates(const Point& point, double* out) const override {
            const std::size_t nv = point.model.nv();
            const double *x = point.at.jacobian.data() + 3 * nv, *y = x + nv, *z = y + nv;
            for (std::size_t k = 0; k < axes.size(); ++k, out += 3 * nv) {
                const double* on = point.model.support(joints_[k / 3]);
                const Vec axis = axes[k];
                // A vector a turns with omega x a.
                for (std::size_t i = 0; i < nv; ++i) {
                    out[i] = on[i] * (y[i] * axis.z - z[i] * axis.y);
                    out[nv + i] = on[i] * (z[i] * axis.x - x[i] * axis.z);
                    out[2 * nv + i] = on[i] * (x[i] * axis.y - y[i] * axis.x);
                }
            }
        }
        std::vector<Vec> axes;

      private:
        const Ints& joints_;
    };

    Ints joints_;
    Reals axes_, targets_;
};

// ---- the configuration itself

// - sum_k s_k (q minus q_k) - c for shares s that sum to -1.
class TangentDifference : public Rows {
  public:
    TangentDifference(std::vector<Reals> others, Reals shares, Reals offset)
        : others_(std::move(others)), shares_(std::move(shares)), offset_(std::move(offset)) {
        if (others_.size() != shares_.size()) {
            throw std::invalid_argument("TangentDifference: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        const std::size_t nv = point.model.nv();
        auto found = std::make_unique<Blended>();
        Reals& v = found->value;
        v.assign(nv, 0.0);
        const double* q = point.at.q.data();
        for (std::size_t n = 0; n < others_.size(); ++n) {
            if (others_[n].size() != nv + 1) throw std::invalid_argument("q: wrong size");
            const double share = shares_[n], *from = others_[n].data();
            const Logarithm base(from, q);
            double away[6], one[36];
            put(away, base.linear);
            put(away + 3, base.angular);
            base.jacobian(one, 6);
            for (int k = 0; k < 6; ++k) v[k] -= share * away[k];
            for (int k = 0; k < 36; ++k) found->turning[k] -= share * one[k];
            for (std::size_t k = 6; k < nv; ++k) v[k] -= share * (q[k + 1] - from[k + 1]);
        }
        if (!offset_.empty()) {
            if (offset_.size() != nv) throw std::invalid_argument("offset: wrong size");
            for (std::size_t k = 0; k < nv; ++k) v[k] -= offset_[k];
        }
        return found;
    }

  private:
    class Blended : public Found {
      public:
        void rates(const Point& point, double* out) const override {
            // Joints are numbers: they change as the step does.
            const std::size_t nv = point.model.nv();
            std::fill(out, out + nv * nv, 0.0);
            for (std::size_t k = 6; k < nv; ++k) out[k * nv + k] = 1.0;
            for (int r = 0; r < 6; ++r) std::copy(turning + 6 * r, turning + 6 * r + 6, out + r * nv);
        }
        double turning[36] = {};
    };

    std::vector<Reals> others_;
    Reals shares_, offset_;
};

// F (q minus q_0) + o of a matrix F (m, nv).
class TangentMixture : public Rows {
  public:
    TangentMixture(Reals origin, Reals factor, Reals offset)
        : origin_(std::move(origin)), factor_(std::move(factor)), offset_(std::move(offset)) {
        if (origin_.empty() || factor_.size() != offset_.size() * (origin_.size() - 1)) {
            throw std::invalid_argument("TangentMixture: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        const std::size_t nv = point.model.nv();
        if (origin_.size() != nv + 1) throw std::invalid_argument("q: wrong size");
        auto found = std::make_unique<Combined>(factor_);
        const double* q = point.at.q.data();
        const Logarithm base(origin_.data(), q);
        Reals away(nv);
        put(away.data(), base.linear);
        put(away.data() + 3, base.angular);
        base.jacobian(found->turning, 6);
        for (std::size_t k = 6; k < nv; ++k) away[k] = q[k + 1] - origin_[k + 1];
        found->value = offset_;
        for (std::size_t r = 0; r < offset_.size(); ++r) {
            for (std::size_t k = 0; k < nv; ++k) found->value[r] += factor_[r * nv + k] * away[k];
        }
        return found;
    }

  private:
    class Combined : public Found {
      public:
        explicit Combined(const Reals& factor) : factor_(factor) {}
        void rates(const Point& point, double* out) const override {
            // Joints are numbers: they change as the step does.
            const std::size_t nv = point.model.nv();
            std::copy(factor_.begin(), factor_.end(), out);
            for (std::size_t r = 0; r < value.size(); ++r) {
                for (int k = 0; k < 6; ++k) {
                    double sum = 0.0;
                    for (int i = 0; i < 6; ++i) sum += factor_[r * nv + i] * turning[6 * i + k];
                    out[r * nv + k] = sum;
                }
            }
        }
        double turning[36] = {};

      private:
        const Reals& factor_;
    };

    Reals origin_, factor_, offset_;
};

// q_j - r_j of the joints.
class JointOffsets : public Rows {
  public:
    explicit JointOffsets(Reals reference) : reference_(std::move(reference)) {}
    std::unique_ptr<Found> at(Point& point) const override {
        if (reference_.size() + 6 != point.model.nv()) {
            throw std::invalid_argument("JointOffsets: sizes do not fit");
        }
        auto found = std::make_unique<Plain>();
        for (std::size_t k = 0; k < reference_.size(); ++k) {
            found->value.push_back(point.at.q[k + 7] - reference_[k]);
        }
        return found;
    }

  private:
    class Plain : public Found {
      public:
        void rates(const Point& point, double* out) const override {
            const std::size_t nv = point.model.nv();
            std::fill(out, out + value.size() * nv, 0.0);
            for (std::size_t k = 0; k < value.size(); ++k) out[k * nv + k + 6] = 1.0;
        }
    };

    Reals reference_;
};

}  // namespace kinemesh
