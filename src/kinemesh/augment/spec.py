"""The spec file: grids and random samples of variants."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from kinemesh._files import toml
from kinemesh.arguments import mapping, several, text
from kinemesh.arguments import path as given
from kinemesh.augment.variant import FILES, ORIGINAL, SETTINGS, Setting, Variant
from kinemesh.errors import ClipError, ReadError

_MOST = 100_000
"""More variants than this are a slip of the keyboard."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class Spec:
    """The variants that are to be made of every clip.

    Raises:
        ClipError: two variants of one name, or none.
    """

    variants: tuple[Variant, ...] = (Variant(),)
    """In the order in which they are made; the unchanged clip alone if left out."""

    def __post_init__(self) -> None:
        variants = several("variants", self.variants, Variant, "a tuple of Variants")
        object.__setattr__(self, "variants", variants)
        names = [variant.name for variant in self.variants]
        twice = sorted({name for name in names if names.count(name) > 1}) if _few(names) else []
        if len(set(names)) != len(names):
            raise ClipError(
                f"two variants are called {', '.join(twice[:3]) or 'the same'}: give the groups "
                f"names of their own"
            )


def read_spec(path: str | Path) -> Spec:
    """Read a spec file, TOML, as docs/augmentation.md describes it.

    Raises:
        ReadError: the file cannot be read, or holds what a spec does not have.
    """
    file = given("path", path, "a spec file", ReadError)
    table = toml.load(file, "variants, under [[grid]] or [[random]]")
    return spec_of(table, file.parent, file.name)


def spec_of(table: Mapping[str, Any], folder: Path = Path(), where: str = "the spec") -> Spec:
    """The spec that the contents of a file in ``folder`` mean; errors name it by ``where``.

    Raises:
        ReadError: an unknown key, a value of the wrong kind, or two variants of one name.

    Examples:
        >>> grid = {"name": "box", "prop": {"x": [-0.2, 0.2], "turn": [-45, 45]}}
        >>> spec = kinemesh.augment.spec_of({"grid": [grid]})
        >>> [variant.name for variant in spec.variants]
        ['original', 'box_prop.x=-0.2_prop.turn=-45', ...
    """
    mapping("table", table, "what a spec file holds")
    text("where", where, "words for the file")
    folder = given("folder", folder, "a folder", ReadError)
    toml.check_keys(where, table, ("original", "grid", "random"))
    original = toml.checked(where, "original", table.get("original", True), bool)
    variants = [Variant()] if original else []
    for kind, make in (("grid", _grid), ("random", _random)):
        for number, (place, group) in enumerate(toml.entries(where, table, kind), start=1):
            try:
                variants += make(place, group, f"{kind}{number}", folder)
            except ClipError as error:
                raise ReadError(f"{place}: {error}") from error
            if len(variants) > _MOST:
                raise ReadError(
                    f"{where}: more than {_MOST} variants of every clip; expected fewer"
                )
    if not variants:
        raise ReadError(
            f"{where}: no variants: give [[grid]] or [[random]], or leave original = true"
        )
    try:
        return Spec(tuple(variants))
    except ClipError as error:
        raise ReadError(f"{where}: {error}") from error


def _grid(where: str, group: Mapping[str, Any], default: str, folder: Path) -> list[Variant]:
    """Every combination of the values listed."""
    name = _name(group, default)
    values = {
        key: value if isinstance(value, list) else [value]
        for key, value in _settings(where, group, ("name",)).items()
    }
    if not values or not all(values.values()):
        raise ClipError("expected settings, each with a value or a list of values")
    if np.prod([float(len(v)) for v in values.values()]) > _MOST:
        raise ClipError(f"more than {_MOST} combinations; expected fewer")
    varied = [key for key, options in values.items() if len(options) > 1]
    return [
        Variant("_".join([name, *(_said(key, choice[key]) for key in varied)]), choice, folder)
        for options in itertools.product(*values.values())
        for choice in [dict(zip(values, options, strict=True))]
    ]


def _random(where: str, group: Mapping[str, Any], default: str, folder: Path) -> list[Variant]:
    """``count`` draws, each with a generator of its own: more leave the first as they are."""
    name = _name(group, default)
    count, seed = (_whole(group, key, default) for key, default in (("count", None), ("seed", 0)))
    if not 1 <= count <= _MOST:
        raise ClipError(f"count = {count}; expected 1 to {_MOST}")
    ranges = _settings(where, group, ("name", "count", "seed"))
    if not ranges:
        raise ClipError("expected settings, each with a value or a range [low, high]")
    width = max(3, len(str(count - 1)))
    variants = []
    for draw in range(count):
        rng = np.random.default_rng([seed, draw])
        settings = {key: _drawn(key, ranges[key], rng) for key in sorted(ranges)}
        variants.append(Variant(f"{name}_{draw:0{width}d}", settings, folder))
    return variants


def _drawn(key: str, value: Any, rng: np.random.Generator) -> Setting:
    """A value from a range, one of a list of words, or the one that is given."""
    if not isinstance(value, list):
        return cast(Setting, value)  # the variant checks it
    if not value:
        raise ClipError(f"{key} = []: expected a range [low, high]")
    if SETTINGS[key] != "a number":
        return cast(Setting, value[int(rng.integers(len(value)))])
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    if len(value) != 2 or not numbers or not -np.inf < value[0] <= value[1] < np.inf:
        raise ClipError(f"{key} = {value}: expected a range [low, high] of finite numbers")
    return round(float(rng.uniform(value[0], value[1])), 6)


def _settings(where: str, group: Mapping[str, Any], others: Sequence[str]) -> dict[str, Any]:
    """The settings of a group, flat: ``prop.x`` for ``x`` in ``prop``."""
    groups: dict[str, list[str]] = {}
    for setting in SETTINGS:
        key, name = setting.split(".")
        groups.setdefault(key, []).append(name)
    toml.check_keys(where, group, (*others, *groups))
    flat: dict[str, Any] = {}
    for key, known in groups.items():
        such = f"settings such as {key}.{known[0]}"
        table = toml.checked(where, key, group.get(key, {}), dict, such)
        toml.check_keys(f"{where}, {key}", table, known)
        flat |= {f"{key}.{name}": value for name, value in table.items()}
    return flat


def _name(group: Mapping[str, Any], default: str) -> str:
    name = group.get("name", default)
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == ORIGINAL:
        raise ClipError(f"name = {name!r}: expected letters, digits, _ . + -, not {ORIGINAL!r}")
    return name


def _whole(group: Mapping[str, Any], key: str, default: int | None) -> int:
    value = group.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ClipError(f"{key} = {value!r}: expected a whole number, 0 or more")
    return value


def _said(key: str, value: Any) -> str:
    """A setting in a file's name."""
    if key in FILES and isinstance(value, str):
        value = re.sub(r"[^A-Za-z0-9_.+-]", "-", Path(value).stem)
    elif isinstance(value, str):
        value = re.sub(r"[^\w.+-]", "-", value)
    text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value
    return f"{key}={text}".lower() if isinstance(value, bool) else f"{key}={text}"


def _few(names: Sequence[str]) -> bool:
    return len(names) <= 1000
