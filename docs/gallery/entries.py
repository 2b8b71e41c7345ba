"""What the gallery shows: fifteen motions on G1, three of them on H1 and T1."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import kinemesh
from gallery import motions
from kinemesh import demos
from kinemesh.film import Angle
from kinemesh.motion import Clip

_CORNER = Angle(-48.0, 12.0, 1.0)
_SIDE = Angle(-65.0, 8.0, 0.9)
_FROM_ABOVE = Angle(-48.0, 18.0, 0.85)
RATE = 30.0
"""Frames per second at which recordings are followed [1/s]."""


@dataclass(frozen=True)
class Entry:
    """One sheet."""

    name: str
    """What ``--only`` calls it, and the stem of its file."""
    make: Callable[[Path], Clip]
    """The motion, from the folder of recordings."""
    needs: str = ""
    """The recording, below that folder; empty: the motion is made here."""
    robot: str = "g1"
    """Who moves."""
    angle: Angle = _CORNER
    """Where the camera looks from."""
    frames: int | tuple[int, ...] = 10
    """How many pictures there are, spread over the motion, or of which frames."""

    @property
    def source(self) -> str:
        """Where the motion comes from, in words."""
        return self.needs or "made from figures, not recorded"


def _calm(clip: Clip) -> Clip:
    """At the gallery's frame rate, where it was recorded faster."""
    return clip.resample(RATE) if clip.fps > RATE else clip


def _dance(data: Path) -> Clip:
    # where it is liveliest, down to the floor and up again
    return kinemesh.read(data / "lafan1/dance1_subject1.npy").crop(3420, 3660)


def _climb(data: Path) -> Clip:
    folder = data / "climb/seq_0"
    (path,) = folder.glob("*.npy")
    return _calm(kinemesh.read(path, terrain=folder / "multi_boxes.obj", height=1.78))


def _omomo(name: str, height: float) -> Callable[[Path], Clip]:
    thing = name.split("_")[1]

    def read(data: Path) -> Clip:
        mesh = data / f"omomo/objects/{thing}.obj"
        return kinemesh.read(data / f"omomo/{name}.pt", object=mesh, height=height)

    return read


def _getting_up(data: Path) -> Clip:
    folder = data / "amass"
    rest = folder / "smplx22_rest_joints.p"
    return _calm(kinemesh.read(folder / "140_02_stageii.npz", rest_joints=rest))


def _walk(data: Path) -> Clip:
    # its first frame is a T-pose
    clip = kinemesh.read(data / "cmu/cmu_12_01_walk.bvh")
    return _calm(clip.crop(1, len(clip)))


def _stairs(data: Path) -> Clip:
    folder = data.resolve() / "terrain"
    with tempfile.TemporaryDirectory() as place:
        scene = Path(place) / "stairs.toml"
        scene.write_text(
            f"[clip]\nfile = '{folder / 'smpl_keypoints.npy'}'\nfps = 30\n"
            f"[terrain]\nheightfield = '{folder / 'heightmap.npy'}'\ncell = [0.01, 0.01]\n"
            f"ground = -1.63\ntolerance = 0.02\n"
        )
        return kinemesh.read(scene)


def _made(make: Callable[[], Clip]) -> Callable[[Path], Clip]:
    return lambda _: make()


_FLIGHT = (0, 23, 36, 41, 44, 47, 50, 53, 56, 60, 64, 90)
"""Frames of the backflip, most of them in the air."""
_DANCE = Entry("dance", _dance, "lafan1/dance1_subject1.npy", angle=Angle(130.0, 12.0, 1.0))
_BOX = Entry("box", _omomo("sub3_largebox_003", 1.941), "omomo/sub3_largebox_003.pt")
_WALK = Entry("walk", _walk, "cmu/cmu_12_01_walk.bvh", angle=_SIDE)

ENTRIES = (
    _DANCE,
    Entry("climb", _climb, "climb/seq_0", frames=12),
    _BOX,
    Entry("chair", _omomo("sub2_woodchair_000", 1.844), "omomo/sub2_woodchair_000.pt"),
    Entry("table", _omomo("sub2_largetable_000", 1.844), "omomo/sub2_largetable_000.pt"),
    Entry("getting_up", _getting_up, "amass/140_02_stageii.npz", angle=_FROM_ABOVE),
    Entry("kneeling", _made(demos.kneel), angle=_SIDE),
    Entry("crawling", _made(demos.crawl), angle=_SIDE),
    Entry("sitting", _made(demos.sit), angle=Angle(20.0, 10.0, 1.0)),
    Entry("lying", _made(demos.lie), angle=_FROM_ABOVE),
    Entry("rising", _made(demos.get_up), angle=_FROM_ABOVE, frames=12),
    Entry("backflip", _made(motions.backflip), angle=Angle(-75.0, 6.0, 1.15), frames=_FLIGHT),
    _WALK,
    Entry("stairs", _stairs, "terrain", angle=Angle(-110.0, 20.0, 1.0)),
    Entry("suitcase", _made(motions.suitcase)),
    *(
        replace(entry, name=f"{robot}_{entry.name}", robot=robot)
        for robot in ("h1", "t1")
        for entry in (_WALK, _BOX, _DANCE)
    ),
)
