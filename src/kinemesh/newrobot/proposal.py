"""A robot's folder from its URDF or MuJoCo XML: everything proposed, nothing asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinemesh._files.disk import check_place, write_whole
from kinemesh._files.inputs import existing_file
from kinemesh.arrays import Array
from kinemesh.description.xml_files import root_tag
from kinemesh.errors import ReadError, RobotError, WriteError
from kinemesh.newrobot.body import Body, find_body
from kinemesh.newrobot.hulls import beyond, clipped, enclosing, write_obj
from kinemesh.newrobot.places import Hand, file_of, hands, landmarks, soles
from kinemesh.newrobot.posture import rest_posture
from kinemesh.newrobot.reading.equalities import carrier
from kinemesh.newrobot.reading.from_mjcf import read_mjcf_robot
from kinemesh.newrobot.reading.from_urdf import read_urdf_robot
from kinemesh.newrobot.reading.source import Source
from kinemesh.newrobot.toml_text import toml_text
from kinemesh.newrobot.urdf_text import urdf_text, write_urdf
from kinemesh.robot import RobotModel, overlaps_at_rest

_ASIDE = (0.2, 0.35, 0.5)
"""Arms hang out by the first of these [rad] at which they touch nothing."""
_CONTAINED = 1e-4
"""A hull this close to being inside another of the same rigid body is dropped [m]."""


@dataclass(frozen=True, eq=False)
class NewRobot:
    """What was written."""

    folder: Path
    """Where it is."""
    robot: RobotModel
    """What was loaded from there, for proof."""
    fixed: tuple[str, ...]
    """Joints that no longer move."""
    notes: tuple[str, ...]
    """What was left out or assumed in reading."""


def read_robot(path: str | Path, *, without_missing_meshes: bool = False) -> Source:
    """A robot from URDF or MuJoCo's XML, told by its root element.

    Raises:
        ReadError: not XML, unsafe, neither of the two.
        RobotError: no tree of links, or meshes that are missing.
    """
    path = existing_file(path)
    root = root_tag(path)
    if root == "mujoco":
        return read_mjcf_robot(path, without_missing_meshes)
    if root == "robot":
        return read_urdf_robot(path, without_missing_meshes)
    raise ReadError(
        f"{path.name} is no robot: its root element is {_tag(root)}, neither <robot> (URDF) "
        f"nor <mujoco> (MuJoCo's XML); expected the file that describes the robot"
    )


def _tag(root: str | None) -> str:
    return "none" if root is None else f"<{root[:40]}>"


def new_robot(
    path: str | Path,
    folder: str | Path,
    *,
    name: str | None = None,
    overwrite: bool = False,
    forward: str | None = None,
    without_missing_meshes: bool = False,
) -> NewRobot:
    """Propose a robot folder and write it, whole or not at all.

    Args:
        path: URDF or MuJoCo's XML.
        folder: where to write ``robot.toml``, ``robot.urdf`` and ``hulls/``.
        name: what to call the robot; the folder's name if left out.
        overwrite: replace a folder that is there.
        forward: which way of its root it faces, ``+x``, ``-x``, ``+y`` or ``-y``; told by knees
            and soles if left out.
        without_missing_meshes: go on where some meshes are missing; the notes say which. Hulls
            are then too small, and what would have been found by a shell may not be.

    Raises:
        ReadError: the file is none of the two, or unsafe.
        RobotError: it is no humanoid, and why; which way it faces is unsure; meshes that are
            missing.
        WriteError: the folder is there already, or cannot be written.
    """
    target = Path(folder)
    _check_target(target, overwrite)
    source = read_robot(path, without_missing_meshes=without_missing_meshes)
    body = find_body(source, forward)
    name = name or target.resolve().name
    made: list[RobotModel] = []
    write_whole(target, lambda staging: made.append(_fill(staging, body, name)))
    (robot,) = made
    fixed = [source.joint_of(k).name for k in source.moving if k not in body.kept]
    return NewRobot(target, robot, tuple(fixed), source.notes)


def _check_target(target: Path, overwrite: bool) -> None:
    """Refuse what must not be replaced, before the work."""
    check_place(target, folder=True)
    if target.exists():
        if not overwrite:
            raise WriteError(
                f"{target} is there already; give another folder, or overwrite=True to replace it"
            )
        if not target.is_dir() or (any(target.iterdir()) and not (target / "robot.toml").exists()):
            raise WriteError(f"{target} is no robot's folder (no robot.toml): it is not replaced")


def _fill(staging: Path, body: Body, name: str) -> RobotModel:
    """Write the files into ``staging``, arms as far out as they need to be."""
    _check_files(body.source)
    marks, stands = landmarks(body), soles(body)
    (staging / "hulls").mkdir(parents=True)
    for aside in _ASIDE:
        rest = rest_posture(body, aside)
        holds = hands(body, rest)
        shells = _hulls(body, holds)
        frames = [*stands.values(), *(hand.frame for hand in holds.values())]
        for old in (staging / "hulls").iterdir():
            old.unlink()
        for link, corners in shells.items():
            write_obj(staging / "hulls" / file_of(link), corners)
        write_urdf(staging / "robot.urdf", urdf_text(body, name, shells, frames, rest))
        hulls = {*shells, *(hand.frame.name for hand in holds.values())}
        arguments = (body, name, rest, marks, stands, holds, hulls)
        _write(staging, toml_text(*arguments, ()))
        robot = RobotModel.load(staging)
        found = overlaps_at_rest(robot)
        _write(staging, toml_text(*arguments, [_words(*pair) for pair in found]))
        arms = _of_arms(body, holds)
        if not any((a in arms) != (b in arms) for a, b, _ in found):
            break
    return robot


def _write(staging: Path, text: str) -> None:
    (staging / "robot.toml").write_text(text, encoding="utf-8")


def _words(first: str, second: str, depth: float) -> str:
    return f"{first} and {second}, {1e3 * depth:.0f} mm deep"


def _of_arms(body: Body, holds: dict[str, Hand]) -> set[str]:
    """Links that hang on the shoulders."""
    below = {k for arm in body.arms.values() for k in body.source.below(arm.chain[0])}
    return {body.source.links[k].name for k in below} | {h.frame.name for h in holds.values()}


def _check_files(source: Source) -> None:
    files: dict[str, str] = {}
    for link in source.order:
        other = files.setdefault(file_of(link).lower(), link)
        if other != link:
            raise RobotError(
                f"{source.path.name}: links {other!r} and {link!r} would share the file "
                f"{file_of(link)}: rename one"
            )


def _hulls(body: Body, holds: dict[str, Hand]) -> dict[str, Array]:
    """Corners of one hull a link, in the link's frame; none for what lies in another."""
    source, found = body.source, {}
    zero = source.frames()
    inside = {k for hand in holds.values() for k in hand.taken}
    for k, link in enumerate(source.links):
        if k in inside or not link.solids:
            continue
        points = np.concatenate(link.solids)
        for hand in holds.values():
            if k in hand.cut:
                # What is before the wrist; the rest is in the hand's hull.
                at = hand.frame.link
                along = zero[0][k].T @ zero[0][at] @ hand.frame.rotation[:, 0]
                wrist = zero[0][at] @ hand.frame.origin + zero[1][at] - zero[1][k]
                points = clipped(points, along, float(along @ (zero[0][k].T @ wrist)))
        corners = enclosing(points)
        if corners is not None:
            found[link.name] = corners
    for k, link in enumerate(source.links):
        if link.name in found and not source.moves(k) and k > 0:
            for other in source.rigid(carrier(source, k)):
                shell = source.links[other].name
                if other == k or shell not in found:
                    continue
                world = found[link.name] @ zero[0][k].T + zero[1][k]
                local = (world - zero[1][other]) @ zero[0][other]
                if beyond(local, found[shell]) < _CONTAINED:
                    del found[link.name]
                    break
    found |= {hand.frame.name: hand.frame.points for hand in holds.values()}
    return found
