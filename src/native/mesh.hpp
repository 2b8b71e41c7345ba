// Who is next to whom in a Delaunay tetrahedralisation.
#pragma once

#include "delaunay.hpp"
#include "laplacian.hpp"

namespace kinemesh {

// Fills `adjacent` (count, count); false where a sign is too close to call.
inline bool adjacency(const double* points, int count, bool* adjacent) {
    Delaunay mesh;
    if (!mesh.build(points, count)) return false;
    const auto row = static_cast<std::size_t>(count);
    std::fill(adjacent, adjacent + row * row, false);
    for (const auto& t : mesh.tetrahedra) {
        if (!t.alive) continue;
        for (int a : t.corner) {
            for (int b : t.corner) {
                if (a != b && a != mesh.infinity() && b != mesh.infinity()) {
                    adjacent[a * row + b] = true;
                }
            }
        }
    }
    return true;
}

}  // namespace kinemesh
