// rows.hpp, program.hpp: costs, violations and the QP's arrays of a whole program.
#include "program.hpp"

#include "distance_rows.hpp"
#include "kinematic_rows.hpp"
#include "support.hpp"

namespace kinemesh {
namespace {

std::shared_ptr<const Rows> some_offsets(Chance& chance, std::size_t count) {
    Ints joints;
    for (std::size_t k = 0; k < count; ++k) joints.push_back(static_cast<std::int64_t>(k % 5));
    return std::make_shared<PointOffsets>(joints, chance.reals(3 * count), chance.reals(3 * count),
                                          chance.reals(3 * count));
}

std::shared_ptr<const Asked> kept(Asked asked) { return std::make_shared<Asked>(std::move(asked)); }

void a_program_is_the_sum_of_its_rows() {
    const Model model(small_robot());
    const std::size_t nv = model.nv();
    Chance chance(41);
    for (int n = 0; n < 10; ++n) {
        const Reals q = random_configuration(model, chance), one{2.5}, lower = chance.reals(7);
        Reals weights = chance.reals(7), upper = chance.reals(7);
        for (double& w : weights) w = std::abs(w);
        weights[3] = 0.0;
        for (std::size_t k = 0; k < 7; ++k) upper[k] = lower[k] + std::abs(upper[k]);
        const std::shared_ptr<const Rows> rows[4] = {some_offsets(chance, 7), some_offsets(chance, 7),
                                                     some_offsets(chance, 3), some_offsets(chance, 0)};
        const Program program{kept(Asked::squares(rows[0], weights, 0.3)),
                              kept(Asked::within(rows[1], lower, upper)),
                              kept(Asked::squares(rows[2], one, 0.0)),
                              kept(Asked::within(rows[2], {-HUGE_VAL}, {0.1})),
                              kept(Asked::within(rows[3], {0.0}, {0.0}))};
        const Evaluated at(model, program, q.data());
        CHECK(at.size() == 5 && at.nv() == nv && at.bounded() == 10);
        std::vector<Values> values;
        for (const auto& r : {rows[0], rows[1], rows[2], rows[2], rows[3]}) {
            values.push_back(values_of(model, *r, q));
        }
        Reals H(nv * nv, 7.0), g(nv, 7.0), hessian(nv * nv, 0.0), gradient(nv, 0.0);
        double costs[2] = {0.3, 0.0}, violation = 0.0, above = 0.0, sum = 0.0;
        for (std::size_t e : {std::size_t{0}, std::size_t{2}}) {
            for (std::size_t k = 0; k < values[e].value.size(); ++k) {
                const double w = e ? 2.5 : weights[k], r = values[e].value[k];
                const double* J = &values[e].rates[k * nv];
                costs[e / 2] += w * r * r;
                for (std::size_t a = 0; a < nv; ++a) {
                    gradient[a] += w * r * J[a];
                    for (std::size_t b = 0; b < nv; ++b) hessian[a * nv + b] += w * J[a] * J[b];
                }
            }
        }
        for (std::size_t k = 0; k < 7; ++k) {
            const double f = values[1].value[k];
            const double over = std::max(f - upper[k], lower[k] - f);
            violation = std::max(violation, over);
            sum += std::max(over - 0.05, 0.0);
        }
        for (double f : values[3].value) above = std::max(above, f - 0.1);
        const Reals figures = at.figures(), expected{costs[0], violation, costs[1], above, 0.0};
        for (std::size_t k = 0; k < 5; ++k) CHECK(close(figures[k], expected[k], 1e-11));
        CHECK(close(at.excess(1, 0.05), sum, 1e-12));
        at.normal(H.data(), g.data());
        for (std::size_t k = 0; k < nv * nv; ++k) CHECK(close(H[k], hessian[k], 1e-10));
        for (std::size_t k = 0; k < nv; ++k) CHECK(close(g[k], gradient[k], 1e-10));
        Reals A(10 * nv), low(10), high(10);
        at.stacked(A.data(), low.data(), high.data());
        for (std::size_t k = 0; k < 10; ++k) {
            const Values& from = values[k < 7 ? 1 : 3];
            const std::size_t row = k < 7 ? k : k - 7;
            CHECK(low[k] == (k < 7 ? lower[row] : -HUGE_VAL) - from.value[row]);
            CHECK(high[k] == (k < 7 ? upper[row] : 0.1) - from.value[row]);
            for (std::size_t c = 0; c < nv; ++c) CHECK(A[k * nv + c] == from.rates[row * nv + c]);
        }
        CHECK_THROWS(at.value(5), std::out_of_range);
        CHECK_THROWS(at.excess(5, 0.0), std::out_of_range);
    }
}

void a_program_without_rows_is_empty() {
    const Model model(small_robot());
    Chance chance(42);
    const Evaluated at(model, {}, random_configuration(model, chance).data());
    Reals H(81, 7.0), g(9, 7.0);
    at.normal(H.data(), g.data());
    at.stacked(nullptr, nullptr, nullptr);
    CHECK(at.bounded() == 0 && at.figures().empty());
    CHECK(*std::max_element(H.begin(), H.end()) == 0.0 && *std::max_element(g.begin(), g.end()) == 0.0);
}

void numbers_are_one_or_one_for_each_row() {
    const Model model(small_robot());
    Chance chance(43);
    const Reals q = random_configuration(model, chance);
    const auto rows = some_offsets(chance, 3);
    for (const Reals& numbers : {Reals{}, Reals{1, 1}, Reals{1, 1, 1, 1}}) {
        CHECK_THROWS(Evaluated(model, {kept(Asked::squares(rows, numbers, 0.0))}, q.data()),
                     std::invalid_argument);
        CHECK_THROWS(Evaluated(model, {kept(Asked::within(rows, numbers, {0.0}))}, q.data()),
                     std::invalid_argument);
        CHECK_THROWS(Evaluated(model, {kept(Asked::within(rows, {0.0}, numbers))}, q.data()),
                     std::invalid_argument);
    }
}

void distances_that_rows_share_are_found_once_and_outlive_who_asked() {
    const Model model(small_robot());
    int asked = 0;
    auto thing = std::make_shared<Obstacle>();
    thing->other = [&](const Posture&, const Pose&, const Ints& hulls, double) {
        ++asked;
        return Places{{0.01, {0, 0, 0}, {0, 0, 1}, hulls.back()}};
    };
    const Pose here = frame_of(identity());
    Pose beside = here;
    beside.shift.x = 0.1;
    const std::vector<Placed> one{{thing, here}}, other{{thing, beside}};
    Program program{kept(Asked::within(std::make_shared<Clearance>(one, std::nullopt, 0.1), {0.0}, {1.0})),
                    kept(Asked::squares(std::make_shared<Clearance>(one, std::nullopt, 0.1), {1.0}, 0.0)),
                    kept(Asked::within(std::make_shared<HandDistances>(one, std::vector<Ints>{{2}}, 0.1),
                                       {0.0}, {1.0}))};
    Chance chance(44);
    const Reals q = random_configuration(model, chance);
    const Evaluated at(model, program, q.data());
    CHECK(asked == 1);
    for (std::size_t k = 0; k < 3; ++k) CHECK(at.value(k) == Reals{0.01});
    program.push_back(
        kept(Asked::within(std::make_shared<Clearance>(other, std::nullopt, 0.1), {0.0}, {1.0})));
    program.push_back(
        kept(Asked::within(std::make_shared<Clearance>(one, std::nullopt, 0.2), {0.0}, {1.0})));
    const Evaluated more(model, std::move(program), q.data());
    CHECK(asked == 4 && more.size() == 5);
    // What was handed over may go: the rates are those of the rows that were kept.
    program.clear();
    thing.reset();
    Reals rates(model.nv()), again(model.nv());
    more.rates(0, rates.data());
    more.rates(2, again.data());
    CHECK(rates == again);
}

}  // namespace

void test_programs() {
    a_program_is_the_sum_of_its_rows();
    a_program_without_rows_is_empty();
    numbers_are_one_or_one_for_each_row();
    distances_that_rows_share_are_found_once_and_outlive_who_asked();
}

}  // namespace kinemesh
