"""Where the verdict draws its lines: every default in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kinemesh.arguments import number


@dataclass(frozen=True)
class Limits:
    """What a trajectory must keep to pass; ``None`` takes a row out of the verdict.

    Rows that are not named here are measured and shown but decide nothing.

    Raises:
        OptionError: a limit that is negative or not finite.
    """

    penetration: float | None = 1.0
    """Deepest penetration of any kind [mm]."""
    drift: float | None = 2.0
    """Furthest that a planted sole may come from where it touched down [mm]."""
    slip: float | None = 0.1
    """Mean speed of planted soles along their surface [cm/s]."""
    prop_gap: float | None = 5.0
    """95th percentile of the gap between a hand and the prop that the person touches [mm]."""
    prop_kept: float | None = 99.0
    """Share of touching frames in which the hand is within 20 mm of the prop, at least [%]."""
    place_mean: float | None = 20.0
    """Mean distance on a prop between the place of the person's palm and the robot's [mm] ..."""
    place_p95: float | None = 50.0
    """... and its 95th percentile [mm]."""
    creep: float | None = 20.0
    """Furthest that the robot's palm travels along a prop while it touches, beyond what the
    person's does [mm]."""
    terrain_gap: float | None = 10.0
    """95th percentile of the gap between terrain and the hand or foot that touches it [mm]."""
    terrain_kept: float | None = 95.0
    """Share of touching frames within 20 mm of the terrain, at least [%]."""
    body_gap: float | None = 10.0
    """95th percentile of the gap between other parts of the body and what they rest on [mm]."""
    body_kept: float | None = 95.0
    """Share of every such contact's frames within 10 mm of it, at least [%]."""
    claimed_kept: float | None = 99.0
    """Share of the frames in which what the solver held is within 10 mm of it, at least [%]."""
    joint_excess: float | None = 1e-4
    """Worst excess over a joint limit [rad]: above it the solver's round-off is no excuse."""
    velocity_excess: float | None = 1e-3
    """Worst excess over a joint velocity limit [rad/s]."""
    root_jerk: float | None = 40.0
    """Root mean square jerk of the base [m/s^3], or 1.5 times the person's own, if that is more."""
    root_jerk_landing: float | None = None
    """Jerk of the base about landings and lift-offs, of that of all other frames [1]."""
    range_kept: float | None = 0.5
    """Share of the person's range of motion that the robot shows, at least [1]."""
    landmark_error: float | None = 20.0
    """Mean landmark error [cm]: beyond it this is another motion (a mirrored one, say)."""
    worst_landmark: float | None = 25.0
    """95th percentile over frames of the worst landmark's error [cm]; the same bound holds for
    its mean over any half second."""
    limb_mean: float | None = 25.0
    """Mean over frames of the angle between the worst limb and the person's [deg] ..."""
    limb_p95: float | None = 45.0
    """... its 95th percentile [deg] ..."""
    limb_half_second: float | None = 60.0
    """... and its mean over any half second [deg]."""
    trunk: float | None = 20.0
    """Angle between the trunks, the mean over any half second [deg]."""
    lean_forward: float | None = 10.0
    """Median of the trunk's lean beyond the person's, forward or back [deg]."""
    lean_aside: float | None = 10.0
    """The same to a side [deg]."""
    heading: float | None = 30.0
    """Difference in heading, the mean over any half second [deg]."""
    knee_flexion: float | None = 15.0
    """Median difference in flexion of the worse knee [deg]."""
    toe_heading: float | None = 25.0
    """Median difference in the yaw of the worse foot [deg]."""
    stance_height: float | None = 5.0
    """95th percentile of the distance of standing soles from what they stand on [mm]."""
    props: float | None = 2.0
    """Deepest that props are in each other, in terrain or in the ground [mm]."""
    prop_place: float | None = 3.0
    """Furthest that a prop's middle is, horizontally, from its scaled place [cm]."""
    prop_rest: float | None = 2.0
    """Highest that a prop is over what it rests on in the recording [cm]."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                number(field.name, value, "a finite number, 0 or more, or None", low=0.0)
