"""Straight walking: from standing, seven steps, to standing."""

from __future__ import annotations

from kinemesh.arrays import Array
from kinemesh.demos.body import HIP_HEIGHT, SKELETON, STATURE, joints
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, grid
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.motion import Clip

SPEED = 1.05
"""[m/s]."""
DURATION = 6.0
"""[s]."""
_HALF_WIDTH = 0.07
"""Ankles to the middle line [m]."""
_TOE_OUT = 0.12
"""About 7 degrees (Murray, Drought and Kory 1964) [rad]."""
_STEPS = 7


def rhythm(speed: float) -> tuple[float, float, float]:
    """Step length [m], step time [s] and swing time [s] of walking at ``speed`` [m/s].

    Boulic, Thalmann and Thalmann 1990, "A global human walking model with real-time kinematic
    personification" (after Inman 1981): with lengths in units of the hip height, a cycle's
    length is 1.346 times the root of the speed, and its swing lasts 0.248 times the cycle plus
    0.143 s.
    """
    relative = speed / HIP_HEIGHT
    length = 1.346 * relative**0.5
    cycle = length / relative
    return length * HIP_HEIGHT / 2.0, cycle / 2.0, 0.248 * cycle + 0.143


def feet(times: Array) -> list[FootTrack]:
    """The tracks of the left and right foot at ``times`` [s]."""
    length, step_time, swing = rhythm(SPEED)
    starts = [Place(0.0, out * _HALF_WIDTH, 0.0, out * _TOE_OUT) for out in (1.0, -1.0)]
    steps: list[list[Step]] = [[], []]
    x = 0.0
    for k in range(_STEPS):
        side, first, last = k % 2, k == 0, k == _STEPS - 1
        x += 0.0 if last else (0.75 if first else 1.0) * length
        strike = 1.05 + swing + k * step_time
        start = starts[side]
        steps[side].append(
            Step(
                Place(x, start.y, 0.0, start.yaw),
                off=strike - swing,
                strike=strike,
                push=0.43,
                push_pitch=0.55 if first else 0.95,
                land_pitch=-0.12 if last else -0.35,
                lift=0.03,
            )
        )
    return [foot_track(times, starts[side], steps[side]) for side in (0, 1)]


def walk() -> Clip:
    """A person of 1.75 m stands, walks 3.8 m straight ahead along x and stands again.

    30 frames/s; the ground is at z = 0. Contacts with the ground are exact: planted heels and
    toes do not move at all.

    Examples:
        >>> kinemesh.demos.walk()
        Clip('walk', 181 frames at 30/s, kinemesh23, 1.75 m)
    """
    positions = joints(carry(feet(grid(DURATION)), Manner()))[::SUBSTEPS]
    return Clip(positions, SKELETON, FPS, height=STATURE, name="walk")
