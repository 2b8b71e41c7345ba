"""Files with one thing wrong in them, made by hand of what a writer wrote."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh._files.parquet_files import read_parquet, write_parquet
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import read_contents
from kinemesh.trajectories.containers.torch_writer import save_tensors

Table = dict[str, Any]
Spoil = Callable[[Table], None]

_LINKS = links_of(RobotModel.load("g1"))
JOINTS = list(_LINKS.joints)
BREADTH = _LINKS.breadth_first_joints()
BODIES = _LINKS.breadth_first()
SWAP = [
    JOINTS.index(n.replace("left", "?").replace("right", "left").replace("?", "right"))
    for n in JOINTS
]
CENTRES = _LINKS.centres


def spoil(path: Path, change: Spoil) -> None:
    """Load the file's own arrays, change them, put them back."""
    if path.is_dir() and (path / "meta.json").exists():
        _archive(path / "motion.npz", change, json.loads((path / "meta.json").read_text()))
    elif path.is_dir() and (path / "data").exists():
        frames = path / "data" / "chunk-000" / "file-000.parquet"
        columns, _ = read_parquet(frames)
        change(columns)
        write_parquet(frames, columns)
    elif path.suffix == ".parquet":
        contents = read_contents(path)
        table = dict(contents.arrays)
        change(table)
        names = contents.names["columns"]
        write_parquet(path, dict(zip(names, table["table"].T, strict=True)))
    elif path.is_dir():
        _folder(path, change)
    elif path.suffix == ".npz":
        _archive(path, change, {})
    elif path.suffix == ".csv":
        table = {"table": np.loadtxt(path, delimiter=",")}
        change(table)
        np.savetxt(path, table["table"], delimiter=",", fmt="%.9f")
    elif path.suffix == ".motion":
        contents = read_contents(path)
        table = {
            key: float(value) if value.ndim == 0 else value.astype(np.float32)
            for key, value in contents.arrays.items()
        }
        change(table)
        table = {k: np.asarray(v, np.float32) if np.ndim(v) else v for k, v in table.items()}
        save_tensors(path, table)
    else:
        table = pickle.loads(path.read_bytes())
        change(next(iter(table.values())) if len(table) == 1 else table)
        path.write_bytes(pickle.dumps(table))


def _archive(path: Path, change: Spoil, meta: Table) -> None:
    with np.load(path) as file:
        table = {key: file[key] for key in file.files}
    table |= {"meta": meta} if meta else {}
    change(table)
    if meta:
        (path.parent / "meta.json").write_text(json.dumps(table.pop("meta")))
    np.savez(path, **table)


def _folder(path: Path, change: Spoil) -> None:
    table: Table = {}
    heads = {}
    for file in path.glob("*.csv"):
        heads[file.stem] = file.read_text().splitlines()[0]
        table[file.stem] = np.loadtxt(file, delimiter=",", skiprows=1)
    change(table)
    for name, values in table.items():
        np.savetxt(
            path / f"{name}.csv", values, delimiter=",", fmt="%.9f", header=heads[name], comments=""
        )


def put(key: str, change: Callable[[np.ndarray], Any]) -> Spoil:
    """Replace one array."""

    def spoil(table: Table) -> None:
        table[key] = change(np.array(table[key]))

    return spoil


def columns(key: str, at: slice, change: Callable[[np.ndarray], np.ndarray]) -> Spoil:
    """Replace some columns of an array."""

    def spoil(table: Table) -> None:
        values = np.array(table[key])
        values[..., at] = change(values[..., at])
        table[key] = values

    return spoil


def drop(*keys: str) -> Spoil:
    def spoil(table: Table) -> None:
        for key in keys:
            del table[key]

    return spoil


def both(*changes: Spoil) -> Spoil:
    def spoil(table: Table) -> None:
        for change in changes:
            change(table)

    return spoil


def every(keys: str, change: Callable[[np.ndarray], np.ndarray]) -> Spoil:
    return both(*(put(key, change) for key in keys.split()))


def to_last(q: np.ndarray) -> np.ndarray:
    """w x y z to x y z w."""
    return q[..., [1, 2, 3, 0]]


def to_first(q: np.ndarray) -> np.ndarray:
    """x y z w to w x y z."""
    return q[..., [3, 0, 1, 2]]


def into_breadth(values: np.ndarray) -> np.ndarray:
    return values[:, BREADTH]


def into_depth(values: np.ndarray) -> np.ndarray:
    result = np.zeros_like(values)
    result[:, BREADTH] = values
    return result


def at(frames: Any, change: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], np.ndarray]:
    """Change some frames."""

    def changed(values: np.ndarray) -> np.ndarray:
        result = np.array(values)
        result[frames] = change(result[frames])
        return result

    return changed


def y_up(pose: np.ndarray) -> np.ndarray:
    """x y z qx qy qz qw of a z-up world in a y-up one."""
    quarter = Rotation.from_euler("x", -90, degrees=True)
    turned = (quarter * Rotation.from_quat(pose[:, 3:])).as_quat()
    return np.hstack([quarter.apply(pose[:, :3]), turned])


def y_up_wxyz(pose: np.ndarray) -> np.ndarray:
    order = [0, 1, 2, 4, 5, 6, 3]
    return y_up(pose[:, order])[:, [0, 1, 2, 6, 3, 4, 5]]


def pitched(quaternion: np.ndarray) -> np.ndarray:
    """x y z w of a root turned by 90 degrees about its own y."""
    quarter = Rotation.from_euler("y", 90, degrees=True)
    return (Rotation.from_quat(quaternion) * quarter).as_quat()


def mirrored(pose: np.ndarray) -> np.ndarray:
    """x y z qx qy qz qw in the mirror y = 0."""
    return pose * [1, -1, 1, -1, 1, -1, 1]


def own_axes(table: Table) -> None:
    """Linear velocities of a bodied archive into each body's own axes."""
    for key in ("body_lin_vel_w", "body_ang_vel_w"):
        turn = Rotation.from_quat(to_last(table["body_quat_w"]).reshape(-1, 4)).inv()
        shape = table[key].shape
        table[key] = turn.apply(table[key].reshape(-1, 3)).reshape(shape)


def centres(table: Table) -> None:
    """Velocities of centres of mass in place of link origins, bodies depth first."""
    quaternions = to_last(table["body_quat_w"]).reshape(-1, 4)
    shape = table["body_pos_w"].shape
    arms = np.broadcast_to(CENTRES, shape).reshape(-1, 3)
    places = table["body_pos_w"] + Rotation.from_quat(quaternions).apply(arms).reshape(shape)
    table["body_lin_vel_w"] = np.gradient(places, 1.0 / 50.0, axis=0)


def origins(table: Table) -> None:
    table["body_lin_vel_w"] = np.gradient(table["body_pos_w"].astype(float), 1.0 / 50.0, axis=0)


def world(table: Table) -> None:
    """The world as the first body."""
    frames = len(table["body_pos_w"])
    still = {
        "body_pos_w": np.zeros(3),
        "body_quat_w": np.array([1.0, 0, 0, 0]),
        "body_lin_vel_w": np.zeros(3),
        "body_ang_vel_w": np.zeros(3),
    }
    for key, value in still.items():
        before = np.broadcast_to(value, (frames, 1, len(value)))
        table[key] = np.concatenate([before, table[key]], axis=1)


def no_world(table: Table) -> None:
    for key in ("body_pos_w", "body_quat_w", "body_lin_vel_w", "body_ang_vel_w", "body_names"):
        table[key] = table[key][1:] if key == "body_names" else table[key][:, 1:]


def free_joint(table: Table) -> None:
    root = [table["body_pos_w"][:, 0], table["body_quat_w"][:, 0]]
    table["joint_pos"] = np.hstack([*root, table["joint_pos"]])


def depth_first(table: Table) -> None:
    """The bodies of a breadth-first archive depth first."""
    for key in ("body_pos_w", "body_quat_w", "body_lin_vel_w", "body_ang_vel_w"):
        values = np.zeros_like(table[key])
        values[:, BODIES] = table[key]
        table[key] = values


def mirror_bodies(table: Table) -> None:
    flip = np.array([1.0, -1.0, 1.0])
    table["body_pos_w"] = table["body_pos_w"] * flip
    table["body_lin_vel_w"] = table["body_lin_vel_w"] * flip
    table["body_ang_vel_w"] = table["body_ang_vel_w"] * -flip
    table["body_quat_w"] = table["body_quat_w"] * [1, -1, 1, -1]


def metres_to(factor: float, *keys: str) -> Spoil:
    return every(" ".join(keys), lambda v: v * factor)


def state(fps: Any) -> Spoil:
    def spoil(table: Table) -> None:
        table["fps"] = fps

    return spoil


def state_meta(fps: Any) -> Spoil:
    def spoil(table: Table) -> None:
        table["meta"]["fps"] = fps

    return spoil
