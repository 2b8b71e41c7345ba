// The uniform Laplacian of a mesh and its cost, reduced to the points that move (problem/mesh.py).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace kinemesh {

// Who is next to whom among V vertices, a bit a pair.
class Pairs {
  public:
    explicit Pairs(std::size_t count)
        : count_(count), words_((count + 63) / 64), bits_(count * words_, 0) {}

    std::size_t count() const { return count_; }
    bool has(std::size_t i, std::size_t j) const {
        return bits_[i * words_ + j / 64] >> (j % 64) & 1;
    }
    void add(std::size_t i, std::size_t j) {
        bits_[i * words_ + j / 64] |= std::uint64_t{1} << (j % 64);
    }

    // Calls `with` for every neighbour of vertex i, in order.
    template <class With>
    void each(std::size_t i, const With& with) const {
        for (std::size_t n = 0; n < words_; ++n) {
            for (std::uint64_t left = bits_[i * words_ + n]; left; left &= left - 1) {
                with(64 * n + lowest(left));
            }
        }
    }

  private:
    static std::size_t lowest(std::uint64_t word) {
#if defined(__GNUC__)
        return static_cast<std::size_t>(__builtin_ctzll(word));
#else
        std::size_t k = 0;
        while (!(word >> k & 1)) ++k;
        return k;
#endif
    }

    std::size_t count_, words_;
    std::vector<std::uint64_t> bits_;
};

// Neighbours of every vertex, in order.
class Neighbours {
  public:
    explicit Neighbours(const Pairs& pairs) {
        const std::size_t count = pairs.count();
        first_.reserve(count + 1);
        all_.reserve(16 * count);
        first_.push_back(0);
        for (std::size_t i = 0; i < count; ++i) {
            pairs.each(i, [this](std::size_t j) { all_.push_back(j); });
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
    std::vector<std::size_t> with(n + 1);
    constant = 0.0;
    for (std::size_t i = 0; i < mesh.count(); ++i) {
        const double share = mesh.share(i), w = weights[i];
        double rest[3];
        for (int c = 0; c < 3; ++c) {
            rest[c] = (i < n ? 0.0 : anchors[3 * (i - n) + c]) - deltas[3 * i + c];
        }
        // Those that move come first.
        std::size_t moves = 0;
        for (const auto* j = mesh.begin(i); j != mesh.end(i); ++j) {
            if (*j < n) {
                with[moves++] = *j;
            } else {
                for (int c = 0; c < 3; ++c) rest[c] -= share * anchors[3 * (*j - n) + c];
            }
        }
        // Above the diagonal; of a vertex that moves itself, whose own entry is 1, apart.
        const double both = w * -share * -share;
        for (std::size_t k = 0; k < moves; ++k) {
            double* row = &gram[with[k] * n];
            for (std::size_t l = k; l < moves; ++l) row[with[l]] += both;
            for (int c = 0; c < 3; ++c) offset[3 * with[k] + c] -= w * share * rest[c];
        }
        if (i < n) {
            gram[i * n + i] += w;
            for (std::size_t k = 0; k < moves; ++k) {
                gram[std::min(i, with[k]) * n + std::max(i, with[k])] -= w * share;
            }
            for (int c = 0; c < 3; ++c) offset[3 * i + c] += w * rest[c];
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
