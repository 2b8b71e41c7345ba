"""The problem of one frame: interaction mesh, what the instant asks, and the QP."""

from kinemesh.problem.anchors import MeshOptions
from kinemesh.problem.frame import Aim, Contact, Ease, Frame, Slow, Stance, Touchdown
from kinemesh.problem.mesh import InteractionMesh, LaplacianTarget
from kinemesh.problem.plan import Plan
from kinemesh.problem.qp import PENALTY, QP, Block
from kinemesh.problem.rows import Bounded, Box, Residual
from kinemesh.problem.scaling import scaled_scene
from kinemesh.problem.solvers import SOLVERS, Solution, solve
from kinemesh.problem.starts import starts

__all__ = [
    "PENALTY",
    "QP",
    "SOLVERS",
    "Aim",
    "Block",
    "Bounded",
    "Box",
    "Contact",
    "Ease",
    "Frame",
    "InteractionMesh",
    "LaplacianTarget",
    "MeshOptions",
    "Plan",
    "Residual",
    "Slow",
    "Solution",
    "Stance",
    "Touchdown",
    "scaled_scene",
    "solve",
    "starts",
]
