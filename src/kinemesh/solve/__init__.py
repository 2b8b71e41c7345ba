"""The loop: a program a frame, solved and integrated; then the whole clip at once."""

from kinemesh.solve.evaluation import Evaluation, evaluate_term
from kinemesh.solve.once import retarget
from kinemesh.solve.program import Program, Terms
from kinemesh.solve.refine import Refinement
from kinemesh.solve.retargeter import Retargeter
from kinemesh.solve.settings import Settings

__all__ = [
    "Evaluation",
    "Program",
    "Refinement",
    "Retargeter",
    "Settings",
    "Terms",
    "evaluate_term",
    "retarget",
]
