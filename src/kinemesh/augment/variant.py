"""One variant of a clip: a name, its settings, and the augmentations that these mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import radians
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kinemesh import arguments
from kinemesh._files.disk import is_file_name
from kinemesh.arguments import mapping, path, shown, text, unknown
from kinemesh.augment.augmentation import ClipAugmentation, SceneAugmentation, Unfit
from kinemesh.augment.ground import Slope, Steps
from kinemesh.augment.motion import Arc, Mirror, Move, Speed, Stature
from kinemesh.augment.props import PropPlace, PropShape, PropSize
from kinemesh.augment.terrain import TerrainBox, TerrainSize
from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, Clip, Scene, Shape
from kinemesh.recordings import read_shape

Setting = float | int | bool | str

_NUMBER, _SWITCH, _WORD = "a number", "true or false", "a string"
_BOX = "a box's number or a landmark"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("prop.x", "prop.y", "prop.z", "prop.turn"), _NUMBER),
        **dict.fromkeys(("prop.tau", "prop.tau_turn"), _NUMBER),
        **dict.fromkeys(("prop.name", "prop.axes", "prop.shape"), _WORD),
        **dict.fromkeys(("prop.size", "prop.size_x", "prop.size_y", "prop.size_z"), _NUMBER),
        **dict.fromkeys(("terrain.height", "terrain.depth"), _NUMBER),
        "terrain.box": _BOX,
        **dict.fromkeys(("terrain.box_x", "terrain.box_y", "terrain.box_z"), _NUMBER),
        **{"terrain.box_turn": _NUMBER, "terrain.box_axes": _WORD},
        **dict.fromkeys(("terrain.steps", "terrain.steps_depth", "terrain.steps_from"), _NUMBER),
        **dict.fromkeys(("terrain.slope", "terrain.slope_turn"), _NUMBER),
        **dict.fromkeys(("motion.start", "motion.stop"), _NUMBER),
        **dict.fromkeys(("motion.speed", "motion.stature"), _NUMBER),
        "motion.mirror": _SWITCH,
        **dict.fromkeys(("scene.x", "scene.y", "scene.turn"), _NUMBER),
    }
)
"""What a variant can set, and what each setting is; docs/augmentation.md says what it does."""

_BOX_MOVES = ("terrain.box_x", "terrain.box_y", "terrain.box_z", "terrain.box_turn")

_NEEDED = {
    "terrain.box": (*_BOX_MOVES, "terrain.box_axes"),
    "terrain.steps": ("terrain.steps_depth", "terrain.steps_from"),
    "terrain.slope": ("terrain.slope_turn",),
}
"""Settings that say how, and the one that they need."""

FILES = ("prop.shape",)
"""Settings that name a file."""

ORIGINAL = "original"
"""The variant that changes nothing."""


@dataclass(frozen=True)
class Varied:
    """A clip as a variant has it."""

    clip: Clip
    """The demonstration."""
    scene: Scene | None
    """The scene to adapt to; None: the clip's own."""
    anchored: bool
    """Whether base and legs are to stay near the answer to the clip in its own scene."""


@dataclass(frozen=True)
class Variant:
    """What becomes of a clip.

    Raises:
        ClipError: an unknown setting, a value that it cannot have, or a name that no file can have.

    Examples:
        >>> variant = kinemesh.augment.Variant("high", {"prop.z": 0.1})
        >>> varied = variant.apply(kinemesh.demos.lift_box())
        >>> varied.scene, varied.anchored
        (Scene(box, ground=0.0), True)
    """

    name: str = ORIGINAL
    """The name of the variant's files."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """Of :data:`SETTINGS`; turns in degrees, as in a file."""
    folder: Path = Path()
    """Where files that the settings name lie."""

    def __post_init__(self) -> None:
        name = text("name", self.name, "the variant's name, a text")
        if not is_file_name(name):
            raise ClipError(
                f"a variant is called {name[:60]!r} ({len(name)} characters); its files "
                f"cannot be: give its group another name, or fewer settings that vary"
            )
        given = mapping("settings", self.settings, "names of settings to values")
        keys = sorted(text("settings", key, "names of settings") for key in given)
        settings = {key: _checked(key, given[key]) for key in keys}
        object.__setattr__(self, "folder", path("folder", self.folder, "a folder", ClipError))
        object.__setattr__(self, "settings", MappingProxyType(settings))
        for key, others in _NEEDED.items():
            if key not in settings and any(other in settings for other in others):
                raise ClipError(f"{' and '.join(others)} change nothing without {key}")
        if "terrain.box" in settings:
            _check_box(settings)
        made = (*self.demonstration, *self.scene)  # values are checked where they are used
        idle = [key for key in ("prop.name", "prop.axes") if key in settings]
        if idle and not any(isinstance(step, PropPlace | PropSize | PropShape) for step in made):
            raise ClipError(
                f"{idle[0]} alone changes nothing: give an offset, a turn or a size too"
            )

    def __reduce__(self) -> tuple[type[Variant], tuple[str, dict[str, Setting], Path]]:
        return Variant, (self.name, dict(self.settings), self.folder)

    @property
    def files(self) -> dict[str, Path]:
        """The files that the settings name, by setting."""
        return {key: self.folder / str(self.settings[key]) for key in FILES if key in self.settings}

    @property
    def demonstration(self) -> tuple[ClipAugmentation, ...]:
        """What changes the demonstration, in this order."""
        steps: list[ClipAugmentation] = []
        arc = self._of("motion.", {"start": _same, "stop": _same})
        if arc:
            steps.append(Arc(**arc))
        if self.settings.get("motion.mirror"):
            steps.append(Mirror())
        for key, make in (("motion.speed", Speed), ("motion.stature", Stature)):
            if key in self.settings:
                steps.append(make(float(self.settings[key])))
        flight = self._of("terrain.", {"steps": _same, "steps_depth": _same, "steps_from": _same})
        if flight:
            names = {"steps": "height", "steps_depth": "depth", "steps_from": "start"}
            steps.append(Steps(**{names[key]: value for key, value in flight.items()}))
        tilt = self._of("terrain.", {"slope": radians, "slope_turn": radians})
        if tilt:
            steps.append(Slope(tilt["slope"], tilt.get("slope_turn", 0.0)))
        moved = self._of("scene.", {"x": _same, "y": _same, "turn": radians})
        return (*steps, Move(**moved)) if moved else tuple(steps)

    @property
    def scene(self) -> tuple[SceneAugmentation, ...]:
        """What changes the scene, in this order."""
        steps: list[SceneAugmentation] = []
        name = self.settings.get("prop.name")
        prop = None if name is None else str(name)
        if "prop.shape" in self.settings:
            steps.append(PropShape(prop, _shape(self.files["prop.shape"])))
        sizes = self._of("prop.size_", dict.fromkeys("xyz", _same))
        if sizes or "prop.size" in self.settings:
            whole = float(self.settings.get("prop.size", 1.0))
            steps.append(PropSize(prop, **{a: whole * sizes.get(a, 1.0) for a in "xyz"}))
        numbers = dict.fromkeys(("x", "y", "z", "tau", "tau_turn"), _same)
        place = self._of("prop.", {**numbers, "turn": radians})
        if place:
            axes = str(self.settings.get("prop.axes", "person"))
            steps.append(PropPlace(prop, axes=axes, **place))
        land = self._of("terrain.", {"height": _same, "depth": _same})
        if land:
            steps.append(TerrainSize(**land))
        if "terrain.box" in self.settings:
            box = cast(int | str, self.settings["terrain.box"])
            axes = str(self.settings.get("terrain.box_axes", "person"))
            moved = self._of("terrain.box_", {**dict.fromkeys("xyz", _same), "turn": radians})
            steps.append(TerrainBox(box, axes=axes, **moved))
        return tuple(steps)

    def unfit(self, clip: Clip) -> str | None:
        """Why the variant makes no sense for ``clip``; None if it does."""
        try:
            self._changes(self.demonstrated(clip))
        except Unfit as reason:
            return str(reason)
        return None

    def apply(self, clip: Clip) -> Varied:
        """The clip, and the scene to adapt it to: :meth:`adapted` to what is :meth:`demonstrated`.

        Raises:
            Unfit: the variant makes no sense for the clip.
        """
        return self.adapted(self.demonstrated(clip))

    def demonstrated(self, clip: Clip) -> Clip:
        """The demonstration changed, its name not: the same for all with this ``demonstration``.

        Raises:
            Unfit: the variant makes no sense for the clip.
        """
        for step in self.demonstration:
            reason = step.unfit(clip)
            if reason is not None:
                raise Unfit(reason)
            clip = step.apply(clip)
        return clip

    def adapted(self, clip: Clip) -> Varied:
        """What is demonstrated under the variant's name, and the scene to adapt it to.

        Args:
            clip: what :meth:`demonstrated` gave.

        Raises:
            Unfit: the variant makes no sense for the clip.
        """
        changes = self._changes(clip)
        scene = clip.scene
        for change in changes:
            scene = change.apply(scene, clip)
        if self.name != ORIGINAL:
            clip = replace(clip, name=f"{clip.name}_{self.name}")
        anchored = bool(changes) and all(change.anchored for change in changes)
        return Varied(clip, scene if changes else None, anchored)

    def _changes(self, clip: Clip) -> tuple[SceneAugmentation, ...]:
        """What changes the scene, and fits ``clip``."""
        changes = self.scene
        for change in changes:
            reason = change.unfit(clip)
            if reason is not None:
                raise Unfit(reason)
        return changes

    def _of(self, group: str, keys: Mapping[str, Callable[[float], float]]) -> dict[str, Any]:
        """The settings of a group that are given, by name, in the library's units."""
        return {
            key: unit(float(self.settings[group + key]))
            for key, unit in keys.items()
            if group + key in self.settings
        }


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Shape:
    return read_shape(path)


def _shape(path: Path) -> Shape:
    """The shape in a file, read once for all variants that name it, until it is changed."""
    return _read(path, path.stat().st_mtime_ns if os.path.isfile(path) else 0)


def _same(value: float) -> float:
    return value


def _checked(key: str, value: Setting) -> Setting:
    if key not in SETTINGS:
        unknown("setting", key, tuple(SETTINGS), ClipError)
    kind = SETTINGS[key]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        _NUMBER: number,
        _SWITCH: isinstance(value, bool),
        _WORD: isinstance(value, str),
        _BOX: type(value) is int or (isinstance(value, str) and value in LANDMARKS),
    }
    if not fits[kind]:
        raise ClipError(f"{key} = {shown(value)}: expected {kind}")
    if kind != _NUMBER:
        return value
    return arguments.number(key, value, "a finite number", endless=True, error=ClipError)


def _check_box(settings: Mapping[str, Setting]) -> None:
    if not any(key in settings for key in _BOX_MOVES):
        raise ClipError(f"terrain.box alone changes nothing: give {' or '.join(_BOX_MOVES)} too")
    if "terrain.height" in settings or "terrain.depth" in settings:
        raise ClipError(
            "terrain.box does not go with terrain.height and terrain.depth: feet are carried over "
            "to moved boxes or to stretched ones"
        )
