// Vectors, hulls, and the point of a simplex that is closest to the origin, by its Voronoi regions
// (Ericson, Real-Time Collision Detection, 2005, sections 5.1 and 9.5).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
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
struct Frame {
    Vec row[3];
    Vec shift;

    Vec turned(Vec p) const { return {dot(row[0], p), dot(row[1], p), dot(row[2], p)}; }
    Vec unturned(Vec p) const { return p.x * row[0] + p.y * row[1] + p.z * row[2]; }
    Vec operator()(Vec p) const { return turned(p) + shift; }
};

constexpr std::size_t lanes = 4;

// The largest of a x + b y + c z + d over rows stored by columns, a whole number of lanes.
inline double highest(const double* x, const double* y, const double* z, const double* d,
                      std::size_t count, Vec p) {
#if defined(__SSE2__)
    // Two at a time; compilers do not do this by themselves.
    const __m128d px = _mm_set1_pd(p.x), py = _mm_set1_pd(p.y), pz = _mm_set1_pd(p.z);
    const auto at = [&](std::size_t k) {
        const __m128d xy = _mm_add_pd(_mm_mul_pd(_mm_loadu_pd(x + k), px),
                                      _mm_mul_pd(_mm_loadu_pd(y + k), py));
        return _mm_add_pd(_mm_add_pd(xy, _mm_mul_pd(_mm_loadu_pd(z + k), pz)),
                          _mm_loadu_pd(d + k));
    };
    __m128d a = at(0), b = at(2);
    for (std::size_t k = lanes; k < count; k += lanes) {
        a = _mm_max_pd(a, at(k));
        b = _mm_max_pd(b, at(k + 2));
    }
    a = _mm_max_pd(a, b);
    return std::max(_mm_cvtsd_f64(a), _mm_cvtsd_f64(_mm_unpackhi_pd(a, a)));
#else
    double most = -HUGE_VAL;
    for (std::size_t k = 0; k < count; ++k) {
        most = std::max(most, x[k] * p.x + y[k] * p.y + z[k] * p.z + d[k]);
    }
    return most;
#endif
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

    double highest(Vec p) const {
        return kinemesh::highest(x.data(), y.data(), z.data(), d.data(), x.size(), p);
    }

    // The first row that reaches the highest.
    std::size_t which(Vec p) const {
        const double most = highest(p);
        std::size_t k = 0;
        while (k + 1 < count && x[k] * p.x + y[k] * p.y + z[k] * p.z + d[k] != most) ++k;
        return k;
    }
};

// Points that span a hull, in a frame of their own.
using Cloud = Columns;

namespace detail {

// A corner of the simplex: a point of the Minkowski difference, and the two it is made of.
struct Corner {
    Vec w, a, b;
    std::size_t i, j;
};

struct Simplex {
    std::array<Corner, 4> corner;
    std::array<double, 4> share{};
    int size = 0;

    void keep(std::initializer_list<int> kept, std::initializer_list<double> shares) {
        std::array<Corner, 4> old = corner;
        int n = 0;
        for (int k : kept) corner[n++] = old[k];
        n = 0;
        for (double s : shares) share[n++] = s;
        size = n;
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
