// Where a hull of a robot is near something.
#pragma once

#include <cstdint>
#include <vector>

#include "simplex.hpp"

namespace kinemesh {

// A place of a hull near something: how far, where on the hull, and the unit normal towards it.
struct Place {
    double distance;
    Vec point, normal;
    std::int64_t hull;
};
using Places = std::vector<Place>;

}  // namespace kinemesh
