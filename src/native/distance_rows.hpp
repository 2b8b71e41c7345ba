// Rows on distances: of hulls to the world and to one another.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rows.hpp"

namespace kinemesh {

// Distances of the hulls to the world.
class Clearance : public Rows {
  public:
    Clearance(std::vector<Placed> obstacles, std::optional<double> ground, double within)
        : obstacles_(std::move(obstacles)), ground_(ground), within_(within) {}
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<AlongDirections>();
        const auto add = [&](const Places& places) {
            for (const Place& p : places) {
                found->add(p.distance, point.model.joint_of(p.hull), p.point, p.normal);
            }
        };
        for (const Placed& placed : obstacles_) add(point.near(placed, within_));
        if (ground_) add(near_ground(point.model, point.at, *ground_, within_));
        return found;
    }

  private:
    std::vector<Placed> obstacles_;
    std::optional<double> ground_;
    double within_;
};

// Distances of the hulls to one another.
class SelfClearance : public Rows {
  public:
    SelfClearance(double within, SelfTouching touching)
        : within_(within), touching_(std::move(touching)) {}
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<Parting>();
        found->meetings = near_pairs(point.model, point.at, within_, touching_);
        for (const Meeting& m : found->meetings) found->value.push_back(m.distance);
        return found;
    }

  private:
    class Parting : public Found {
      public:
        void rates(const Point& point, double* out) const override {
            const std::size_t nv = point.model.nv();
            Reals other(nv);
            for (const Meeting& m : meetings) {
                const auto one = point.model.joint_of(m.one), two = point.model.joint_of(m.other);
                point.model.rate(point.at, one, m.first, m.normal, out);
                point.model.rate(point.at, two, m.second, m.normal, other.data());
                for (std::size_t c = 0; c < nv; ++c) out[c] -= other[c];
                out += nv;
            }
        }
        Meetings meetings;
    };

    double within_;
    SelfTouching touching_;
};

// Distance of each pad, some hulls, to what it touches.
class HandDistances : public Rows {
  public:
    HandDistances(std::vector<Placed> obstacles, std::vector<Ints> hulls, double within)
        : obstacles_(std::move(obstacles)), hulls_(std::move(hulls)), within_(within) {
        if (obstacles_.size() != hulls_.size()) {
            throw std::invalid_argument("HandDistances: sizes do not fit");
        }
    }
    std::unique_ptr<Found> at(Point& point) const override {
        auto found = std::make_unique<AlongDirections>();
        for (std::size_t k = 0; k < hulls_.size(); ++k) {
            const Place p = nearest(point, obstacles_[k], hulls_[k]);
            found->add(p.distance, point.model.joint_of(p.hull), p.point, p.normal);
        }
        return found;
    }

  private:
    Place nearest(Point& point, const Placed& placed, const Ints& own) const {
        const auto least = [&](const Places& places) {
            const Place* best = nullptr;
            for (const Place& p : places) {
                const bool mine = std::find(own.begin(), own.end(), p.hull) != own.end();
                if (mine && (!best || p.distance < best->distance)) best = &p;
            }
            return best;
        };
        if (!placed.obstacle) {
            const Places down = lowest_over(point.model, point.at, placed.pose.shift.z, own);
            if (down.empty()) throw std::runtime_error("a hand without a distance");
            return down[0];
        }
        // Near by, these are the places that clearance asks for too.
        if (const Place* best = least(point.near(placed, within_))) return *best;
        const Places far =
            placed.obstacle->near(point.model, point.at, placed.pose, own, HUGE_VAL);
        const Place* best = least(far);
        if (!best) throw std::runtime_error("a hand without a distance");
        return *best;
    }

    std::vector<Placed> obstacles_;
    std::vector<Ints> hulls_;
    double within_;
};

}  // namespace kinemesh
