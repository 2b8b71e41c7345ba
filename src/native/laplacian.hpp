// The uniform Laplacian of a mesh and its cost, reduced to the points that move (problem/mesh.py).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace kinemesh {

// Neighbours of every vertex, from who is next to whom (V, V).
class Neighbours {
  public:
    Neighbours(const bool* adjacent, std::size_t count) {
        first_.push_back(0);
        for (std::size_t i = 0; i < count; ++i, adjacent += count) {
            for (std::size_t j = 0; j < count; ++j) {
                std::uint64_t eight;
                if (j + 8 <= count && (std::memcpy(&eight, adjacent + j, 8), eight == 0)) {
                    j += 7;
                    continue;
                }
                if (adjacent[j]) all_.push_back(j);
            }
            first_.push_back(all_.size());
        }
    }
    std::size_t count() const { return first_.size() - 1; }
    const std::size_t* begin(std::size_t i) const { return all_.data() + first_[i]; }
    const std::size_t* end(std::size_t i) const { return all_.data() + first_[i + 1]; }
    double share(std::size_t i) const {
        return first_[i + 1] > first_[i] ? 1.0 / static_cast<double>(first_[i + 1] - first_[i]) : 0.0;
    }

    // L P (V, 3).
    void deltas(const double* points, double* out) const {
        for (std::size_t i = 0; i < count(); ++i, out += 3) {
            double sum[3] = {0.0, 0.0, 0.0};
            for (const auto* j = begin(i); j != end(i); ++j) {
                for (int c = 0; c < 3; ++c) sum[c] += points[3 * *j + c];
            }
            for (int c = 0; c < 3; ++c) out[c] = points[3 * i + c] - share(i) * sum[c];
        }
    }

  private:
    std::vector<std::size_t> first_, all_;
};

// Factor (K, K) and offset (K, 3) of the cost, K the first vertices, the others being anchors, and
// the part that is constant. False where the matrix is not positive.
inline bool reduced(const Neighbours& mesh, std::size_t moving, const double* deltas,
                    const double* anchors, const double* weights, double* factor, double* offset,
                    double& constant) {
    const std::size_t n = moving;
    std::vector<double> gram(n * n, 0.0);
    std::fill(offset, offset + 3 * n, 0.0);
    std::vector<std::pair<std::size_t, double>> row;
    constant = 0.0;
    for (std::size_t i = 0; i < mesh.count(); ++i) {
        const double share = mesh.share(i), w = weights[i];
        row.clear();
        double rest[3];
        for (int c = 0; c < 3; ++c) {
            rest[c] = (i < n ? 0.0 : anchors[3 * (i - n) + c]) - deltas[3 * i + c];
        }
        if (i < n) row.emplace_back(i, 1.0);
        for (const auto* j = mesh.begin(i); j != mesh.end(i); ++j) {
            if (*j < n) {
                row.emplace_back(*j, -share);
            } else {
                for (int c = 0; c < 3; ++c) rest[c] -= share * anchors[3 * (*j - n) + c];
            }
        }
        for (const auto& [a, x] : row) {
            for (const auto& [b, y] : row) gram[a * n + b] += w * x * y;
            for (int c = 0; c < 3; ++c) offset[3 * a + c] += w * x * rest[c];
        }
        for (int c = 0; c < 3; ++c) constant += w * rest[c] * rest[c];
    }
    if (mesh.count() == n) {
        // Without anchors a translation of all landmarks is free; a small ridge pins it.
        double trace = 0.0;
        for (std::size_t i = 0; i < n; ++i) trace += gram[i * n + i];
        for (std::size_t i = 0; i < n; ++i) gram[i * n + i] += 1e-9 * trace;
    }
    // F^T F = gram, row after row, and F^T o = what is in `offset`.
    std::fill(factor, factor + n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        double* mine = factor + i * n;
        std::copy(&gram[i * n] + i, &gram[i * n] + n, mine + i);
        for (std::size_t k = 0; k < i; ++k) {
            const double* above = factor + k * n;
            for (std::size_t j = i; j < n; ++j) mine[j] -= above[i] * above[j];
            for (int c = 0; c < 3; ++c) offset[3 * i + c] -= above[i] * offset[3 * k + c];
        }
        if (!(mine[i] > 0.0)) return false;
        const double root = std::sqrt(mine[i]);
        for (std::size_t j = i; j < n; ++j) mine[j] /= root;
        for (int c = 0; c < 3; ++c) {
            offset[3 * i + c] /= root;
            constant -= offset[3 * i + c] * offset[3 * i + c];
        }
    }
    return true;
}

}  // namespace kinemesh
