// Who is next to whom in a Delaunay tetrahedralisation.
#pragma once

#include <optional>

#include "delaunay.hpp"
#include "laplacian.hpp"

namespace kinemesh {

// Nothing where a sign is too close to call.
inline std::optional<Pairs> adjacency(const double* points, int count) {
    Delaunay mesh;
    if (!mesh.build(points, count)) return std::nullopt;
    Pairs pairs(static_cast<std::size_t>(count));
    for (const auto& t : mesh.tetrahedra) {
        if (!t.alive || t.corner[3] == mesh.infinity()) continue;
        for (int a : t.corner) {
            for (int b : t.corner) {
                if (a != b) pairs.add(a, b);
            }
        }
    }
    return pairs;
}

}  // namespace kinemesh
