"""What must hold: terms whose rows are kept within bounds, and boxes on the step."""

from kinemesh.constraints.constraint import Constraint, StepBox
from kinemesh.constraints.contact import HandContact
from kinemesh.constraints.limits import FixedBase, JointLimits, TrustRegion, VelocityLimits
from kinemesh.constraints.penetration import NonPenetration
from kinemesh.constraints.self_collision import SelfCollision
from kinemesh.constraints.slow_foot import SlowFoot
from kinemesh.constraints.stance import FootEase, FootFlat, FootStance

__all__ = [
    "Constraint",
    "FixedBase",
    "FootEase",
    "FootFlat",
    "FootStance",
    "HandContact",
    "JointLimits",
    "NonPenetration",
    "SelfCollision",
    "SlowFoot",
    "StepBox",
    "TrustRegion",
    "VelocityLimits",
    "defaults",
]


def defaults() -> tuple[Constraint | StepBox, ...]:
    """The constraints of a retargeting."""
    return (
        *(JointLimits(), VelocityLimits(), TrustRegion()),
        *(NonPenetration(), SelfCollision(), FootStance(), FootFlat(), FootEase(), HandContact()),
        SlowFoot(),
    )
