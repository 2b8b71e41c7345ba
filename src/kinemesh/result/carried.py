"""What a result carries beside the motion: shapes, scenes, and the demonstration that it answers.

Of the demonstration everything that the ruler asks is there, joints to the last bit; rotations of
joints, which it does not ask, are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import floats, instance, several, text, texts
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.motion import Clip, Prop, Scene, Shape, Skeleton, Terrain
from kinemesh.motion.edits import Edit, StanceEdit, TouchEdit
from kinemesh.result.result_fields import ResultFields
from kinemesh.result.shapes import Shapes, exact, found, read_shapes

_EDITS = {"stance": StanceEdit, "touch": TouchEdit}


def arrays_of(result: ResultFields) -> dict[str, Any]:
    """What there is of a result's scenes and demonstration, by the file's keys."""
    shapes = Shapes()
    clip = result.demonstration
    told: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    # The person's scene first: the robot's terrain is that, scaled.
    if clip is not None:
        told["demonstration"] = _of_scene(clip.scene, shapes, result.scale)
        arrays |= {
            "demonstration": json.dumps(_of_clip(clip)),
            "positions": exact(clip.positions),
            "labels": columns(clip.contacts.values(), len(clip)),
            "demonstration_tracks": _tracks(clip.scene, len(clip)),
        }
    if result.target is not None:
        told["target"] = _of_scene(result.target, shapes, result.scale)
        arrays["target_tracks"] = _tracks(result.target, len(result))
    told["robot"] = _of_scene(result.scene, shapes, result.scale)
    arrays["scenes"] = json.dumps({"shapes": shapes.told, **told})
    return {**arrays, **shapes.arrays}


def fields_of(data: Mapping[str, Any], tracks: Mapping[str, Array]) -> dict[str, Any]:
    """Scene, demonstration and target of a result, from what the file holds.

    A file of an earlier version has none of them: the scene is empty.

    Args:
        data: the file's arrays, by key.
        tracks: the props' tracks ``(T, 7)`` in the robot's scene, by name.

    Raises:
        ClipError: they cannot be: numbers that are not finite, corners that are not there, ...
        TypeError: something is of another kind.
        LookupError: something is missing.
    """
    if "scenes" not in data:
        return {"scene": Scene()}
    told = json.loads(str(data["scenes"]))
    shapes = read_shapes(told["shapes"], data)
    names = [prop["name"] for prop in told["robot"]["props"]]
    made = {"scene": _scene(told["robot"], shapes, [tracks[name] for name in names])}
    if "target" in told:
        made["target"] = _scene(told["target"], shapes, data["target_tracks"])
    if "demonstration" not in told:
        return made
    scene = _scene(told["demonstration"], shapes, data["demonstration_tracks"])
    return {**made, "demonstration": _clip(json.loads(str(data["demonstration"])), data, scene)}


def _of_scene(scene: Scene, shapes: Shapes, scale: float) -> dict[str, Any]:
    terrain = scene.terrain
    return {
        "ground": scene.ground,
        "props": [
            {
                "name": p.name,
                "robot_scale": p.robot_scale,
                "mass": p.mass,
                "limb_of": p.limb_of,
                **shapes.add(p.shape, scale),
            }
            for p in scene.props
        ],
        "terrain": None
        if terrain is None
        else {"name": terrain.name, **shapes.add(terrain.shape, scale)},
    }


def _scene(told: Mapping[str, Any], shapes: list[Shape], tracks: Any) -> Scene:
    props = [
        # Files of earlier versions know no other size than the real one, no mass, and no limbs.
        Prop(
            text("name", one["name"]),
            found(one, shapes),
            track,
            one.get("robot_scale", 1.0),
            one.get("mass"),
            one.get("limb_of"),
        )
        for one, track in zip(told["props"], tracks, strict=True)
    ]
    under = told["terrain"]
    terrain = None if under is None else Terrain(found(under, shapes), under["name"])
    return Scene(tuple(props), terrain, told["ground"])


def _of_clip(clip: Clip) -> dict[str, Any]:
    skeleton = clip.skeleton
    return {
        "name": clip.name,
        "fps": clip.fps,
        "height": clip.stature,
        "skeleton": {
            "name": skeleton.name,
            "joints": list(skeleton.joints),
            "landmarks": {name: _plain(of) for name, of in skeleton.landmarks.items()},
            "leg_ratio": skeleton.leg_ratio,
        },
        "labels": list(clip.contacts),
        "edits": [
            {"kind": "stance" if isinstance(edit, StanceEdit) else "touch", **asdict(edit)}
            for edit in clip.edits
        ],
        "notes": list(clip.notes),
        "warnings": list(clip.warnings),
    }


def _plain(joints: str | Mapping[str, float]) -> str | dict[str, float]:
    return joints if isinstance(joints, str) else dict(joints)


def _clip(told: Mapping[str, Any], data: Mapping[str, Any], scene: Scene) -> Clip:
    skeleton = instance("skeleton", told["skeleton"], dict, "a table")
    names = texts("labels", told["labels"], "names of landmarks")
    labels = zip(names, np.transpose(data["labels"]), strict=True)
    return Clip(
        floats("positions", data["positions"], "joint positions (T, J, 3) [m]", error=ClipError),
        Skeleton(**{**skeleton, "joints": texts("joints", skeleton["joints"], "joint names")}),
        told["fps"],
        scene,
        told["height"],
        contacts=dict(labels),
        name=told["name"],
        notes=texts("notes", told["notes"], "a list of texts"),
        warnings=texts("warnings", told["warnings"], "a list of texts"),
        edits=tuple(_edit(one) for one in several("edits", told["edits"], dict, "a list of edits")),
    )


def _edit(told: Mapping[str, Any]) -> Edit:
    # Files of earlier versions know hands alone, and say so.
    named = {{"hand": "part"}.get(k, k): v for k, v in told.items() if k != "kind"}
    made: Edit = _EDITS[told["kind"]](**named)
    return made


def columns(flags: Iterable[NDArray[np.bool_]], frames: int) -> NDArray[np.bool_]:
    """One column ``(T, N)`` for each of ``flags`` ``(T,)``."""
    return np.array(list(flags), dtype=np.bool_).reshape(-1, frames).T


def _tracks(scene: Scene, frames: int) -> Array:
    """The tracks ``(P, T, 7)`` of a scene's props."""
    return np.array([prop.track for prop in scene.props]).reshape(-1, frames, 7)
