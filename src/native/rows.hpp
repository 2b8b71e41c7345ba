// Rows of a frame (kinemesh/kernel/rows.py): values and rates at q.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "proximity.hpp"

namespace kinemesh {

// An obstacle at a pose; without one the ground plane at the pose's height.
struct Placed {
    std::shared_ptr<const Obstacle> obstacle;
    Pose pose;
};

// A configuration at which rows are evaluated, and the distances that several of them share.
class Point {
  public:
    Point(const Model& robot, const double* q) : model(robot), at(robot.at(q)) {
        for (std::size_t h = 0; h < robot.hulls(); ++h) all_.push_back(static_cast<std::int64_t>(h));
    }

    // Places of all hulls less than `within` from an obstacle.
    const Places& near(const Placed& placed, double within) {
        for (const auto& known : known_) {
            if (known->obstacle == placed.obstacle.get() && known->within == within &&
                same(known->pose, placed.pose)) {
                return known->places;
            }
        }
        known_.push_back(std::make_unique<Known>(
            Known{placed.obstacle.get(), placed.pose, within,
                  placed.obstacle->near(model, at, placed.pose, all_, within)}));
        return known_.back()->places;
    }

    const Model& model;
    const Posture at;

  private:
    struct Known {
        const Obstacle* obstacle;
        Pose pose;
        double within;
        Places places;
    };
    static bool same(const Pose& a, const Pose& b) {
        const auto equal = [](Vec p, Vec q) { return p.x == q.x && p.y == q.y && p.z == q.z; };
        return equal(a.shift, b.shift) && equal(a.row[0], b.row[0]) && equal(a.row[1], b.row[1]) &&
               equal(a.row[2], b.row[2]);
    }

    Ints all_;
    std::vector<std::unique_ptr<Known>> known_;
};

// Rows at a configuration: their values, and the rates when they are asked for.
class Found {
  public:
    virtual ~Found() = default;
    // How the values change with a step (m, nv).
    virtual void rates(const Point& point, double* out) const = 0;
    Reals value;
};

// Rows of a frame.
class Rows {
  public:
    virtual ~Rows() = default;
    virtual std::unique_ptr<Found> at(Point& point) const = 0;
};

// World points that move with joints, each along a direction.
class AlongDirections : public Found {
  public:
    void add(double number, std::int64_t joint, Vec point, Vec direction) {
        value.push_back(number);
        moving_.push_back({joint, point, direction});
    }
    void rates(const Point& point, double* out) const override {
        for (const auto& m : moving_) {
            point.model.rate(point.at, m.joint, m.point, m.direction, out);
            out += point.model.nv();
        }
    }

  private:
    struct Moving {
        std::int64_t joint;
        Vec point, direction;
    };
    std::vector<Moving> moving_;
};

}  // namespace kinemesh
