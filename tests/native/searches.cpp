// quadratic.hpp, active_set.hpp, exponential.hpp, search.hpp: QPs, and searches by them.
#include "search.hpp"

#include "kinematic_rows.hpp"
#include "support.hpp"

namespace kinemesh {
namespace {

constexpr double none = HUGE_VAL;

Quadratic some_program(Chance& chance, std::size_t n, std::size_t m) {
    Quadratic qp;
    qp.n = n;
    qp.m = m;
    const Reals root = chance.reals(n * n);
    qp.H.assign(n * n, 0.0);
    for (std::size_t r = 0; r < n; ++r) {
        for (std::size_t c = 0; c < n; ++c) {
            qp.H[r * n + c] = along(&root[r * n], &root[c * n], n) + (r == c ? 0.05 : 0.0);
        }
    }
    qp.g = chance.reals(n, 3.0);
    qp.A = chance.reals(n * m);
    for (std::size_t k = 0; k < n; ++k) {
        qp.lower.push_back(chance.below(3) ? -chance.between(0.0, 1.0) : -none);
        qp.upper.push_back(chance.below(3) ? chance.between(0.0, 1.0) : none);
    }
    for (std::size_t k = 0; k < m; ++k) {
        const double middle = chance.normal();
        qp.row_lower.push_back(chance.below(2) ? middle : -none);
        qp.row_upper.push_back(middle + (chance.below(3) ? 0.3 : 0.0));
    }
    return qp;
}

// Solves M x = b by elimination with pivots; false: M is singular.
bool eliminated(std::vector<Reals> M, Reals b, Reals& x) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t best = k;
        for (std::size_t r = k; r < n; ++r) {
            if (std::abs(M[r][k]) > std::abs(M[best][k])) best = r;
        }
        if (std::abs(M[best][k]) < 1e-10) return false;
        std::swap(M[k], M[best]);
        std::swap(b[k], b[best]);
        for (std::size_t r = 0; r < n; ++r) {
            const double f = r == k ? 0.0 : M[r][k] / M[k][k];
            for (std::size_t c = k; c < n; ++c) M[r][c] -= f * M[k][c];
            b[r] -= f * b[k];
        }
    }
    x.resize(n);
    for (std::size_t k = 0; k < n; ++k) x[k] = b[k] / M[k][k];
    return true;
}

// The least of all points at which some rows are at their bounds and the others hold.
bool brute(const Quadratic& qp, double& least) {
    const std::size_t rows = qp.n + qp.m, n = qp.n;
    const auto row = [&](std::size_t k) {
        Reals a(n, 0.0);
        if (k < n) a[k] = 1.0;
        for (std::size_t c = 0; k >= n && c < n; ++c) a[c] = qp.A[(k - n) * n + c];
        return a;
    };
    const auto end = [&](std::size_t k, bool above) {
        if (k < n) return above ? qp.upper[k] : qp.lower[k];
        return above ? qp.row_upper[k - n] : qp.row_lower[k - n];
    };
    bool found = false;
    std::size_t choices = 1;
    for (std::size_t k = 0; k < rows; ++k) choices *= 3;
    for (std::size_t choice = 0; choice < choices; ++choice) {
        std::vector<std::pair<std::size_t, bool>> set;
        std::size_t rest = choice;
        bool finite = true;
        for (std::size_t k = 0; k < rows; ++k, rest /= 3) {
            if (rest % 3) set.emplace_back(k, rest % 3 == 1);
            if (rest % 3) finite = finite && std::abs(end(k, rest % 3 == 1)) < none;
        }
        if (set.size() > n || !finite) continue;
        std::vector<Reals> M(n + set.size(), Reals(n + set.size(), 0.0));
        Reals b(n + set.size(), 0.0), x;
        for (std::size_t r = 0; r < n; ++r) {
            for (std::size_t c = 0; c < n; ++c) M[r][c] = qp.H[r * n + c];
            b[r] = -qp.g[r];
        }
        for (std::size_t s = 0; s < set.size(); ++s) {
            const Reals a = row(set[s].first);
            for (std::size_t c = 0; c < n; ++c) M[n + s][c] = M[c][n + s] = a[c];
            b[n + s] = end(set[s].first, set[s].second);
        }
        if (!eliminated(M, b, x)) continue;
        x.resize(n);
        bool holds = true;
        for (std::size_t k = 0; k < rows; ++k) {
            const Reals a = row(k);
            const double value = along(a.data(), x.data(), n);
            holds = holds && value <= end(k, true) + 1e-8 && value >= end(k, false) - 1e-8;
        }
        if (!holds) continue;
        least = found ? std::min(least, qp.objective(x)) : qp.objective(x);
        found = true;
    }
    return found;
}

void a_triangle_is_a_root() {
    Chance chance(61);
    for (std::size_t n : {1, 2, 5, 9}) {
        const Quadratic qp = some_program(chance, n, 0);
        Cholesky root;
        CHECK(root.factorise(qp.H, n));
        // H^-1 H = 1.
        for (std::size_t c = 0; c < n; ++c) {
            Reals column(qp.H.begin() + c * n, qp.H.begin() + (c + 1) * n);
            root.forward(column.data(), 0);
            root.backward(column.data());
            for (std::size_t r = 0; r < n; ++r) CHECK(close(column[r], r == c ? 1.0 : 0.0, 1e-7));
        }
        Reals wrong = qp.H;
        wrong[n * n - 1] = -1.0;
        CHECK(!root.factorise(wrong, n));
        wrong[0] = std::nan("");
        CHECK(!root.factorise(wrong, n));
    }
}

void the_minimum_is_that_of_all_sets_of_rows() {
    Chance chance(62);
    int solved = 0, infeasible = 0;
    for (int k = 0; k < 60; ++k) {
        Quadratic qp = some_program(chance, 3, 3);
        if (k % 4 == 0) {  // one row twice
            for (std::size_t c = 0; c < 3; ++c) qp.A[3 + c] = qp.A[c];
            qp.row_lower[1] = qp.row_lower[0];
            qp.row_upper[1] = qp.row_upper[0];
        }
        Reals x;
        const Outcome outcome = DualActiveSet(qp).solve(x);
        double least = 0.0;
        const bool possible = brute(qp, least);
        CHECK(outcome == (possible ? Outcome::solved : Outcome::infeasible));
        ++(possible ? solved : infeasible);
        if (possible) CHECK(close(qp.objective(x), least, 1e-6 * (1.0 + std::abs(least))));
    }
    CHECK(solved > 10 && infeasible > 10);
}

// min 1/2 x^2 with x >= 1 at a price p, r for its square, and x <= 0.
void a_row_gives_way_at_its_price() {
    for (double price : {0.2, 3.0}) {
        Quadratic qp{1, 2, {1.0}, {0.0}, {-none}, {none}, {1.0, 1.0}, {1.0, -none}, {none, 0.0}, {}, 0.0};
        Reals x;
        CHECK(DualActiveSet(qp).solve(x) == Outcome::infeasible);
        qp.rounding = 10.0;
        qp.prices = {price, 100.0};
        CHECK(DualActiveSet(qp).solve(x) == Outcome::solved);
        // d/dx (x^2 / 2 + p (1 - x) + r (1 - x)^2 / 2) = 0, at most 0, where the other row is dear.
        CHECK(close(x[0], std::min((price + 10.0) / 11.0, 0.0), 1e-9));
        qp.prices[1] = 1e-3;
        CHECK(DualActiveSet(qp).solve(x) == Outcome::solved);
        CHECK(close(x[0], (price + 10.0 - 1e-3) / 21.0, 1e-9));
    }
    Quadratic lost{1, 0, {-1.0}, {0.0}, {0.0}, {1.0}, {}, {}, {}, {}, 0.0};
    Reals x;
    CHECK(DualActiveSet(lost).solve(x) == Outcome::lost);
}

void a_step_is_taken_along_the_exponential() {
    const Model model(small_robot());
    Chance chance(63);
    for (double size : {1e-9, 1e-4, 0.03, 0.0316, 0.032, 0.4, 2.0}) {
        for (int k = 0; k < 5; ++k) {
            const Reals q = random_configuration(model, chance), v = chance.reals(model.nv(), size);
            Reals half = v;
            for (double& number : half) number *= 0.5;
            const Reals to = integrated(q, v, 0.5), expected = stepped(q, half);
            for (std::size_t i = 0; i < q.size(); ++i) CHECK(close(to[i], expected[i], 1e-12));
            const Logarithm back(q.data(), to.data());
            CHECK(close(back.linear, taken(half.data()), 1e-9 + 1e-9 * size));
        }
    }
}

void a_search_goes_down_and_stays_within_its_bounds() {
    const Model model(small_robot());
    const std::size_t nv = model.nv();
    Chance chance(64);
    for (int k = 0; k < 20; ++k) {
        const Reals q = random_configuration(model, chance);
        const auto rows = [&](std::size_t count) {
            Ints joints;
            for (std::size_t n = 0; n < count; ++n) joints.push_back(1 + static_cast<std::int64_t>(n % 4));
            return std::make_shared<PointOffsets>(joints, chance.reals(3 * count),
                                                  chance.reals(3 * count), chance.reals(3 * count));
        };
        const Program program{std::make_shared<Asked>(Asked::squares(rows(12), {1.0}, 0.0)),
                              std::make_shared<Asked>(Asked::within(rows(3), {-0.1}, {0.1}))};
        StepBounds bounds{Reals(nv, -0.2), Reals(nv, 0.2), Reals(nv - 6), Reals(nv - 6)};
        for (std::size_t n = 0; n < nv - 6; ++n) {
            bounds.joint_lower[n] = q[n + 7] - 0.3;
            bounds.joint_upper[n] = q[n + 7] + 0.1;
        }
        const SearchRule rule{1e-6, 1e-4, 0.2, 1e-5, 1e-6, 1e2};
        const Search search(model, program, {0.0, 1e3}, bounds, rule);
        const auto one = search.improved(q.data(), {1.0, 0.5, 0.25});
        const auto all = search.solved(q.data(), 80), stays = search.solved(q.data(), 0);
        CHECK(one && all && stays && stays->done == 0 && stays->at->posture().q == q);
        CHECK(one->merit <= stays->merit && all->merit <= stays->merit && all->done <= 80);
        const Reals& to = all->at->posture().q;
        for (std::size_t n = 0; n < nv - 6; ++n) {
            CHECK(to[n + 7] >= bounds.joint_lower[n] - 1e-9 && to[n + 7] <= bounds.joint_upper[n] + 1e-9);
        }
        // The merit is half the cost where all rows hold.
        if (all->at->violation() <= 1e-4) CHECK(close(all->merit, 0.5 * all->at->cost(), 1e-12));
        if (all->done == 80 || all->at->violation() > 1e-4) continue;
        // No small step is better: where it ended the QP's step is none.
        const auto again = search.solved(to.data(), 80);
        CHECK(again && again->merit >= all->merit * (1.0 - 1e-2));
    }
}

}  // namespace

void test_searches() {
    a_triangle_is_a_root();
    the_minimum_is_that_of_all_sets_of_rows();
    a_row_gives_way_at_its_price();
    a_step_is_taken_along_the_exponential();
    a_search_goes_down_and_stays_within_its_bounds();
}

}  // namespace kinemesh
