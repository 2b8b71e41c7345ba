"""Small files of generated motion and of several people, for the fuzz test to damage."""

from __future__ import annotations

import pickle

import numpy as np
from fuzz_files import FRAMES, Seed, bvh, saved, standing, turns


def generated() -> list[Seed]:
    """All of them, each read by ``kinemesh.read``."""
    return [
        Seed(name, "read", {file: data}, file)
        for name, (file, data) in {
            "humanml3d": ("a.npy", saved(np.save, features(22))),
            "kit": ("a.npy", saved(np.save, features(21))),
            "mdm": ("a.npy", saved(np.save, results(), allow_pickle=True)),
            "kimodo": ("a.npz", kimodo()),
            "phuma": ("a.npy", saved(np.save, table(69, (3, 6)))),
            "motion-x": ("a.npy", saved(np.save, table(322, (0, 3)))),
            "people in an array": ("a.npy", saved(np.save, two(standing()))),
            "people in poses": ("a.npz", poses()),
            "people in a pickle": ("a.pkl", pickle.dumps(people(), protocol=4)),
            "people in a bvh": ("a.bvh", roots()),
        }.items()
    ]


def y_up(positions: np.ndarray) -> np.ndarray:
    return np.stack([positions[..., 1], positions[..., 2], positions[..., 0]], axis=-1)


def two(one: np.ndarray) -> np.ndarray:
    return np.stack([one, one + 1.0])


def features(count: int) -> np.ndarray:
    """Of somebody who stands, without a turn."""
    joints = y_up(standing("smpl22" if count == 22 else "kit21"))
    joints = joints if count == 22 else joints * 570.0
    wide = np.zeros((FRAMES, 263 if count == 22 else 251))
    wide[:, 3] = joints[:, 0, 1]
    wide[:, 4 : 1 + 3 * count] = joints[:, 1:].reshape(FRAMES, -1)
    return wide


def results() -> dict[str, object]:
    motion = two(y_up(standing("smpl22"))).transpose(0, 2, 3, 1)
    return {"motion": motion, "text": ["one", "two"], "lengths": np.array([FRAMES, FRAMES - 1])}


def kimodo() -> bytes:
    joints = y_up(standing("soma30"))
    turned = np.broadcast_to(np.eye(3), (*joints.shape, 3))
    return saved(np.savez, posed_joints=joints, global_rot_mats=turned)


def table(width: int, root: tuple[int, int]) -> np.ndarray:
    wide = np.zeros((FRAMES, width))
    wide[:, slice(*root)] = turns(22)[:, :3]
    return wide


def poses() -> bytes:
    return saved(np.savez, poses=two(turns(24)), trans=np.zeros((2, FRAMES, 3)), fps=30.0)


def people() -> dict[str, object]:
    one = {"root_orient": turns(22)[:, :3], "pose_body": turns(22)[:, 3:]}
    one |= {"trans": np.zeros((FRAMES, 3))}
    return {"person1": one, "person2": one, "mocap_framerate": 60.0}


def roots() -> bytes:
    """The same person twice."""
    head, _, tail = bvh().decode().partition("MOTION")
    tree = head.removeprefix("HIERARCHY\n")
    frames, time, *rows = tail.strip().split("\n")
    lines = ["HIERARCHY", tree + tree + "MOTION", frames, time, *(f"{row} {row}" for row in rows)]
    return "\n".join(lines).encode()
