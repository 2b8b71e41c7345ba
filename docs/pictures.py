"""Make the README's picture: a demo clip, retargeted and drawn.

    pip install "kinemesh[render]" example-robot-data
    python docs/pictures.py [FOLDER]

The robot is drawn by its true meshes where the package example-robot-data is installed, else by
its collision hulls. Neither a recording nor a display is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kinemesh import RobotModel, demos, retarget
from kinemesh.film import Angle, film
from kinemesh.viewer import stage

FRAMES = (24, 62, 96, 132, 186, 236)


def main(folder: Path) -> Path:
    """Write ``lift_box.png`` to ``folder``."""
    clip = demos.lift_box()
    result = retarget(clip)
    return film(
        stage(result, RobotModel.load("g1"), clip),
        folder / "lift_box.png",
        frames=FRAMES,
        size=(300, 300),
        angle=Angle(-48.0, 12.0, 0.92),
        person="above",
        columns=len(FRAMES),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
