"""LeRobot's data set, version 3, of one episode: state, velocity, what to do next, things.

``LeRobotDataset`` asks for the columns of ``_COUNTERS``, a table of tasks and one of episodes;
LeRobot's own tools put several data sets of the same features together.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.errors import ReadError
from kinemesh.trajectories.containers import DATA_PATH, EPISODES, INFO, VERSION, Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Layout
from kinemesh.trajectories.layouts.families import states
from kinemesh.trajectories.layouts.families.columns import like
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawMotion, Target

_ANY = 1 << 30
_STATE, _RATES, _THINGS = (
    "observation.state",
    "observation.velocity",
    "observation.environment_state",
)
_ACTION = "action"
_COUNTERS = ("frame_index", "episode_index", "index", "task_index")
_QUANTILES = (0.01, 0.10, 0.50, 0.90, 0.99)


def encode(motion: Motion) -> dict[str, Any]:
    """One episode, whose task is the motion's name; the action is the next frame's joints."""
    joints = motion.joints
    named = {
        _STATE: (states.state_names(motion), states.state_of(motion)),
        _RATES: (states.rate_names(motion), motion.qvel),
        _ACTION: (list(motion.links.joints), np.vstack([joints[1:], joints[-1:]])),
    }
    if motion.props:
        named[_THINGS] = (states.prop_names(motion), states.props_of(motion))
    frames = np.arange(len(motion))
    columns: dict[str, NDArray[Any]] = {
        **{key: values.astype(np.float32) for key, (_, values) in named.items()},
        "timestamp": (frames / motion.fps).astype(np.float32),
        **{key: np.zeros(len(motion), dtype=np.int64) for key in _COUNTERS},
    }
    columns["frame_index"] = columns["index"] = frames
    stats = {key: _statistics(values) for key, values in columns.items()}
    place = {"chunk_index": [0], "file_index": [0]}
    episode = {
        "episode_index": [0],
        "tasks": [[motion.name]],
        "length": [len(motion)],
        "dataset_from_index": [0],
        "dataset_to_index": [len(motion)],
        **{
            f"{of}/{key}": value for of in ("data", "meta/episodes") for key, value in place.items()
        },
        **{f"stats/{key}/{of}": [row] for key, found in stats.items() for of, row in found.items()},
    }
    first = {"chunk_index": 0, "file_index": 0}
    return {
        INFO: {
            "codebase_version": VERSION,
            "robot_type": motion.links.robot,
            "total_episodes": 1,
            "total_frames": len(motion),
            "total_tasks": 1,
            "chunks_size": 1000,
            "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200,
            "fps": motion.stated_fps,
            "splits": {"train": "0:1"},
            "data_path": DATA_PATH,
            "video_path": None,
            "features": {
                key: {
                    "dtype": values.dtype.name,
                    "shape": list(values.shape[1:]) or [1],
                    "names": named[key][0] if key in named else None,
                }
                for key, values in columns.items()
            },
        },
        "meta/stats.json": stats,
        "meta/tasks.parquet": ({"task_index": [0], "task": [motion.name]}, _indexed_by("task")),
        f"meta/episodes{DATA_PATH.removeprefix('data').format(**first)}": (episode,),
        DATA_PATH.format(**first): (columns,),
    }


def _statistics(values: NDArray[Any]) -> dict[str, list[float]]:
    """What LeRobot normalises by: of each column, over the frames."""
    values = values.reshape(len(values), -1).astype(np.float64)
    found = {
        "min": values.min(axis=0),
        "max": values.max(axis=0),
        "mean": values.mean(axis=0),
        "std": values.std(axis=0),
        **{f"q{100 * q:02.0f}": np.quantile(values, q, axis=0) for q in _QUANTILES},
    }
    return {**{key: row.tolist() for key, row in found.items()}, "count": [len(values)]}


def _indexed_by(name: str) -> dict[str, str]:
    """What tells pandas that a column of texts is a table's index: LeRobot finds tasks by it."""
    columns = [
        {
            "name": key,
            "field_name": key,
            "pandas_type": kind,
            "numpy_type": "object" if kind == "unicode" else kind,
            "metadata": None,
        }
        for key, kind in (("task_index", "int64"), (name, "unicode"))
    ]
    return {
        "pandas": json.dumps(
            {"index_columns": [name], "column_indexes": [], "columns": columns, "creator": {}}
        )
    }


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """Root and joints by the names of the state's columns, props by those of the environment's.

    Raises:
        ReadError: the columns are not named, or do not name a root's pose and all joints.
    """
    names = contents.names.get(_STATE, ())
    if not names:
        raise ReadError(
            f"{contents.path.name} does not name the columns of {_STATE!r}; expected a list of "
            f"names in {INFO}, root.x to root.qw and the robot's joints"
        )
    state = contents.array(_STATE, None, len(names))
    tracks = {}
    if _THINGS in contents.names:
        things = contents.names[_THINGS]
        values = contents.array(_THINGS, len(state), len(things))
        tracks = states.tracks_of(contents, things, values)
    return states.decode(facts, contents, target, names, state, contents.number("fps"), tracks)


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """Velocities, where they are there under the state's names."""
    names = contents.names.get(_RATES, ())
    rates, root = like(contents, _RATES, len(raw), len(names)), len(states.TWIST)
    if rates is None or names[:root] != tuple(f"root.{end}" for end in states.TWIST):
        return raw
    joints = states.joints_in(contents, names, rates, raw.target)
    return replace(raw, joint_rates=joints, root_rates=rates[:, :root])


LAYOUT = Layout(
    name="lerobot",
    container=EPISODES,
    files=frozenset({"meta", "data"}),
    keys=(_STATE,),
    where={
        "joints": _STATE,
        "joint_rates": f"{_RATES}, its joints",
        "root_rates": f"{_RATES}, columns 0:6",
    },
    quaternions="x y z w",
    named_joints=True,
    props=_ANY,
    encode=encode,
    decode=decode,
    inspect=inspect,
)
