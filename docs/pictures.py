"""Make the README's picture, the tutorials', the gallery's films, or sheets of many motions.

    pip install "kinemesh[render]" example-robot-data
    python docs/pictures.py [FOLDER]
    python docs/pictures.py --tutorials [FOLDER]
    python docs/pictures.py --films [--out DIR] [--only NAME ...]
    python docs/pictures.py --gallery [--out DIR] [--only NAME ...] [--data DIR]

The robot is drawn by its true meshes where the package example-robot-data is installed, else by
its collision hulls. No display is needed, and but for --gallery no recording. Films are made by
the commands that stand under them in docs/gallery.md, and take a quarter of an hour. The sheets of
--gallery look for recordings in $KINEMESH_DATA, else in ../shared/data beside the repository, and
leave out what is not found. They are not for the repository: recordings have owners.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from gallery.entries import ENTRIES
from gallery.films import films, shown
from gallery.sheets import sheet
from gallery.tutorials import draw
from kinemesh import RobotModel, demos, retarget
from kinemesh.film import Angle, film
from kinemesh.viewer import stage

FRAMES = (24, 62, 96, 132, 186, 236)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def lift_box(folder: Path) -> Path:
    """Write the README's ``lift_box.png`` to ``folder``."""
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


def gallery(folder: Path, data: Path, names: list[str]) -> None:
    """Write the sheets of ``names``, or all of them, to ``folder``, and say so as they come."""
    for entry in ENTRIES:
        if names and entry.name not in names:
            continue
        if entry.needs and not (data / entry.needs).exists():
            print(f"{entry.name}: left out, there is no {data / entry.needs}", flush=True)
            continue
        path, said = sheet(entry, data, folder)
        print(f"{path}\n  {said.replace(chr(10), chr(10) + '  ')}", flush=True)


def main(arguments: list[str]) -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).parent
    parser.add_argument("folder", type=Path, nargs="?", help="docs, or docs/tutorials")
    parser.add_argument("--tutorials", action="store_true", help="the pictures of the tutorials")
    parser.add_argument("--films", action="store_true", help="the films of the gallery's page")
    parser.add_argument("--gallery", action="store_true", help="sheets of many motions")
    where = "where they go: films docs/films, sheets a new temporary folder, if left out"
    parser.add_argument("--out", type=Path, help=where)
    known = [*shown(), *(entry.name for entry in ENTRIES)]
    parser.add_argument("--only", nargs="+", default=[], choices=known, metavar="NAME")
    data = Path(os.environ.get("KINEMESH_DATA") or SHARED / "data")
    parser.add_argument("--data", type=Path, default=data, help="the folder of recordings")
    options = parser.parse_args(arguments)
    if options.tutorials:
        print(*draw(options.folder or here / "tutorials"), sep="\n")
        return
    if options.films:
        out = options.out or here / "films"
        out.mkdir(parents=True, exist_ok=True)
        for path in films(out, options.only):
            print(f"{path}: {path.stat().st_size / 1e3:.0f} kB", flush=True)
        return
    if not options.gallery:
        print(lift_box(options.folder or here))
        return
    out = options.out or Path(tempfile.mkdtemp(prefix="kinemesh_gallery_"))
    out.mkdir(parents=True, exist_ok=True)
    gallery(out, options.data, options.only)


if __name__ == "__main__":
    main(sys.argv[1:])
