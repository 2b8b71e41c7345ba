"""Sources: recordings, each with what its file does not say; given alone or in a listing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kinemesh._files import toml
from kinemesh._files.disk import existing_file, is_file_name
from kinemesh.batch.folder import recordings_in
from kinemesh.errors import ReadError
from kinemesh.motion import Clip
from kinemesh.recordings import read
from kinemesh.recordings.scene.found import AUTO

_LARGEST = 16 << 20
"""A listing is not larger than this [bytes]."""

_FILES = ("path", "object", "terrain")
_KINDS: Mapping[str, type] = {
    **dict.fromkeys((*_FILES, "name", "skeleton", "up"), str),
    **dict.fromkeys(("height", "fps", "floor", "mass", "start", "stop", "rate"), float),
    "clean": bool,
}
"""What an entry of a listing may hold: the fields of a source."""

_OTHERWISE = {"resample": "rate"}
"""Other names of them."""


@dataclass(frozen=True)
class Source:
    """A recording and how it is to be read.

    Raises:
        ReadError: a name that is none for a folder of the data set.
    """

    path: Path
    """The recording's file."""
    name: str = ""
    """Name of its files in the data set; the recording's own if left out."""
    object: Path | None = None
    """Mesh of the object that it tracks."""
    terrain: Path | None = None
    """Mesh of what was climbed; or ``auto``: found from the motion."""
    skeleton: str | None = None
    """As :func:`kinemesh.read` takes it; so are the next ones."""
    height: float | None = None
    """The person's stature [m]."""
    fps: float | None = None
    """Frames per second of the file [1/s]."""
    floor: float | None = None
    """Height of the floor in the file [m]."""
    up: str | None = None
    """``y`` or ``z``."""
    mass: float | None = None
    """Of the object [kg]; by its size if left out."""
    clean: bool = False
    """Whether spikes are taken out."""
    start: float | None = None
    """What is before this is left out [s]."""
    stop: float | None = None
    """And what is after this [s]."""
    rate: float | None = None
    """Frames per second wanted [1/s]."""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.path.stem)
        if not is_file_name(self.name):
            raise ReadError(
                f"{self.path}: the name {self.name[:80]!r} is no name for a folder; give name = "
            )

    @property
    def files(self) -> dict[str, Path]:
        """All files that are read, by what they are."""
        named = {"source": self.path, "object": self.object, "terrain": self.terrain}
        given = {key: p for key, p in named.items() if p is not None and not self._found(key)}
        return given | (_named_in(self.path) if self.path.suffix.lower() == ".toml" else {})

    def _found(self, key: str) -> bool:
        """Whether what ``key`` says is found from the motion, and in no file."""
        return key == "terrain" and str(self.terrain) == AUTO

    def options(self) -> dict[str, Any]:
        """How it is read, without where it lies: what tells one reading from another."""
        return {
            field.name: AUTO if self._found(field.name) else getattr(self, field.name)
            for field in fields(self)
            if (field.name not in _FILES or self._found(field.name))
            and getattr(self, field.name) is not None
        }

    def read(self) -> Clip:
        """The clip.

        Raises:
            KinemeshError: it cannot be read.
        """
        clip = read(
            self.path,
            object=self.object,
            terrain=self.terrain,
            skeleton=self.skeleton,
            height=self.height,
            fps=self.fps,
            floor=self.floor,
            up=self.up,
            clean=self.clean,
        ).trimmed(self.start, self.stop)
        clip = clip if self.mass is None else clip.with_masses(self.mass)
        return clip if self.rate is None else clip.resampled(self.rate)


def read_sources(
    paths: Sequence[str | Path],
    *,
    apart: Sequence[Path] = (),
    left_out: Callable[[str], None] | None = None,
) -> tuple[Source, ...]:
    """The sources that ``paths`` name: recordings, scenes, listings (``.toml``), and folders.

    Of a folder, and those below it, every file is taken that a reader takes, as it is: what was
    touched, and what a file does not say, only a listing can say.

    A ``.toml`` with one ``[clip]`` is a scene file. A listing has one ``[[clip]]`` for each, with
    ``path`` and any of ``name``, ``object``, ``terrain``, ``skeleton``, ``height``, ``fps``,
    ``floor``, ``up``, ``mass``, ``clean``, ``start``, ``stop``, ``rate`` (or ``resample``); its
    paths start from the listing's folder.

    Args:
        paths: recordings, listings, folders.
        apart: folders that are not looked into, such as that of the results.
        left_out: called for each file of a folder that is not taken, with it and the reason.

    Raises:
        ReadError: a listing cannot be read or holds what it should not, a path names nothing, or
            two sources have one name.

    Examples:
        >>> sources = kinemesh.batch.read_sources(["walk.bvh"])
        >>> [source.name or source.path.stem for source in sources]
        ['walk']
    """
    found: list[Source] = []
    for path in map(Path, paths):
        if os.path.isdir(path):
            named, left = recordings_in(path, apart)
            found += [Source(place, name) for name, place in named]
            if left_out is not None:
                for text in left:
                    left_out(text)
        elif path.suffix.lower() == ".toml":
            found += _listing(path)
        else:
            found.append(Source(existing_file(path)))
    if not found:
        raise ReadError("no sources: give recordings, a folder of them, or a .toml that lists them")
    seen: dict[str, Source] = {}
    for source in found:
        other = seen.setdefault(source.name.lower(), source)
        if other is not source:
            raise ReadError(
                f"{other.path} and {source.path} are both called {source.name!r}: give one of them "
                f"another name (name = in a listing)"
            )
    return tuple(found)


def all_sources(
    given: Sequence[str | Path | Source],
    *,
    apart: Sequence[Path] = (),
    left_out: Callable[[str], None] | None = None,
) -> tuple[Source, ...]:
    """Sources as they are, and those that paths name, as for :func:`read_sources`.

    Raises:
        ReadError: as :func:`read_sources`; or two sources have one name.
    """
    own = [source for source in given if isinstance(source, Source)]
    paths = [path for path in given if not isinstance(path, Source)]
    named = read_sources(paths, apart=apart, left_out=left_out) if paths or not own else ()
    found = (*own, *named)
    names = [source.name.lower() for source in found]
    if len(set(names)) != len(names):
        raise ReadError("two sources have one name: give one of them another")
    return found


def _listing(file: Path) -> list[Source]:
    table = toml.load(file, "one [[clip]] for each recording", largest=_LARGEST)
    if isinstance(table.get("clip"), Mapping):  # a scene: one recording, and what was touched
        return [Source(file)]
    toml.check_keys(str(file), table, ("clip",))
    return [_source(file, where, entry) for where, entry in toml.entries(str(file), table, "clip")]


def _source(file: Path, where: str, entry: Mapping[str, Any]) -> Source:
    for other, key in _OTHERWISE.items():
        if other in entry:
            if key in entry:
                raise ReadError(f"{where}: {other} is another name of {key}: give one of them")
            entry = {**{k: v for k, v in entry.items() if k != other}, key: entry[other]}
    values = toml.values(where, entry, _KINDS, needed=("path",))
    for key, value in values.items():
        if value == "":
            raise ReadError(f"{where}: {key} is empty; leave it out or say what it is")
    paths = {k for k in _FILES if k in values and (k, values[k]) != ("terrain", AUTO)}
    terrain = {"terrain": Path(AUTO)} if values.get("terrain") == AUTO else {}
    return Source(
        **{k: file.parent / v if k in paths else v for k, v in (values | terrain).items()}
    )


def _named_in(scene: Path) -> dict[str, Path]:
    """The files that a scene file names, by their names there; none where it cannot be read."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping | list):
            for below in value.values() if isinstance(value, Mapping) else value:
                yield from texts(below)

    try:
        table = toml.load(scene, "a scene", largest=_LARGEST)
    except ReadError:
        return {}
    places = {text: scene.parent / text for text in texts(table)}
    return {text: place for text, place in places.items() if os.path.isfile(place)}
