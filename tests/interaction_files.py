"""Files of people with objects, as the data sets' own code writes and reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.motion import Clip, Prop, Shape
from kinemesh.recordings.smpl.bones import ORDERS, posed, standin

PELVIS = {"smplx": (0.002, -0.372, 0.012), "smplh": (-0.002, -0.223, 0.028)}
"""Where somebody's pelvis lies in her model [m]: measured, not what the package takes it for."""
Z_UP = Rotation.from_rotvec([np.pi / 2, 0.0, 0.0])
Y_UP = Rotation.identity()
CAMERA = Rotation.from_rotvec([np.pi, 0.0, 0.0])
"""From the model's axes (y up) to the world's, and to a camera's (y down, z ahead)."""
FRAMES = 24


@dataclass
class Made:
    """Somebody who stands and holds a box in her left hand, in a file's axes."""

    turns: np.ndarray
    """``(T, 55, 3)`` in SMPL-X's order."""
    trans: np.ndarray
    wrist: np.ndarray
    """Her left wrist ``(T, 3)``."""
    head: np.ndarray
    angles: np.ndarray
    """Of the box, ``(T, 3)``."""
    places: np.ndarray
    shape: Shape
    """The box, off its origin and of three sides."""


def holding(world: Rotation, kind: str = "smplx", frames: int = FRAMES) -> Made:
    """A person who waves a box of 12 x 8 x 30 cm in her left hand."""
    turns = np.zeros((frames, 55, 3))
    turns[:, 0] = (world * Rotation.from_rotvec([0.0, 0.4, 0.0])).as_rotvec()
    turns[:, 16, 2] = np.linspace(-0.9, 0.3, frames)  # the left arm goes up
    turns[:, 17, 2] = 1.2
    trans = np.tile(world.apply([0.3, 0.0, 0.2]), (frames, 1))
    # A camera's axes stand on the head: the origin of the model is above the pelvis there too.
    up = world.apply([0.0, 1.0, 0.0])
    trans += 1.4 * up
    bones = standin().first(22).at(np.array(PELVIS[kind]))
    joints, _ = posed(bones, turns[:, :22], trans)
    order = ORDERS[22]
    angles = np.column_stack(
        [np.linspace(0.1, 0.9, frames), np.linspace(-0.5, 0.7, frames), np.full(frames, 0.4)]
    )
    box = Shape.box((0.12, 0.08, 0.30))
    shape = Shape.from_mesh(box.vertices + np.array([0.03, -0.02, 0.05]), box.faces)
    wrist = joints[:, order.index("L_Wrist")]
    return Made(turns, trans, wrist, joints[:, order.index("Head")], angles, wrist.copy(), shape)


def write_obj(path: Path, shape: Shape, scale: float = 1.0) -> Path:
    lines = [f"v {x} {y} {z}" for x, y, z in shape.vertices * scale]
    path.write_text("\n".join([*lines, *(f"f {a} {b} {c}" for a, b, c in shape.faces + 1)]))
    return path


def pickled(value: object) -> np.ndarray:
    """What ``numpy.savez`` makes of a table."""
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def write_grab(path: Path, made: Made, **changed: object) -> Path:
    """GRAB's: every entry a pickled table or a word."""
    frames = len(made.turns)
    flat = made.turns.reshape(frames, -1)
    on = np.zeros((frames, 40), np.int8)
    on[frames // 2 :, 3] = 27  # L_Index2
    on[-2:, 5] = 22  # R_Hand
    on[:, 7] = 1  # the body
    params = {
        "transl": made.trans,
        "global_orient": flat[:, :3],
        "body_pose": flat[:, 3:66],
        "jaw_pose": flat[:, 66:69],
        "leye_pose": flat[:, 69:72],
        "reye_pose": flat[:, 72:75],
        "left_hand_pose": np.zeros((frames, 24)),
        "right_hand_pose": np.zeros((frames, 24)),
        "fullpose": flat,
        "expression": np.zeros((frames, 10)),
    }
    table = {"transl": made.places * 0.0 + [1.0, 0.0, 0.7], "global_orient": made.angles * 0.0}
    arrays: dict[str, object] = {
        "gender": "female",
        "sbj_id": "s1",
        "obj_name": "mug",
        "motion_intent": "lift",
        "framerate": 120.0,
        "n_frames": frames,
        "body": pickled({"params": params, "vtemp": "tools/subject_meshes/female/s1.ply"}),
        "object": pickled(
            {
                "params": {"transl": made.places, "global_orient": made.angles},
                "object_mesh": "tools/object_meshes/contact_meshes/mug.ply",
            }
        ),
        "table": pickled({"params": table, "table_mesh": "tools/object_meshes/table.ply"}),
        "contact": pickled({"body": np.zeros((frames, 12), np.int8), "object": on}),
        "n_comps": 24,
    }
    np.savez_compressed(path, **{**arrays, **changed})
    return path


def write_behave(folder: Path, made: Made, **changed: object) -> Path:
    """BEHAVE's two files of one sequence, in a camera's axes."""
    frames = len(made.turns)
    times = np.array([f"t{3 + k / 30:08.3f}" for k in range(frames)])
    poses = np.zeros((frames, 156), np.float32)
    poses[:, :66] = made.turns[:, :22].reshape(frames, -1)
    person = {
        "poses": poses,
        "betas": np.zeros((frames, 10), np.float32),
        "trans": made.trans.astype(np.float32),
        "save_name": "fit03",
        "frame_times": times,
    }
    thing = {
        "angles": made.angles,
        "trans": made.places,
        "save_name": "fit01-smooth",
        "frame_times": times,
    }
    np.savez(folder / "smpl_fit_all.npz", **person)
    np.savez(folder / "object_fit_all.npz", **{**thing, **changed})
    (folder / "info.json").write_text(json.dumps({"cat": "box", "gender": "male"}))
    return folder / "smpl_fit_all.npz"


def write_interact(folder: Path, made: Made, width: int = 156, name: str = "object") -> Path:
    """InterAct's ``human.npz`` and an object's file."""
    frames = len(made.turns)
    poses = np.zeros((frames, width))
    poses[:, :66] = made.turns[:, :22].reshape(frames, -1)
    np.savez(
        folder / "human.npz",
        poses=poses,
        trans=made.trans,
        betas=np.zeros(10),
        gender="male",
    )
    np.savez(folder / f"{name}.npz", angles=made.angles, trans=made.places, name="box")
    return folder / "human.npz"


def write_arctic(folder: Path, made: Made, hinge: np.ndarray, name: str = "box_use_01") -> Path:
    """ARCTIC's: a pickled table of SMPL-X, and the seven numbers of an object [rad, mm]."""
    frames = len(made.turns)
    turns = made.turns.reshape(frames, -1).astype(np.float32)
    person = {
        "transl": made.trans.astype(np.float32),
        "global_orient": turns[:, :3],
        "body_pose": turns[:, 3:66],
        "jaw_pose": turns[:, 66:69],
        "leye_pose": turns[:, 69:72],
        "reye_pose": turns[:, 72:75],
        "left_hand_pose": turns[:, 75:120],
        "right_hand_pose": turns[:, 120:165],
    }
    np.save(folder / f"{name}.smplx.npy", pickled(person), allow_pickle=True)
    table = np.column_stack([hinge, made.angles, made.places * 1000.0])
    np.save(folder / f"{name}.object.npy", table)
    return folder / f"{name}.smplx.npy"


def corners(prop: Prop) -> np.ndarray:
    """Where a prop's vertices ``(T, N, 3)`` are."""
    turns = Rotation.from_quat(prop.track[:, 3:]).as_matrix()
    return prop.shape.vertices @ turns.transpose(0, 2, 1) + prop.track[:, None, :3]


def check_held(clip: Clip, prop: Prop, wrist: np.ndarray, expected: np.ndarray) -> None:
    """Whether a prop is turned as ``expected`` ``(T, N, 3)``, z up, and is where the hand is.

    Its turns are exact; how far it is from the wrist depends on where the pelvis of somebody whose
    body is not known lies in her model.
    """
    found = corners(prop)
    order = np.lexsort(np.round(prop.shape.vertices, 6).T)
    found = found[:, order]
    middle = found.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(
        found - middle, expected - expected.mean(axis=1, keepdims=True), atol=2e-6
    )
    own = found - clip.joint("L_Wrist")[:, None]
    assert np.abs(own - (expected - wrist[:, None])).max() < 0.03
    spots = found.mean(axis=1)
    assert np.ptp(spots[:, 2]) > 0.2  # it goes up with the hand
    left = clip.joint("L_Shoulder") - clip.joint("R_Shoulder")
    assert np.all(np.sum((spots - clip.joint("Pelvis")) * left, axis=1) > 0.0)
    assert clip.joint("Head")[:, 2].min() > 1.3
    assert not any("mirrored" in warning for warning in clip.warnings)


def sorted_corners(vertices: np.ndarray) -> np.ndarray:
    return vertices[np.lexsort(np.round(vertices, 6).T)]
