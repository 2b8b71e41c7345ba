"""MVNX, Xsens' XML: where each segment of the body is and how it is turned, frame by frame.

A segment's origin is the joint at which it begins (the left upper leg's is the hip), in metres, z
up; its quaternion is w first (MVN User Manual, MVNX file). Nothing else of a frame is read.
"""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

import numpy as np

from kinemesh._files.inputs import head, looks_like
from kinemesh.arrays import Array
from kinemesh.errors import ReadError
from kinemesh.recordings.hierarchy.chosen import chosen_skeleton
from kinemesh.recordings.recording import Asked, Recording
from kinemesh.recordings.text import LARGEST

_DEEPEST = 100
_MOST_SEGMENTS = 200
_MOST_FRAMES = 10_000_000
_LONGEST = 1 << 16
"""Characters of the numbers of one frame."""
_FARTHEST = 1e9
_UNIT = 0.01
"""A quaternion may be longer or shorter than one by this."""
_WIDTHS = {"position": 3, "orientation": 4}
_TREE = {
    **{"L5": "Pelvis", "L3": "L5", "T12": "L3", "T8": "T12", "Neck": "T8", "Head": "Neck"},
    **{
        f"{side}{part}": f"{side}{above}" if above[0] != "-" else above[1:]
        for side in ("Left", "Right")
        for part, above in (
            ("Shoulder", "-T8"),
            ("UpperArm", "Shoulder"),
            ("ForeArm", "UpperArm"),
            ("Hand", "ForeArm"),
            ("UpperLeg", "-Pelvis"),
            ("LowerLeg", "UpperLeg"),
            ("Foot", "LowerLeg"),
            ("Toe", "Foot"),
        )
    },
}
"""What hangs from what, where a file has no joints."""


def read_mvnx(path: Path, skeleton: Asked = None) -> Recording:
    """Read the person of an MVNX file.

    Args:
        path: the file.
        skeleton: a skeleton, or the name of one, whose joints the segments are; or the segments
            of some landmarks; found by name and place if left out.

    Raises:
        ReadError: not MVNX, a document type, damaged, without positions of segments, several
            people, or segments that make no person.
    """
    content = _Content(path)
    content.parse()
    names = content.segments
    positions = content.table("position")
    if positions is None:
        raise ReadError(
            f"{path.name} holds no positions of segments: export it again with segment position "
            f"and segment orientation"
        )
    rotations = content.table("orientation")
    if rotations is not None:
        sizes = np.linalg.norm(rotations, axis=-1)
        if np.any(np.abs(sizes - 1.0) > _UNIT):
            raise ReadError(f"{path.name}: orientations are no unit quaternions: it is damaged")
        rotations = rotations[..., [1, 2, 3, 0]] / sizes[..., None]
    parents = [names.index(above) if above in names else -1 for above in map(content.above, names)]
    found, kept, notes = chosen_skeleton(
        path.name, names, parents, positions, skeleton, label=f"xsens{len(names)}"
    )
    more = ("fingers: not read",) if content.fingers else ()
    return Recording(
        positions=positions[:, kept],
        skeleton=found,
        fps=content.fps,
        up="z",
        rotations=None if rotations is None else rotations[:, kept],
        notes=(*notes, *more),
    )


class _Content:
    """What is read of a file, element by element: it may be large."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.segments: list[str] = []
        self.fps: float | None = None
        self.fingers = False
        self._above: dict[str, str] = {}
        self._rows: dict[str, list[Array]] = {name: [] for name in _WIDTHS}
        self._open: list[str] = []
        self._words: list[str] = []
        self._size = 0
        self._taken = False
        self._frames = 0
        self._subjects = 0
        self._first = ""

    def parse(self) -> None:
        """Read it, once."""
        path = self.path
        if path.stat().st_size > LARGEST:
            raise ReadError(
                f"{path.name} has {path.stat().st_size >> 20} MiB",
                expected=f"at most {LARGEST >> 20} MiB",
                advice="export it in parts",
            )
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        try:
            with path.open("rb") as file:
                while part := file.read(1 << 20):
                    parser.Parse(part, False)
                parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            if isinstance(error, ReadError):
                raise
            raise ReadError(
                f"{path.name} is not XML ({error}); it looks like {looks_like(head(path))}: it is "
                f"cut short, damaged, or another file"
            ) from error
        if not self._subjects or not self.segments:
            raise ReadError(f"{path.name} holds no <subject> with <segments>: it is no MVNX file")
        if self._frames < 2:
            raise ReadError(
                f"{path.name} has {self._frames} frames of motion; a motion needs at least 2"
            )

    def table(self, what: str) -> Array | None:
        """``(T, N, width)`` of all frames; None where no frame says it."""
        rows = self._rows[what]
        if not rows:
            return None
        width = _WIDTHS[what]
        if len(rows) != self._frames or any(len(r) != width * len(self.segments) for r in rows):
            raise ReadError(
                f"{self.path.name}: not every frame has the {what} of its {len(self.segments)} "
                f"segments: it is cut short or damaged; export it again"
            )
        table = np.array(rows).reshape(len(rows), len(self.segments), width)
        if not np.all(np.abs(table) < _FARTHEST):
            raise ReadError(
                f"{self.path.name}: its {what}s are NaN, infinite or beyond {_FARTHEST:g}; export "
                f"it again"
            )
        return table

    def above(self, segment: str) -> str:
        """The segment that another hangs from; empty for none."""
        return self._above.get(segment, "") if self._above else _TREE.get(segment, "")

    def _refuse(self, *_: object) -> None:
        raise ReadError(
            f"{self.path.name} declares a document type, which may ask for other files or unfold "
            f"without end: refused; delete its <!DOCTYPE> line"
        )

    def _start(self, name: str, said: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._open and name != "mvnx":
            raise ReadError(f"{self.path.name} holds <{name[:40]}>; expected <mvnx>")
        self._open.append(name)
        if len(self._open) > _DEEPEST:
            raise ReadError(f"{self.path.name} nests deeper than {_DEEPEST} elements")
        self._words, self._size = [], 0
        self.fingers = self.fingers or name.startswith("positionFingers")
        if name == "subject":
            self._subjects += 1
            if self._subjects > 1:
                raise ReadError(
                    f"{self.path.name} holds several people", expected="one", advice="export one"
                )
            self.fps = _rate(said.get("frameRate", ""))
        elif name == "segment" and self._open[-2:-1] == ["segments"]:
            self.segments.append(said.get("label", ""))
            if len(self.segments) > _MOST_SEGMENTS or len(set(self.segments)) < len(self.segments):
                raise ReadError(f"{self.path.name}: its segments have no names of their own")
        elif name == "frame":
            self._taken = said.get("type", "normal") == "normal"
            self._frames += self._taken
            if self._frames > _MOST_FRAMES:
                raise ReadError(f"{self.path.name} holds more than {_MOST_FRAMES} frames")

    def _text(self, text: str) -> None:
        if self._open[-1] in (*_WIDTHS, "connector1", "connector2"):
            self._words.append(text)
            self._size += len(text)
            if self._size > _LONGEST:
                raise ReadError(f"{self.path.name}: a frame holds no end of numbers: it is damaged")

    def _end(self, name: str) -> None:
        name = self._open.pop()
        if name in _WIDTHS and self._taken and self._open[-1:] == ["frame"]:
            try:
                self._rows[name].append(np.array("".join(self._words).split(), dtype=np.float64))
            except ValueError:
                raise ReadError(
                    f"{self.path.name}: the {name} of frame {self._frames - 1} holds no numbers: "
                    f"it is damaged; export it again"
                ) from None
        elif name == "connector1":
            self._first = "".join(self._words).strip().partition("/")[0]
        elif name == "connector2":
            second = "".join(self._words).strip().partition("/")[0]
            if second != self._first:
                self._above.setdefault(second, self._first)


def _rate(written: str) -> float | None:
    try:
        rate = float(written)
    except ValueError:
        return None
    return rate if np.isfinite(rate) and 0.0 < rate < 1e5 else None
