"""The problem of one frame: interaction mesh, what the instant asks, and the QP."""

from kinemesh.problem.anchors import MeshOptions
from kinemesh.problem.frame import (
    Contact,
    Frame,
    Hold,
    OrientationTarget,
    SlowToe,
    SoleApproach,
    Stance,
    Touchdown,
)
from kinemesh.problem.mesh import InteractionMesh, LaplacianTarget
from kinemesh.problem.neighbours import ALONE, Neighbours
from kinemesh.problem.person.followed import PROPORTIONS, Proportions
from kinemesh.problem.plan import Plan
from kinemesh.problem.qp import DAMPING, PENALTY, QP, ROUNDING, Block
from kinemesh.problem.scaling import scaled_scene
from kinemesh.problem.solvers import SOLVERS, Solution, solve
from kinemesh.problem.starts import starts
from kinemesh.problem.term import Term, way_of

__all__ = [
    "ALONE",
    "DAMPING",
    "PENALTY",
    "PROPORTIONS",
    "QP",
    "ROUNDING",
    "SOLVERS",
    "Block",
    "Contact",
    "Frame",
    "Hold",
    "InteractionMesh",
    "LaplacianTarget",
    "MeshOptions",
    "Neighbours",
    "OrientationTarget",
    "Plan",
    "Proportions",
    "SlowToe",
    "SoleApproach",
    "Solution",
    "Stance",
    "Term",
    "Touchdown",
    "scaled_scene",
    "solve",
    "starts",
    "way_of",
]
