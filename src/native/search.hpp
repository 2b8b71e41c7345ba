// Search by QPs: kinemesh/kernel/search.py tells what is done, and does the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "active_set.hpp"
#include "exponential.hpp"
#include "program.hpp"

namespace kinemesh {

// What a step must stay within: bounds on its numbers, and on where the joints are after it.
struct StepBounds {
    Reals lower, upper;              // (nv,)
    Reals joint_lower, joint_upper;  // (nv - 6,), or none

    void from(const Reals& q, double radius, Reals& low, Reals& high) const {
        low = lower;
        high = upper;
        for (std::size_t k = 0; k < joint_lower.size(); ++k) {
            low[k + 6] = std::max(low[k + 6], joint_lower[k] - q[k + 7]);
            high[k + 6] = std::min(high[k + 6], joint_upper[k] - q[k + 7]);
        }
        for (std::size_t k = 0; k < low.size(); ++k) {
            low[k] = std::max(low[k], -radius);
            // Two that miss each other by an ulp must not make the program infeasible.
            high[k] = std::max(std::min(high[k], radius), low[k]);
        }
    }
};

struct SearchRule {
    double tolerance, feasibility, trust, smallest, damping, rounding;
};

struct Searched {
    std::shared_ptr<Evaluated> at;
    double merit;
    int done;
};

class Search {
  public:
    // Prices are those of the program's entries: what it costs to break a bounded row by 1.
    Search(const Model& model, Program program, Reals prices, StepBounds bounds, SearchRule rule)
        : model_(model), program_(std::move(program)), prices_(std::move(prices)),
          bounds_(std::move(bounds)), rule_(rule) {}

    // Iterated from `q` until a step is foretold and the bounds hold; none: no step was found.
    std::optional<Searched> solved(const double* q, int most) const {
        auto now = evaluated(q), best = now;
        double best_merit = merit(*best), radius = std::numeric_limits<double>::infinity();
        int worse = 0, done = 0;
        while (done < most) {
            double foretold = 0.0;
            const auto step = stepped(*now, radius, foretold);
            if (!step) return std::nullopt;
            double longest = 0.0;
            for (double number : *step) longest = std::max(longest, std::abs(number));
            foretold = now->cost() + 2.0 * foretold;
            now = evaluated(integrated(now->posture().q, *step, 1.0).data());
            ++done;
            const double found = merit(*now);
            const bool still = std::abs(foretold - now->cost()) <=
                                   rule_.tolerance * std::max(now->cost(), 1e-9) &&
                               longest < 0.99 * std::min(radius, rule_.trust);
            const bool gained = found <= best_merit - rule_.tolerance * best_merit;
            worse = gained ? 0 : worse + 1;
            const bool ends = still && now->violation() <= 0.5 * rule_.feasibility;
            if (found <= best_merit || (ends && found <= 1.01 * best_merit)) {
                best = now;
                best_merit = found;
                if (ends) break;
            }
            if (gained) radius *= 2.0;
            if (worse == 2) {
                radius = 0.25 * longest;
                now = best;
                worse = 0;
                if (radius < rule_.smallest) break;
            }
        }
        return Searched{best, best_merit, done};
    }

    // One step from `q`, or as much of it as does not raise the merit.
    std::optional<Searched> improved(const double* q, const Reals& shares) const {
        auto best = evaluated(q);
        double foretold = 0.0, best_merit = merit(*best);
        const auto step = stepped(*best, std::numeric_limits<double>::infinity(), foretold);
        if (!step) return std::nullopt;
        for (double share : shares) {
            const auto now = evaluated(integrated(best->posture().q, *step, share).data());
            const double found = merit(*now);
            if (found <= best_merit) return Searched{now, found, 1};
        }
        return Searched{best, best_merit, 1};
    }

    std::size_t nv() const { return model_.nv(); }

  private:
    std::shared_ptr<Evaluated> evaluated(const double* q) const {
        return std::make_shared<Evaluated>(model_, program_, q);
    }

    // Half the cost, and the exact penalty of broken rows.
    double merit(const Evaluated& at) const {
        double broken = 0.0;
        if (at.violation() > rule_.feasibility) {
            for (std::size_t k = 0; k < at.size(); ++k) {
                if (program_[k]->bounded) broken += prices_[k] * at.excess(k, rule_.feasibility);
            }
        }
        return 0.5 * at.cost() + broken;
    }

    // The QP's step, and its objective there.
    std::optional<Reals> stepped(const Evaluated& at, double radius, double& objective) const {
        Quadratic qp;
        const std::size_t n = qp.n = at.nv();
        qp.m = at.bounded();
        qp.H.resize(n * n);
        qp.g.resize(n);
        at.normal(qp.H.data(), qp.g.data());
        for (std::size_t k = 0; k < n; ++k) qp.H[k * n + k] += rule_.damping;
        qp.A.resize(qp.m * n);
        qp.row_lower.resize(qp.m);
        qp.row_upper.resize(qp.m);
        at.stacked(qp.A.data(), qp.row_lower.data(), qp.row_upper.data());
        bounds_.from(at.posture().q, radius, qp.lower, qp.upper);
        Reals step;
        Outcome outcome = DualActiveSet(qp).solve(step);
        if (outcome == Outcome::infeasible) {
            for (std::size_t k = 0; k < at.size(); ++k) {
                const std::size_t count = program_[k]->bounded ? at.value(k).size() : 0;
                qp.prices.insert(qp.prices.end(), count, prices_[k]);
            }
            qp.rounding = rule_.rounding;
            outcome = DualActiveSet(qp).solve(step);
        }
        if (outcome != Outcome::solved) return std::nullopt;
        objective = qp.objective(step);
        return step;
    }

    const Model& model_;
    Program program_;
    Reals prices_;
    StepBounds bounds_;
    SearchRule rule_;
};

}  // namespace kinemesh
