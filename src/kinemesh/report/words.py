"""What each row of the ruler says, in plain words."""

from __future__ import annotations

_THING = {
    "ground": "the ground",
    "terrain": "the terrain",
    "prop": "an object",
    "self": "the robot itself",
}
_LIMB = {
    "prop": "hands on objects",
    "terrain_hand": "hands on terrain",
    "terrain_foot": "feet on terrain",
    "body": "knees, seat and other parts",
}
_ROWS = {
    "stance.drift_max": "furthest that a planted foot moves from where it touched down",
    "stance.drift_median": "the same, of the middling stance",
    "stance.slip_mean": "mean speed of planted feet along the ground",
    "stance.slip_p95": "that speed in the worst twentieth of frames",
    "stance.height_mean": "mean distance of planted soles from the surface under them",
    "stance.height_p95": "that distance, its worst twentieth left out",
    "stance.height_max": "that distance at most",
    "stance.tilt_mean": "mean tilt of soles that lie flat",
    "stance.tilt_max": "that tilt at most",
    "limits.joint_excess": "furthest that a joint goes beyond its range",
    "limits.joint_frames": "frames in which a joint is beyond its range",
    "limits.urdf_excess": "furthest that a joint goes beyond the hardware's own range",
    "limits.urdf_frames": "frames in which it does",
    "limits.velocity_excess": "most that a joint is faster than it can be",
    "limits.velocity_frames": "frames in which a joint is too fast",
    "smoothness.joint_speed_max": "fastest joint",
    "smoothness.joint_acceleration": "how hard joints are accelerated",
    "smoothness.joint_jerk": "how jerky the joints are",
    "smoothness.root_jerk": "how jerky the pelvis is",
    "smoothness.root_jerk_landing": "how much jerkier it is where feet come and go",
    "contact.body.kept": "least share of a contact's frames in which that part is within 10 mm",
    "contact.claimed.kept": "frames in which what the solver held is within 10 mm of what it held",
    "tracking.landmark_error": "mean distance between robot and person, in its proportions",
    "tracking.landmark_error_scaled": "the same of the person in her own, scaled as a whole",
    "tracking.worst_landmark": "that distance of the worst landmark, its worst twentieth left out",
    "tracking.worst_half_second": "the worst landmark's mean distance in its worst half second",
    "tracking.laplacian": "how much the body's shape differs from the person's (0: not at all)",
    "tracking.range_kept": "how much of the person's range of motion the robot shows",
    "limbs.mean": "mean angle between the robot's limbs and the person's",
    "limbs.worst_mean": "the same of the worst limb",
    "limbs.worst_p95": "the worst limb's angle, its worst twentieth left out",
    "limbs.worst_half_second": "the worst limb's mean angle in its worst half second",
    "posture.trunk": "angle between the trunks, in the worst half second",
    "posture.lean_forward": "how much further the trunk usually leans forward or back",
    "posture.lean_aside": "how much further it usually leans to a side",
    "posture.heading": "how far the robot faces elsewhere, in the worst half second",
    "posture.knee_flexion": "how much more or less the worse knee is usually bent",
    "posture.toe_heading": "how much further in or out the worse foot usually points",
    "penetration.props.max": "deepest that objects are in each other, in terrain or in the ground",
    "scene.place": "furthest that an object is from where the recording has it, scaled",
    "scene.rest": "highest that an object is over what it rests on in the recording",
    "dynamics.residual_force": "mean push that the motion needs and no contact gives",
    "dynamics.residual_force_p95": "that push, its worst twentieth left out",
    "dynamics.residual_moment": "mean turning moment that the motion needs and no contact gives",
    "dynamics.residual_moment_p95": "that moment, its worst twentieth left out",
    "dynamics.unsupported_share": "frames in which contacts cannot carry the motion",
    "dynamics.flight_force": "how far flights are from falling freely",
    "dynamics.flight_momentum": "how much the turning of the body changes in flights",
    "dynamics.pressure_outside": "how far beside the soles the ground would have to press",
    "dynamics.torque_share": "frames that would ask too much of a motor (a screen, no simulation)",
    "dynamics.torque_worst": "the largest torque, of what its motor can give",
}
_PENETRATION = {
    "max": "deepest that any link is inside {}",
    "p99": "that depth, the worst hundredth of frames left out",
    "share": "frames with a link more than 1 mm inside {}",
    "hull_max": "deepest inside the convex hull of {}",
}
_CONTACT = {
    "gap_mean": "mean gap at {} while the person touches",
    "gap_p95": "that gap, the worst twentieth left out",
    "kept": "touching frames in which the gap at {} is at most 20 mm",
    "place_mean": "mean distance between the person's palm and the robot's, on the thing",
    "place_p95": "that distance, the worst twentieth left out",
    "creep": "furthest that a palm of the robot travels in a touch, beyond the person's own",
    "facing": "how far palms are turned away from what they touch (180: backs of hands)",
}


def words(name: str) -> str:
    """A row's meaning in a line; empty for a row that has none here."""
    group, _, rest = name.partition(".")
    kind, _, what = rest.partition(".")
    if name in _ROWS:
        return _ROWS[name]
    if group == "penetration" and what in _PENETRATION:
        return _PENETRATION[what].format(_THING.get(kind, kind))
    if group == "contact" and what in _CONTACT:
        return _CONTACT[what].format(_LIMB.get(kind, kind))
    return ""
