"""Pictures of the tutorials: the package's own people, and the robot that follows them."""

from __future__ import annotations

from pathlib import Path

from kinemesh import RobotModel, augment, demos, retarget
from kinemesh.film import Angle, film
from kinemesh.motion import Clip, Scene
from kinemesh.viewer import stage

SIZE = (240, 240)
"""Width and height of a picture [pixels]."""


def _sheet(
    path: Path, clip: Clip, frames: tuple[int, ...], angle: Angle, scene: Scene | None = None
) -> Path:
    result = retarget(clip, "g1", scene=scene)
    return film(
        stage(result, RobotModel.load("g1"), clip),
        path,
        frames=frames,
        size=SIZE,
        angle=angle,
        person="none" if scene else "above",
        columns=len(frames),
    )


def draw(folder: Path) -> list[Path]:
    """Write the pictures to ``folder``; the files."""
    walk, lift, step = demos.walk(), demos.lift_box(), demos.step_up()
    side, box = Angle(-90.0, 8.0, 1.0), Angle(-48.0, 12.0, 0.92)
    aside = augment.PropPlace(y=0.15, turn=0.6).apply(lift.scene, lift)
    higher = augment.TerrainSize(height=1.3).apply(step.scene, step)
    return [
        _sheet(folder / "your_own_bvh.png", walk, (30, 60, 90, 120), side),
        _sheet(folder / "a_box.png", lift, (62, 110, 150, 190), box),
        _sheet(folder / "a_box_aside.png", lift, (62, 110, 150, 190), box, aside),
        _sheet(folder / "climbing.png", step, (70, 95, 125, 165), side),
        _sheet(folder / "climbing_higher.png", step, (70, 95, 125, 165), side, higher),
    ]
