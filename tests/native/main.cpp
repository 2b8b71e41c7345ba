// Every header of the kernel without Python, for the sanitizers.
#include "support.hpp"

int main() {
    kinemesh::test_hulls();
    kinemesh::test_meshes();
    kinemesh::test_kinematics();
    kinemesh::test_proximity();
    kinemesh::test_programs();
    kinemesh::test_searches();
    kinemesh::test_surfaces();
    std::puts("all held");
    return 0;
}
