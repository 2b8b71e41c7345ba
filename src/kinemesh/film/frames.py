"""Pictures of a stage, frame by frame."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from kinemesh.arrays import Array
from kinemesh.film.camera import Angle, cameras
from kinemesh.film.rays import Picture, draw
from kinemesh.film.surface import Surface, joined, tubes
from kinemesh.motion import LANDMARKS
from kinemesh.viewer import Stage
from kinemesh.viewer.palette import BLUE

PERSON = ("none", "over", "above", "both")
"""Where the person is shown: nowhere, through the robot, in a picture of its own above, or both."""

_BONE = {"over": 0.013, "above": 0.035}
"""How thick the person's bones are drawn [m]."""
_HEAD = 0.42
"""The head's middle above the shoulders, in lengths of the trunk."""
_WORKERS = 4
"""Pictures in work at once, at most."""


def pictures(
    stage: Stage,
    *,
    frames: Sequence[int] | None = None,
    size: tuple[int, int] = (640, 480),
    angle: Angle | None = None,
    person: str = "none",
) -> Iterator[Picture]:
    """Pictures ``(height, width, 3)`` of ``frames``; default: all of them.

    The camera follows the whole motion smoothly, whichever frames are drawn. With the person
    ``above``, or ``both``, a picture is twice as high.

    Examples:
        >>> stage = kinemesh.viewer.stage(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> [frame.shape for frame in kinemesh.film.pictures(stage, frames=[0], size=(160, 120))]
        [(120, 160, 3)]
    """
    eyes = cameras(stage, angle or Angle(), size)
    links = [Surface.from_mesh(mesh) for mesh in stage.links]
    props = [Surface.from_mesh(mesh) for mesh in stage.props]
    terrain = [] if stage.terrain is None else [Surface.from_mesh(stage.terrain)]

    def one(k: int) -> Picture:
        around = [*terrain, *_placed(props, stage.prop_poses, k)]
        robot = joined([*_placed(links, stage.link_poses, k), *around])
        over = _person(stage, k, "over") if person in ("over", "both") else None
        picture = draw(robot, eyes[k], ground=stage.ground, over=over)
        if person not in ("above", "both"):
            return picture
        bones = _person(stage, k, "above")
        shown = [*around, *([] if bones is None else [bones])]
        human = draw(joined(shown) if shown else None, eyes[k], ground=stage.ground)
        return np.concatenate([human, picture])

    workers = min(_WORKERS, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Picture]] = deque()
        try:
            for k in range(len(stage)) if frames is None else frames:
                ahead.append(pool.submit(one, k))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _placed(surfaces: list[Surface], poses: Array | None, frame: int) -> list[Surface]:
    if poses is None:
        return []
    return [s.at(pose) for s, pose in zip(surfaces, poses[frame], strict=True)]


def _person(stage: Stage, frame: int, where: str) -> Surface | None:
    if stage.person is None:
        return None
    places = stage.person[frame]
    bones = tubes(places[stage.edges], _BONE[where], BLUE)
    if where != "above" or len(places) != len(LANDMARKS):
        return bones
    # landmarks end at the shoulders; a body without a head is hard to read
    left, right, pelvis = (
        places[LANDMARKS.index(name)] for name in ("left_shoulder", "right_shoulder", "pelvis")
    )
    neck = (left + right) / 2.0
    head = neck + _HEAD * (neck - pelvis)
    return joined(
        [
            bones,
            tubes(np.array([[neck, head]]), _BONE[where], BLUE),
            tubes(np.array([[head, head]]), 0.2 * float(np.linalg.norm(neck - pelvis)), BLUE),
        ]
    )
