"""Onto a platform and down on the other side."""

from __future__ import annotations

from dataclasses import replace

from kinemesh.arrays import Array
from kinemesh.demos.body import HIP_HEIGHT, SKELETON, STATURE, joints
from kinemesh.demos.carriage import Manner, carry
from kinemesh.demos.curves import FPS, SUBSTEPS, ease, grid
from kinemesh.demos.gait import FootTrack, Place, Step, foot_track
from kinemesh.motion import Clip, Scene, Shape, Terrain

DURATION = 7.6
"""[s]."""
PLATFORM = (0.8, 1.2, 0.20)
"""Depth, width and height of the platform [m]."""
EDGE = 0.95
"""Its near edge ahead of the ankles at the start [m]."""
_HALF_WIDTH = 0.09
"""Ankles to the middle line [m]."""
_TOE_OUT = 0.10
"""[rad]."""
_TOP = EDGE + 0.42
"""Where both feet stand on the platform [m]."""
_UP = Step(
    Place(0.0, 0.0),
    off=0.0,
    strike=0.6,
    push_pitch=0.6,
    land_pitch=-0.1,
    lift=0.08,
    advance=(0.18, 1.0),
    rise=(0.0, 0.55),
)
"""A step up: the foot rises before it moves ahead."""
_DOWN = Step(
    Place(0.0, 0.0),
    off=0.0,
    strike=0.6,
    push=0.4,
    push_pitch=0.6,
    lift=0.05,
    advance=(0.0, 0.8),
    rise=(0.4, 1.0),
)
"""A step down: the foot moves ahead before it sinks."""


def feet(times: Array) -> list[FootTrack]:
    """The tracks of the left and right foot at ``times`` [s]."""
    height = PLATFORM[2]

    def place(x: float, out: float, z: float = 0.0) -> Place:
        return Place(x, out * _HALF_WIDTH, z, out * _TOE_OUT)

    level = Step(place(0.42, 1.0), 0.80, 1.28, push_pitch=0.5, land_pitch=-0.2, lift=0.03)
    onto, off, end = place(_TOP, 1.0, height), place(EDGE + 0.93, 1.0), EDGE + 1.28
    left = [
        level,
        replace(_UP, place=onto, off=2.05, strike=2.65),
        # The first foot down lands on its toes.
        replace(_DOWN, place=off, off=4.50, strike=5.10, land_pitch=0.5, land=0.25),
        replace(level, place=place(end, 1.0), off=6.40, strike=6.90, land_pitch=-0.1),
    ]
    onto, near = place(_TOP, -1.0, height), place(EDGE - 0.28, -1.0)
    right = [
        replace(level, place=near, off=1.42, strike=1.90),
        replace(_UP, place=onto, off=2.85, strike=3.45, lift=0.12, advance=(0.3, 1.0)),
        replace(
            _DOWN,
            place=place(end, -1.0),
            off=5.45,
            strike=6.10,
            push=0.95,
            push_pitch=1.0,
            land_pitch=-0.2,
            lift=0.08,
        ),
    ]
    return [
        foot_track(times, place(0.0, 1.0), left),
        foot_track(times, place(0.0, -1.0), right),
    ]


def step_up() -> Clip:
    """A person of 1.75 m climbs a platform 0.20 m high, stands on it and climbs down ahead.

    30 frames/s; the ground is at z = 0 and the platform is the clip's terrain. Planted heels
    and toes lie on ground and platform exactly and do not move at all.

    Examples:
        >>> kinemesh.demos.step_up()
        Clip('step_up', 229 frames at 30/s, kinemesh23, 1.75 m, platform)
    """
    times = grid(DURATION)
    raised = PLATFORM[2] * (ease(times, 2.6, 3.5) - ease(times, 4.5, 5.6))
    leaning = 0.22 * (ease(times, 1.9, 2.6) - ease(times, 2.8, 3.6))
    manner = Manner(
        height=HIP_HEIGHT - 0.006 + raised,
        trunk_pitch=0.05 + leaning,
        head_pitch=0.20,
        lead=0.6,
        settle=0.16,
        sway=0.04,
    )
    depth, _, height = PLATFORM
    terrain = Terrain(Shape.box(PLATFORM, (EDGE + depth / 2.0, 0.0, height / 2.0)), "platform")
    return Clip(
        joints(carry(feet(times), manner))[::SUBSTEPS],
        SKELETON,
        FPS,
        Scene(terrain=terrain),
        STATURE,
        name="step_up",
    )
