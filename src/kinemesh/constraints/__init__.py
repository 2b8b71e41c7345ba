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
    """The constraints of a retargeting.

    Examples:
        >>> terms = kinemesh.constraints.defaults()
        >>> terms = [t for t in terms if not isinstance(t, kinemesh.constraints.SlowFoot)]
        >>> kinemesh.retarget(kinemesh.demos.walk().crop(0, 4), constraints=terms)
        Result('walk', Trajectory('g1', 4 frames at 30/s, 29 joints), 0 relaxed)
    """
    return (
        *(JointLimits(), VelocityLimits(), TrustRegion()),
        *(NonPenetration(), SelfCollision(), FootStance(), FootFlat(), FootEase(), HandContact()),
        SlowFoot(),
    )
