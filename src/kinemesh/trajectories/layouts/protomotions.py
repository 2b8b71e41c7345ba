"""ProtoMotions' ``.motion``: bodies of its own model, quaternions w last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.errors import WriteError
from kinemesh.motion.links import Bodies
from kinemesh.trajectories.containers import TORCH, Contents, write_folder
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.layout import Companion, Layout
from kinemesh.trajectories.layouts.families.columns import joints_of, like, rates_of
from kinemesh.trajectories.motion import Motion
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target


def encode(motion: Motion) -> dict[str, Any]:
    """Bodies of ProtoMotions' own model where the robot lists them, velocities of their origins.

    ``local_rigid_body_rot`` is left out: with it ProtoMotions takes the joints for spherical.
    In contact, where that is known, are bodies of feet that stood and of parts that touched.
    """
    listed = motion.links.listed("protomotions")
    bodies = motion.bodies(listed)
    content: dict[str, Any] = {
        "dof_pos": motion.joints.astype(np.float32),
        "dof_vel": motion.joint_velocity.astype(np.float32),
        "rigid_body_pos": bodies.positions.astype(np.float32),
        "rigid_body_rot": bodies.xyzw.astype(np.float32),
        "rigid_body_vel": bodies.linear.astype(np.float32),
        "rigid_body_ang_vel": bodies.angular.astype(np.float32),
        "fps": float(motion.fps),
    }
    if motion.stance or motion.touch:
        contacts = np.zeros((len(motion), len(listed.names)), dtype=bool)
        for side, flags in motion.stance.items():
            foot = motion.links.names[motion.soles[side]]
            if foot in listed.names:
                contacts[:, listed.names.index(foot)] = flags
        for (part, _), flags in motion.touch.items():
            if part in motion.pads:
                contacts[:, _nearest(listed, *motion.pads[part])] |= flags[:, None]
        content["rigid_body_contacts"] = contacts
    return content


def encode_scene(motion: Motion) -> dict[str, Any]:
    """Props and terrain as ``SceneLib.save_scenes_to_file`` has a scene, and their meshes.

    The scene belongs to the first motion of a library. Paths of meshes are relative to the folder,
    which ``SceneLib`` takes for the root of its assets by itself. Terrain does not move: a thing
    for each of its convex parts, because simulators make hulls of meshes.
    """
    objects: list[dict[str, Any]] = []
    files: dict[str, str] = {}

    def add(vertices: Array, faces: NDArray[np.int64], path: str, **more: Any) -> None:
        files[path] = _obj(vertices, faces)
        bounds = np.stack([vertices.min(axis=0), vertices.max(axis=0)], axis=1)
        made = {"type": "MeshSceneObject", "object_path": path, "scale": [1.0, 1.0, 1.0]}
        objects.append({**made, "object_dims": bounds.ravel().tolist(), **more})

    for k, (name, moving) in enumerate(motion.props.items(), start=1):
        if name not in motion.things:
            raise WriteError(f"the shape of {name} is not known: write a result that has it")
        thing = motion.things[name]
        mass = {} if thing.mass is None else {"mass": float(thing.mass)}
        add(
            thing.shape.vertices,
            thing.shape.faces,
            f"meshes/object_{k}.obj",
            translation=moving.positions[:, 0].tolist(),
            rotation=moving.xyzw[:, 0].tolist(),
            fps=float(motion.fps),
            options={"fix_base_link": False, **mass},
        )
    for k, (vertices, faces) in enumerate(_stands(motion), start=1):
        add(
            vertices,
            faces,
            f"meshes/terrain_{k}.obj",
            translation=[[0.0, 0.0, 0.0]],
            rotation=[[0.0, 0.0, 0.0, 1.0]],
            fps=1.0,
            options={"fix_base_link": True},
        )
    scene = {"offset": [0.0, 0.0], "humanoid_motion_id": 0, "objects": objects}
    library = {
        "original_scenes": [scene],
        "num_original_scenes": 1,
        "num_objects_per_scene": len(objects),
    }
    return {"scenes/scenes.pt": library, **files}


def _stands(motion: Motion) -> list[tuple[Array, NDArray[np.int64]]]:
    """Vertices and triangles of the terrain's convex parts; of its surface, where none fit it."""
    if motion.terrain is None:
        return []
    shape = motion.terrain.shape
    if shape.warnings or not shape.parts:
        return [(shape.vertices, shape.faces)]
    return [(part.vertices, part.faces) for part in shape.parts]


def _obj(vertices: Array, faces: NDArray[np.int64]) -> str:
    """A surface as Wavefront's text [m]."""
    points = (f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in vertices.tolist())
    corners = (f"f {a} {b} {c}" for a, b, c in (faces + 1).tolist())
    return "\n".join([*points, *corners]) + "\n"


def _nearest(listed: Bodies, link: int, place: Array) -> NDArray[np.int64]:
    """The listed body that is nearest to a place of a link, of those that it carries; or none."""
    own = np.flatnonzero(listed.carriers == link)
    return own[np.argsort(np.linalg.norm(listed.offsets[own] - place, axis=1))[:1]]


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The root is the first body."""
    joints = joints_of(contents, "dof_pos", target)
    places = contents.array("rigid_body_pos", len(joints), None, 3)
    turns = contents.array("rigid_body_rot", *places.shape[:2], 4)
    return RawMotion(
        facts,
        target,
        places[:, 0],
        turns[:, 0],
        joints,
        np.arange(joints.shape[1]),
        contents.number("fps"),
        facts.where,
    )


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """The bodies, where they are as many as the robot lists."""
    own, places = raw.links.listed("protomotions"), contents.arrays["rigid_body_pos"]
    bodies = None
    if len(own.names) == places.shape[1]:
        bodies = RawBodies(
            own.carriers,
            own.offsets,
            places,
            contents.arrays["rigid_body_rot"],
            like(contents, "rigid_body_vel", *places.shape),
            like(contents, "rigid_body_ang_vel", *places.shape),
        )
    rates = rates_of(contents.arrays.get("dof_vel"), raw.columns, len(raw))
    return replace(raw, bodies=bodies, joint_rates=rates)


LAYOUT = Layout(
    name="protomotions",
    container=TORCH,
    suffixes=(".motion",),
    keys=("dof_pos", "rigid_body_pos", "rigid_body_rot"),
    where={
        "place": "rigid_body_pos, column 0",
        "turn": "rigid_body_rot",
        "joints": "dof_pos",
        "joint_rates": "dof_vel",
        "linear": "rigid_body_vel",
        "angular": "rigid_body_ang_vel",
        "bodies": "rigid_body_pos",
    },
    quaternions="x y z w",
    encode=encode,
    companion=Companion(
        words="ProtoMotions' scenes",
        files=frozenset({"scenes", "meshes"}),
        encode=encode_scene,
        write=write_folder,
        terrain=True,
    ),
    decode=decode,
    inspect=inspect,
)
