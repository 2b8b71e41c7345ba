// Generalised winding numbers of triangles, far cells of them as dipoles (Barill et al. 2018).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace kinemesh {

inline double dot3(const double* a, const double* b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// Half the solid angle of a triangle's corners a, b, c seen from the origin (Van Oosterom and
// Strackee 1983).
inline double half_solid_angle(const double* a, const double* b, const double* c) {
    const double la = std::sqrt(dot3(a, a)), lb = std::sqrt(dot3(b, b)), lc = std::sqrt(dot3(c, c));
    const double cross[3] = {b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2],
                             b[0] * c[1] - b[1] * c[0]};
    return std::atan2(dot3(a, cross),
                      la * lb * lc + dot3(a, b) * lc + dot3(b, c) * la + dot3(c, a) * lb);
}

// Triangles, cell by cell: cell k has those from starts[k] to starts[k + 1].
struct Cells {
    std::size_t count;
    const double *centres, *areas, *radii;  // (count, 3), vector areas (count, 3), (count,)
    const std::int64_t* starts;             // (count + 1,)
    const double* corners;                  // (F, 3, 3)
    double far;                             // a cell further away than this many radii is a dipole

    double winding(const double* point) const {
        constexpr double pi = 3.14159265358979323846;
        double total = 0.0;
        for (std::size_t k = 0; k < count; ++k) {
            double offset[3];
            for (int c = 0; c < 3; ++c) offset[c] = centres[3 * k + c] - point[c];
            const double square = dot3(offset, offset), reach = far * radii[k];
            if (square > reach * reach) {
                total += dot3(offset, areas + 3 * k) / (square * std::sqrt(square));
                continue;
            }
            for (std::int64_t f = starts[k]; f < starts[k + 1]; ++f) {
                double seen[9];
                for (int c = 0; c < 9; ++c) seen[c] = corners[9 * f + c] - point[c % 3];
                total += 2.0 * half_solid_angle(seen, seen + 3, seen + 6);
            }
        }
        return total / (4.0 * pi);
    }
};

}  // namespace kinemesh
