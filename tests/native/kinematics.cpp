// logarithm.hpp, model.hpp, kinematic_rows.hpp: against the series of the exponential and differences.
#include "kinematic_rows.hpp"

#include "support.hpp"

namespace kinemesh {
namespace {

Reals pose_after(const Reals& pose, Vec linear, Vec angular) {
    Reals step(6);
    put(step.data(), linear);
    put(step.data() + 3, angular);
    return stepped(pose, step);
}

Reals random_pose(Chance& chance) {
    Reals pose = chance.reals(7);
    const auto turn = turn_about(chance.vec());
    std::copy(turn.begin(), turn.end(), pose.begin() + 3);
    return pose;
}

void the_logarithm_undoes_the_exponential() {
    Chance chance(21);
    for (double angle : {0.0, 1e-12, 1e-9, 1e-6, 0.01, 0.49, 0.51, 2.0, 3.1, 3.1415}) {
        for (int n = 0; n < 20; ++n) {
            const Reals from = random_pose(chance);
            const Vec linear = chance.vec(), angular = angle * chance.unit();
            Reals to = pose_after(from, linear, angular);
            if (n % 2) {  // the same rotation
                for (int k = 3; k < 7; ++k) to[k] = -to[k];
            }
            const Logarithm found(from.data(), to.data());
            CHECK(close(found.linear, linear, 1e-9));
            CHECK(close(found.angular, angular, 1e-11));
        }
    }
}

void how_a_logarithm_changes_is_what_differences_say() {
    Chance chance(22);
    const double h = 1e-6;
    for (double angle : {0.0, 1e-5, 0.1, 0.499, 0.501, 1.5, 2.9}) {
        const Reals from = random_pose(chance);
        const Reals to = pose_after(from, chance.vec(), angle * chance.unit());
        Reals rates(6 * 8, 7.0);
        Logarithm(from.data(), to.data()).jacobian(rates.data(), 8);
        for (int c = 0; c < 6; ++c) {
            Vec step[2] = {{0, 0, 0}, {0, 0, 0}};
            double* const along[3] = {&step[c / 3].x, &step[c / 3].y, &step[c / 3].z};
            *along[c % 3] = h;
            const Reals ahead = pose_after(to, step[0], step[1]);
            *along[c % 3] = -h;
            const Reals behind = pose_after(to, step[0], step[1]);
            const Logarithm up(from.data(), ahead.data()), down(from.data(), behind.data());
            const Vec linear = (0.5 / h) * (up.linear - down.linear);
            const Vec angular = (0.5 / h) * (up.angular - down.angular);
            const double expected[6] = {linear.x, linear.y, linear.z, angular.x, angular.y, angular.z};
            for (int r = 0; r < 6; ++r) CHECK(close(rates[8 * r + c], expected[r], 1e-7));
        }
        // What is beside the matrix is left alone.
        for (int r = 0; r < 6; ++r) CHECK(rates[8 * r + 6] == 7.0 && rates[8 * r + 7] == 7.0);
    }
}

Matrix matrix_of(const Pose& f) {
    Matrix m = identity();
    for (int r = 0; r < 3; ++r) {
        const double s[3] = {f.shift.x, f.shift.y, f.shift.z};
        m[r] = {f.row[r].x, f.row[r].y, f.row[r].z, s[r]};
    }
    return m;
}

void links_are_where_the_exponentials_of_their_joints_put_them() {
    const Tables t = small_robot();
    const Model model(small_robot());
    CHECK(model.joints() == 5 && model.nv() == 9 && model.hulls() == 3);
    Chance chance(23);
    for (int n = 0; n < 20; ++n) {
        const Reals q = random_configuration(model, chance);
        const Posture p = model.at(q.data());
        std::vector<Matrix> expected(5, identity());
        const auto placement = [&](std::size_t j) {
            return matrix_of(placed(&t.placements[12 * j], &t.placements[12 * j + 9]));
        };
        expected[1] = product(placement(1), matrix_of(pose_frame(q.data())));
        for (std::size_t j = 2; j < 5; ++j) {
            const Vec axis = q[j + 5] * taken(&t.axes[3 * j]), none{0, 0, 0};
            const Matrix motion = t.sliding[j] ? exponential(axis, none) : exponential(none, axis);
            const auto up = static_cast<std::size_t>(t.parents[j]);
            expected[j] = product(product(expected[up], placement(j)), motion);
        }
        for (std::int64_t j = 0; j < 5; ++j) {
            const Pose mine = model.frame(p, j), theirs = frame_of(expected[j]);
            for (int r = 0; r < 3; ++r) CHECK(close(mine.row[r], theirs.row[r], 1e-12));
            CHECK(close(mine.shift, theirs.shift, 1e-12));
        }
        for (std::int64_t h = 0; h < 3; ++h) {
            CHECK(close(taken(&p.spheres[3 * h]), model.frame(p, model.joint_of(h)).shift, 1e-12));
        }
    }
}

template <class Change>
void refused(Change change) {
    Tables t = small_robot();
    change(t);
    CHECK_THROWS(Model(std::move(t)), std::exception);
}

void tables_that_do_not_fit_are_refused() {
    refused([](Tables& t) { t = Tables(); });
    refused([](Tables& t) { t.parents = {0}; });
    refused([](Tables& t) { t.sliding.pop_back(); });
    refused([](Tables& t) { t.placements.pop_back(); });
    refused([](Tables& t) { t.axes.pop_back(); });
    refused([](Tables& t) { t.support.push_back(0.0); });
    refused([](Tables& t) { t.parents[3] = 3; });
    refused([](Tables& t) { t.parents[2] = -1; });
    refused([](Tables& t) { t.starts[2] = 24; });
    refused([](Tables& t) { t.starts[1] = 0; });
    refused([](Tables& t) { t.starts[0] = -1; });
    refused([](Tables& t) { t.starts.pop_back(); });
    refused([](Tables& t) { t.hull_joints[0] = 5; });
    refused([](Tables& t) { t.hull_joints.pop_back(); });
    refused([](Tables& t) { t.centres.pop_back(); });
    refused([](Tables& t) { t.pairs[1] = 3; });
    refused([](Tables& t) { t.pairs.pop_back(); });
    const Model model(small_robot());
    CHECK_THROWS(model.joint(5), std::out_of_range);
    CHECK_THROWS(model.joint(-1), std::out_of_range);
    CHECK_THROWS(model.hull(3), std::out_of_range);
}

void rows_on_points_and_axes_are_their_formulas_and_their_rates_are_differences() {
    const Model model(small_robot());
    Chance chance(24);
    for (int n = 0; n < 5; ++n) {
        const Reals q = random_configuration(model, chance);
        const Posture p = model.at(q.data());
        const Ints joints{1, 2, 3, 4, 4, 0};
        const std::size_t count = joints.size();
        const Reals points = chance.reals(3 * count), ways = chance.reals(3 * count);
        const Reals origins = chance.reals(3 * count), offset = chance.reals(3 * count);
        const PointOffsets offsets(joints, points, ways, origins);
        const Values along = values_of(model, offsets, q);
        Reals places(3 * count);
        for (std::size_t k = 0; k < count; ++k) {
            const Vec place = model.frame(p, joints[k])(taken(&points[3 * k]));
            put(&places[3 * k], place);
            const Vec off = place - taken(&origins[3 * k]);
            CHECK(close(along.value[k], dot(taken(&ways[3 * k]), off), 1e-12));
        }
        CHECK(close(rates_off(model, offsets, q), 0.0, 1e-7));

        Reals factor = chance.reals(count * count);
        for (std::size_t i = 0; i < count; ++i) std::fill_n(&factor[i * count], i, 0.0);
        factor[1] = 0.0;
        const PointMixture mixture(joints, points, factor, offset);
        const Values mixed = values_of(model, mixture, q);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t c = 0; c < 3; ++c) {
                double sum = offset[3 * i + c];
                for (std::size_t j = 0; j < count; ++j) sum += factor[i * count + j] * places[3 * j + c];
                CHECK(close(mixed.value[3 * i + c], sum, 1e-12));
            }
        }
        CHECK(close(rates_off(model, mixture, q), 0.0, 1e-7));

        const Reals axes = chance.reals(9 * count), wanted = chance.reals(9 * count);
        const AxisAlignment alignment(joints, axes, wanted);
        const Values turned = values_of(model, alignment, q);
        for (std::size_t k = 0; k < count; ++k) {
            for (std::size_t c = 0; c < 3; ++c) {
                const double *a = &axes[9 * k + c], *b = &wanted[9 * k + c];
                const Vec off = model.frame(p, joints[k]).turned({a[0], a[3], a[6]}) - Vec{b[0], b[3], b[6]};
                CHECK(close(taken(&turned.value[9 * k + 3 * c]), off, 1e-12));
            }
        }
        CHECK(close(rates_off(model, alignment, q), 0.0, 1e-7));
    }
}

void rows_on_the_configuration_are_its_differences_from_others() {
    const Model model(small_robot());
    Chance chance(25);
    for (int n = 0; n < 5; ++n) {
        const Reals q = random_configuration(model, chance), reference = chance.reals(3);
        const Reals one = chance.reals(9, 0.5), c = chance.reals(9);
        // One step back is where the difference is the step.
        Reals back = one;
        for (double& x : back) x = -x;
        const TangentDifference single({stepped(q, back)}, {-1.0}, c);
        const Values away = values_of(model, single, q);
        for (std::size_t k = 0; k < 9; ++k) CHECK(close(away.value[k], one[k] - c[k], 1e-9));
        CHECK(close(rates_off(model, single, q), 0.0, 1e-7));
        // Of two, each by its share.
        const std::vector<Reals> others{stepped(q, one), stepped(q, chance.reals(9, 0.3))};
        const Values first = values_of(model, TangentDifference({others[0]}, {-1.0}, {}), q);
        const Values second = values_of(model, TangentDifference({others[1]}, {-1.0}, {}), q);
        const TangentDifference blend(others, {-1.5, 0.5}, {});
        const Values both = values_of(model, blend, q);
        for (std::size_t k = 0; k < 9; ++k) {
            CHECK(close(both.value[k], 1.5 * first.value[k] - 0.5 * second.value[k], 1e-12));
        }
        CHECK(close(rates_off(model, blend, q), 0.0, 1e-7));
        // Combinations of the difference, which is the first share negated.
        const Reals factor = chance.reals(18), o = chance.reals(2);
        const TangentMixture mixture(others[0], factor, o);
        const Values mixed = values_of(model, mixture, q);
        for (std::size_t r = 0; r < 2; ++r) {
            double sum = o[r];
            for (std::size_t k = 0; k < 9; ++k) sum += factor[9 * r + k] * first.value[k];
            CHECK(close(mixed.value[r], sum, 1e-12));
        }
        CHECK(close(rates_off(model, mixture, q), 0.0, 1e-7));
        const JointOffsets joints(reference);
        const Values off = values_of(model, joints, q);
        for (std::size_t k = 0; k < 3; ++k) CHECK(off.value[k] == q[7 + k] - reference[k]);
        CHECK(close(rates_off(model, joints, q), 0.0, 1e-9));
    }
}

void rows_that_do_not_fit_are_refused() {
    const Model model(small_robot());
    Chance chance(26);
    const Reals q = random_configuration(model, chance), three(3, 0.0), nine(9, 0.0);
    const auto at = [&](const Rows& rows) { return values_of(model, rows, q).value.size(); };
    CHECK_THROWS(PointOffsets({1}, nine, three, three), std::invalid_argument);
    CHECK_THROWS(PointOffsets({1}, three, three, nine), std::invalid_argument);
    CHECK_THROWS(PointMixture({1}, three, three, three), std::invalid_argument);
    CHECK_THROWS(AxisAlignment({1}, nine, three), std::invalid_argument);
    CHECK_THROWS(TangentDifference({q}, {}, {}), std::invalid_argument);
    CHECK_THROWS(TangentMixture(q, nine, three), std::invalid_argument);
    CHECK_THROWS(at(TangentMixture(nine, Reals(24, 0.0), three)), std::invalid_argument);
    CHECK_THROWS(at(TangentDifference({nine}, {-1.0}, {})), std::invalid_argument);
    CHECK_THROWS(at(TangentDifference({q}, {-1.0}, three)), std::invalid_argument);
    CHECK_THROWS(at(JointOffsets(nine)), std::invalid_argument);
    CHECK_THROWS(at(PointOffsets({5}, three, three, three)), std::out_of_range);
    CHECK_THROWS(at(PointMixture({-1}, three, {1.0}, three)), std::out_of_range);
    CHECK_THROWS(at(AxisAlignment({5}, nine, nine)), std::out_of_range);
    CHECK(at(PointOffsets({}, {}, {}, {})) == 0 && at(PointMixture({}, {}, {}, {})) == 0);
    CHECK(at(AxisAlignment({}, {}, {})) == 0);
}

}  // namespace

void test_kinematics() {
    the_logarithm_undoes_the_exponential();
    how_a_logarithm_changes_is_what_differences_say();
    links_are_where_the_exponentials_of_their_joints_put_them();
    tables_that_do_not_fit_are_refused();
    rows_on_points_and_axes_are_their_formulas_and_their_rates_are_differences();
    rows_on_the_configuration_are_its_differences_from_others();
    rows_that_do_not_fit_are_refused();
}

}  // namespace kinemesh
