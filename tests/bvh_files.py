"""BVH files that tests write: one body in the dialects of many tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

# A person of 1.74 m in T-pose [m]: y up, facing +z, left at +x.
PLACES = {
    "hips": (0.0, 0.93, 0.0),
    "neck": (0.0, 1.47, 0.0),
    "head": (0.0, 1.57, 0.01),
    "head end": (0.0, 1.74, 0.01),
    "hip": (0.09, 0.92, 0.0),
    "knee": (0.09, 0.49, 0.01),
    "ankle": (0.09, 0.08, -0.02),
    "toe": (0.09, 0.02, 0.12),
    "toe end": (0.09, 0.02, 0.19),
    "clavicle": (0.03, 1.40, 0.0),
    "shoulder": (0.18, 1.42, 0.0),
    "elbow": (0.46, 1.42, 0.0),
    "hand": (0.71, 1.42, 0.0),
    "hand end": (0.79, 1.42, 0.0),
}
LEG = ("hip", "knee", "ankle", "toe")
ARM = ("clavicle", "shoulder", "elbow", "hand")


@dataclass(frozen=True)
class Dialect:
    """How a tool names its joints."""

    hips: str
    spine: str
    leg: str
    """Names of hip, knee, ankle, and toe where there is one."""
    arm: str
    """Names of clavicle, shoulder, elbow and hand."""
    sides: tuple[str, str]
    neck: str = "Neck Head"
    prefix: str = ""
    above: tuple[str, ...] = ()
    """Joints above the hips, on the floor."""
    order: str = "ZXY"
    six: bool = False
    """Whether every joint has six channels."""
    unit: float = 0.01
    up: str = "y"
    extra: Mapping[str, str] = field(default_factory=dict)
    """More joints: name to the joint that they hang from, at no distance."""


DIALECTS = {
    "lafan1": Dialect(
        "Hips", "Spine Spine1 Spine2", "UpLeg Leg Foot Toe", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), order="ZYX",
    ),
    "motionbuilder": Dialect(
        "Hips", "Spine Spine1 Spine2 Spine3", "UpLeg Leg Foot ToeBase",
        "Shoulder Arm ForeArm Hand", ("Left{}", "Right{}"), prefix="subject 01:",
        extra={"LeftArmRoll": "LeftArm", "LeftUpLegRoll": "LeftUpLeg"},
    ),
    "mixamo": Dialect(
        "Hips", "Spine Spine1 Spine2", "UpLeg Leg Foot ToeBase", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), prefix="mixamorig:", order="XYZ",
    ),
    "rokoko": Dialect(
        "Hips", "Spine1 Spine2 Spine3 Spine4", "Thigh Shin Foot Toe",
        "Shoulder Arm ForeArm Hand", ("Left{}", "Right{}"), order="YXZ",
    ),
    "xsens": Dialect(
        "Hips", "Chest Chest2 Chest3 Chest4", "Hip Knee Ankle Toe",
        "Collar Shoulder Elbow Wrist", ("Left{}", "Right{}"), order="YXZ",
    ),
    "xsens segments": Dialect(
        "Pelvis", "L5 L3 T12 T8", "UpperLeg LowerLeg Foot Toe",
        "Shoulder UpperArm ForeArm Hand", ("Left{}", "Right{}"), unit=1.0, up="z",
    ),
    "optitrack": Dialect(
        "Hip", "Ab Chest", "Thigh Shin Foot Toe", "Shoulder UArm FArm Hand", ("L{}", "R{}"),
        prefix="Skeleton 001_", unit=1.0, order="XYZ",
    ),
    "nokov": Dialect(
        "Hips", "Spine Spine1", "UpLeg Leg Foot ToeBase", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), order="YXZ", six=True, unit=0.001,
    ),
    "noitom": Dialect(
        "Hips", "Spine Spine1 Spine2", "UpLeg Leg Foot", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), order="YXZ", prefix="Robot_", six=True,
    ),
    "soma": Dialect(
        "Hips", "Spine1 Spine2 Chest", "Leg Shin Foot ToeBase", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), neck="Neck1 Neck2 Head", above=("Root",),
    ),
    "bandai-namco": Dialect(
        "Hips", "Spine Chest", "UpperLeg LowerLeg Foot Toes", "Shoulder UpperArm LowerArm Hand",
        ("{}_L", "{}_R"), above=("joint_Root",), six=True,
    ),
    "cmu": Dialect(
        "Hips", "LowerBack Spine Spine1", "UpLeg Leg Foot ToeBase", "Shoulder Arm ForeArm Hand",
        ("Left{}", "Right{}"), order="ZYX", unit=0.0254 / 0.45,
        extra={"LHipJoint": "Hips", "RHipJoint": "Hips", "LThumb": "LeftHand"},
    ),
    "biped": Dialect(
        "Pelvis", "Spine Spine1", "Thigh Calf Foot Toe0", "Clavicle UpperArm Forearm Hand",
        ("L {}", "R {}"), prefix="Bip01 ", above=("Bip01",), unit=0.0254, up="z",
    ),
    "unreal": Dialect(
        "pelvis", "spine_01 spine_02 spine_03", "thigh calf foot ball",
        "clavicle upperarm lowerarm hand", ("{}_l", "{}_r"), above=("root",), up="z",
    ),
    "poser": Dialect(
        "hip", "abdomen chest", "Thigh Shin Foot", "Collar Shldr ForeArm Hand", ("l{}", "r{}"),
        extra={"lButtock": "hip", "rButtock": "hip"}, unit=0.01,
    ),
    "asf": Dialect(
        "root", "lowerback upperback thorax", "femur tibia foot toes",
        "clavicle humerus radius wrist", ("l{}", "r{}"), extra={"lhand": "lwrist"}, up="z",
    ),
    "smpl": Dialect(
        "Pelvis", "Spine1 Spine2 Spine3", "Hip Knee Ankle Foot",
        "Collar Shoulder Elbow Wrist", ("L_{}", "R_{}"), unit=1.0,
        extra={"L_Hand": "L_Wrist", "R_Hand": "R_Wrist"},
    ),
    "biovision": Dialect(
        "Hips", "Chest", "UpLeg LowLeg Foot", "Collar UpArm LowArm Hand", ("Left{}", "Right{}"),
        unit=0.0254, above=(),
    ),
    "vrm": Dialect(
        "J_Bip_C_Hips", "J_Bip_C_Spine J_Bip_C_Chest", "UpperLeg LowerLeg Foot ToeBase",
        "Shoulder UpperArm LowerArm Hand", ("J_Bip_L_{}", "J_Bip_R_{}"), unit=1.0,
    ),
}  # fmt: skip


@dataclass
class Body:
    """A hierarchy with places, in the file's unit and axes."""

    names: list[str]
    parents: list[int]
    places: np.ndarray
    landmarks: dict[str, str]
    """Landmark to joint, pelvis aside."""


def body_of(dialect: Dialect) -> Body:
    """The person as a tool names and places it; ends are called after what they end."""
    names: list[str] = []
    parents: list[int] = []
    places: list[tuple[float, float, float]] = []
    landmarks: dict[str, str] = {}

    def add(name: str, parent: int, place: tuple[float, float, float]) -> int:
        names.append(name)
        parents.append(parent)
        places.append(place)
        return len(names) - 1

    parent = -1
    for name in dialect.above:
        parent = add(name, parent, (0.0, 0.0, 0.0))
    hips = add(dialect.prefix + dialect.hips, parent, PLACES["hips"])
    for side, form, sign in zip(("left", "right"), dialect.sides, (1.0, -1.0), strict=True):
        parent = hips
        for part, name in zip(LEG, dialect.leg.split(), strict=False):
            x, y, z = PLACES[part]
            parent = add(dialect.prefix + form.format(name), parent, (sign * x, y, z))
            landmarks[f"{side}_{part}"] = form.format(name)
        if f"{side}_toe" not in landmarks:
            landmarks[f"{side}_toe"] = form.format(dialect.leg.split()[2]) + "_End"
        x, y, z = PLACES["toe end"]
        add(f"{names[parent]}_End", parent, (sign * x, y, z))
    parent = hips
    spine = dialect.spine.split()
    for name, y in zip(spine, np.linspace(1.03, 1.30, len(spine)), strict=True):
        parent = add(dialect.prefix + name, parent, (0.0, float(y), 0.0))
    chest = parent
    for name, part in zip(dialect.neck.split(), ("neck", "head", "head"), strict=False):
        parent = add(dialect.prefix + name, parent, PLACES[part])
    add(f"{names[parent]}_End", parent, PLACES["head end"])
    for side, form, sign in zip(("left", "right"), dialect.sides, (1.0, -1.0), strict=True):
        parent = chest
        for part, name in zip(ARM, dialect.arm.split(), strict=True):
            x, y, z = PLACES[part]
            parent = add(dialect.prefix + form.format(name), parent, (sign * x, y, z))
            landmarks[f"{side}_{part}"] = form.format(name)
        x, y, z = PLACES["hand end"]
        add(f"{names[parent]}_End", parent, (sign * x, y, z))
        del landmarks[f"{side}_clavicle"]
    for name, above in dialect.extra.items():
        k = names.index(dialect.prefix + above)
        add(dialect.prefix + name, k, places[k])
    array = np.array(places)
    if dialect.up == "z":
        array = np.stack([array[:, 0], -array[:, 2], array[:, 1]], axis=1)
    return Body(names, parents, array / dialect.unit, landmarks)


def write_bvh(
    path: Path,
    dialect: Dialect,
    *,
    frames: int = 40,
    fps: float = 30.0,
    size: float = 1.0,
    yaw: float = 0.0,
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Path:
    """The person sways, arms down, and swings an arm, in one dialect.

    Args:
        path: the file.
        dialect: names, unit, axes, channels.
        frames: how many.
        fps: frames per second [1/s].
        size: everything so many times as long.
        yaw: the motion turned about the vertical [rad].
        shift: and moved, in the file's axes and unit.
    """
    body = body_of(dialect)
    vertical = np.array([0.0, 1.0, 0.0] if dialect.up == "y" else [0.0, 0.0, 1.0])
    ahead = np.array([0.0, 0.0, 1.0] if dialect.up == "y" else [0.0, -1.0, 0.0])
    world = Rotation.from_rotvec(yaw * vertical)
    time = np.arange(frames) / fps
    root = body.names.index(dialect.prefix + dialect.hips)
    sway = np.outer(0.02 * np.sin(2.0 * time), [1.0, 0.0, 0.0]) / dialect.unit
    turns: dict[int, Rotation] = {}
    for side, sign in (("left", -1.0), ("right", 1.0)):
        joint = body.names.index(dialect.prefix + body.landmarks[f"{side}_shoulder"])
        angle = sign * np.deg2rad(75.0 + 8.0 * np.sin(3.0 * time))
        turns[joint] = Rotation.from_rotvec(np.outer(angle, ahead))
    turns[root] = Rotation.concatenate([world] * frames)
    offsets = body.places.copy()
    for k, parent in enumerate(body.parents):
        if parent >= 0:
            offsets[k] -= body.places[parent]
    offsets *= size
    lines = ["HIERARCHY"]
    columns: list[np.ndarray] = []

    def write(k: int, depth: int) -> None:
        tab = "\t" * depth
        end = body.names[k].endswith("_End")
        word = "End Site" if end else f"{'ROOT' if depth == 0 else 'JOINT'} {body.names[k]}"
        lines.extend([tab + word, tab + "{"])
        lines.append(tab + "\tOFFSET " + " ".join(f"{v:.9f}" for v in offsets[k]))
        if not end:
            move = depth == 0 or dialect.six or k == root
            channels = "Xposition Yposition Zposition ".split() if move else []
            channels += [f"{axis}rotation" for axis in dialect.order]
            lines.append(f"{tab}\tCHANNELS {len(channels)} {' '.join(channels)}")
            if move:
                place = np.repeat(offsets[k][None], frames, axis=0)
                if k == root:
                    place = world.apply(place + size * sway) + np.array(shift)
                columns.append(place)
            turn = turns.get(k, Rotation.identity(frames))
            columns.append(turn.as_euler(dialect.order, degrees=True))
        for child, parent in enumerate(body.parents):
            if parent == k:
                write(child, depth + 1)
        lines.append(tab + "}")

    write(0, 0)
    lines += ["MOTION", f"Frames: {frames}", f"Frame Time: {1.0 / fps:.7f}"]
    lines += [" ".join(f"{v:.9f}" for v in row) for row in np.hstack(columns)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
