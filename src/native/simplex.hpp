// Vectors, hulls, and the point of a simplex that is closest to the origin, by its Voronoi regions
// (Ericson, Real-Time Collision Detection, 2005, sections 5.1 and 9.5).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kinemesh {

struct Vec {
    double x, y, z;
};

inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec operator*(double s, Vec a) { return {s * a.x, s * a.y, s * a.z}; }
inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec cross(Vec a, Vec b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(Vec a) { return std::sqrt(dot(a, a)); }

// A placement: three rows of rotation and a shift.
struct Pose {
    Vec row[3];
    Vec shift;

    Vec turned(Vec p) const { return {dot(row[0], p), dot(row[1], p), dot(row[2], p)}; }
    Vec unturned(Vec p) const { return p.x * row[0] + p.y * row[1] + p.z * row[2]; }
    Vec operator()(Vec p) const { return turned(p) + shift; }
};

constexpr std::size_t lanes = 8;

// Which of the rows a x + b y + c z + d, stored by columns, is the largest: its value and number.
struct Largest {
    double value;
    std::size_t row;
};

namespace detail {

// Of the best of each lane the largest, and of equals the first.
inline Largest best_of(const double* value, const double* row) {
    Largest best{value[0], static_cast<std::size_t>(row[0])};
    for (std::size_t k = 1; k < lanes; ++k) {
        const auto at = static_cast<std::size_t>(row[k]);
        if (value[k] > best.value || (value[k] == best.value && at < best.row)) best = {value[k], at};
    }
    return best;
}

#if defined(__GNUC__) && defined(__x86_64__)
#define KINEMESH_AVX2
// Four rows at a time; compilers do not do this by themselves. The same sums in the same order as
// in `largest_plain`, so that it does not matter which of the two a machine can run.
__attribute__((target("avx2"))) inline Largest largest_avx2(const double* x, const double* y,
                                                            const double* z, const double* d,
                                                            std::size_t count, Vec p) {
    const __m256d px = _mm256_set1_pd(p.x), py = _mm256_set1_pd(p.y), pz = _mm256_set1_pd(p.z);
    const __m256d step = _mm256_set1_pd(lanes);
    const auto at = [&](std::size_t k) __attribute__((target("avx2"))) {
        const __m256d xy = _mm256_add_pd(_mm256_mul_pd(_mm256_loadu_pd(x + k), px),
                                         _mm256_mul_pd(_mm256_loadu_pd(y + k), py));
        const __m256d xyz = _mm256_add_pd(xy, _mm256_mul_pd(_mm256_loadu_pd(z + k), pz));
        return _mm256_add_pd(xyz, _mm256_loadu_pd(d + k));
    };
    // Two chains, for each waits on itself.
    __m256d most[2] = {at(0), at(4)};
    __m256d row[2] = {_mm256_set_pd(3.0, 2.0, 1.0, 0.0), _mm256_set_pd(7.0, 6.0, 5.0, 4.0)};
    __m256d here[2] = {row[0], row[1]};
    for (std::size_t k = lanes; k < count; k += lanes) {
        for (int n = 0; n < 2; ++n) {
            here[n] = _mm256_add_pd(here[n], step);
            const __m256d now = at(k + 4 * n);
            const __m256d more = _mm256_cmp_pd(now, most[n], _CMP_GT_OQ);
            most[n] = _mm256_blendv_pd(most[n], now, more);
            row[n] = _mm256_blendv_pd(row[n], here[n], more);
        }
    }
    double value[lanes], which[lanes];
    for (int n = 0; n < 2; ++n) {
        _mm256_storeu_pd(value + 4 * n, most[n]);
        _mm256_storeu_pd(which + 4 * n, row[n]);
    }
    return best_of(value, which);
}
#endif

inline Largest largest_plain(const double* x, const double* y, const double* z, const double* d,
                             std::size_t count, Vec p) {
    double value[lanes], row[lanes];
    for (std::size_t n = 0; n < lanes; ++n) value[n] = -HUGE_VAL, row[n] = 0.0;
    for (std::size_t k = 0; k < count; k += lanes) {
        for (std::size_t n = 0; n < lanes; ++n) {
            const std::size_t m = k + n;
            const double at = ((x[m] * p.x + y[m] * p.y) + z[m] * p.z) + d[m];
            row[n] = at > value[n] ? static_cast<double>(m) : row[n];
            value[n] = at > value[n] ? at : value[n];
        }
    }
    return best_of(value, row);
}

}  // namespace detail

// `count`: a whole number of lanes.
inline Largest largest(const double* x, const double* y, const double* z, const double* d,
                       std::size_t count, Vec p) {
#if defined(KINEMESH_AVX2)
    static const bool wide = __builtin_cpu_supports("avx2");
    if (wide) return detail::largest_avx2(x, y, z, d, count, p);
#endif
    return detail::largest_plain(x, y, z, d, count, p);
}

// Rows of three or four numbers by columns, the last row repeated to fill the lanes.
struct Columns {
    std::vector<double> x, y, z, d;
    std::size_t count = 0;  // without the filling

    Columns(const double* rows, std::size_t size, std::size_t width) : count(size) {
        const std::size_t padded = (size + lanes - 1) / lanes * lanes;
        for (std::size_t k = 0; k < padded; ++k) {
            const double* row = rows + width * std::min(k, size - 1);
            x.push_back(row[0]);
            y.push_back(row[1]);
            z.push_back(row[2]);
            d.push_back(width > 3 ? row[3] : 0.0);
        }
    }
    Vec operator[](std::size_t k) const { return {x[k], y[k], z[k]}; }

    // The row that reaches highest, of equals the first.
    Largest largest(Vec p) const {
        return kinemesh::largest(x.data(), y.data(), z.data(), d.data(), x.size(), p);
    }
    double highest(Vec p) const { return largest(p).value; }
    std::size_t which(Vec p) const { return largest(p).row; }
};

// Points that span a hull, in a frame of their own.
using Cloud = Columns;

namespace detail {

// A corner of the simplex: a point of the Minkowski difference, and which two it is made of.
struct Corner {
    Vec w;
    std::uint32_t i, j;
};

struct Simplex {
    std::array<Corner, 4> corner;
    std::array<double, 4> share{};
    int size = 0;

    void keep(std::initializer_list<int> kept, std::initializer_list<double> shares) {
        std::array<Corner, 3> taken;
        size = 0;
        for (int k : kept) taken[size++] = corner[k];
        for (int k = 0; k < size; ++k) corner[k] = taken[k];
        std::copy(shares.begin(), shares.end(), share.begin());
    }
    Vec point() const {
        Vec v{0, 0, 0};
        for (int k = 0; k < size; ++k) v = v + share[k] * corner[k].w;
        return v;
    }
};

inline void closest_on_segment(Simplex& s, int p = 0, int q = 1) {
    const Vec a = s.corner[p].w, ab = s.corner[q].w - a;
    const double along = -dot(a, ab), whole = dot(ab, ab);
    if (along <= 0.0 || whole <= 0.0) return s.keep({p}, {1.0});
    if (along >= whole) return s.keep({q}, {1.0});
    const double t = along / whole;
    s.keep({p, q}, {1.0 - t, t});
}

inline void closest_on_triangle(Simplex& s, int p = 0, int q = 1, int r = 2) {
    const Vec a = s.corner[p].w, b = s.corner[q].w, c = s.corner[r].w;
    const Vec ab = b - a, ac = c - a;
    const double d1 = -dot(ab, a), d2 = -dot(ac, a);
    if (d1 <= 0.0 && d2 <= 0.0) return s.keep({p}, {1.0});
    const double d3 = -dot(ab, b), d4 = -dot(ac, b);
    if (d3 >= 0.0 && d4 <= d3) return s.keep({q}, {1.0});
    const double vc = d1 * d4 - d3 * d2;
    if (vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0) {
        const double t = d1 / (d1 - d3);
        return s.keep({p, q}, {1.0 - t, t});
    }
    const double d5 = -dot(ab, c), d6 = -dot(ac, c);
    if (d6 >= 0.0 && d5 <= d6) return s.keep({r}, {1.0});
    const double vb = d5 * d2 - d1 * d6;
    if (vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0) {
        const double t = d2 / (d2 - d6);
        return s.keep({p, r}, {1.0 - t, t});
    }
    const double va = d3 * d6 - d5 * d4;
    if (va <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0) {
        const double t = (d4 - d3) / ((d4 - d3) + (d5 - d6));
        return s.keep({q, r}, {1.0 - t, t});
    }
    const double whole = va + vb + vc;
    s.keep({p, q, r}, {va / whole, vb / whole, vc / whole});
}

// Whether the origin is beyond the plane of p, q, r as seen from the fourth corner.
inline bool beyond(const Simplex& s, int p, int q, int r, int fourth) {
    const Vec a = s.corner[p].w;
    const Vec n = cross(s.corner[q].w - a, s.corner[r].w - a);
    const double here = -dot(a, n), there = dot(s.corner[fourth].w - a, n);
    return here * there <= 0.0;
}

// False if the origin is inside.
inline bool closest_on_tetrahedron(Simplex& s) {
    static const int faces[4][4] = {{0, 1, 2, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {1, 3, 2, 0}};
    Simplex best;
    double least = HUGE_VAL;
    for (const auto& f : faces) {
        if (!beyond(s, f[0], f[1], f[2], f[3])) continue;
        Simplex candidate = s;
        closest_on_triangle(candidate, f[0], f[1], f[2]);
        const Vec v = candidate.point();
        const double d = dot(v, v);
        if (d < least) {
            least = d;
            best = candidate;
        }
    }
    if (least == HUGE_VAL) return false;
    s = best;
    return true;
}

}  // namespace detail

}  // namespace kinemesh
