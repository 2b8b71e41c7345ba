"""The spec file: grids and random samples of variants."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from kinemesh.augment.variant import FILES, ORIGINAL, SETTINGS, Setting, Variant
from kinemesh.errors import ClipError, ReadError

_MOST = 100_000
"""More variants than this are a slip of the keyboard."""

_LARGEST = 1 << 20
"""Nor is a file of settings larger than this [bytes]."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class Spec:
    """The variants that are to be made of every clip."""

    variants: tuple[Variant, ...] = (Variant(),)

    def __post_init__(self) -> None:
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
    file = Path(path)
    try:
        if file.stat().st_size > _LARGEST:
            raise ReadError(f"{file}: larger than 1 MiB; expected a short file of settings")
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        repr(table)  # tables that nest without end cannot be shown either
    except ReadError:
        raise
    except OSError as error:
        raise ReadError(f"{file}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{file}: not valid TOML ({error})") from error
    try:
        return spec_of(table, file.parent)
    except ClipError as error:
        raise ReadError(f"{file.name}: {error}") from error


def spec_of(table: Mapping[str, Any], folder: Path = Path()) -> Spec:
    """The spec that the contents of a file in ``folder`` mean.

    Raises:
        ClipError: an unknown key, a value of the wrong kind, or two variants of one name.
    """
    _known("the file", table, ("original", "grid", "random"))
    original = table.get("original", True)
    if not isinstance(original, bool):
        raise ClipError(f"original = {original!r}: expected true or false")
    variants = [Variant()] if original else []
    for kind, make in (("grid", _grid), ("random", _random)):
        groups = table.get(kind, [])
        if not isinstance(groups, list) or not all(isinstance(g, Mapping) for g in groups):
            raise ClipError(f"{kind}: expected tables, each under [[{kind}]]")
        for number, group in enumerate(groups, start=1):
            try:
                variants += make(group, number, folder)
            except ClipError as error:
                raise ClipError(f"[[{kind}]] {number}: {error}") from error
            if len(variants) > _MOST:
                raise ClipError(f"more than {_MOST} variants of every clip; expected fewer")
    if not variants:
        raise ClipError("no variants: give [[grid]] or [[random]], or leave original = true")
    return Spec(tuple(variants))


def _grid(group: Mapping[str, Any], number: int, folder: Path) -> list[Variant]:
    """Every combination of the values listed."""
    name = _name(group, f"grid{number}")
    values = {
        key: value if isinstance(value, list) else [value]
        for key, value in _settings(group, ("name",)).items()
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


def _random(group: Mapping[str, Any], number: int, folder: Path) -> list[Variant]:
    """``count`` draws, each with a generator of its own: more leave the first as they are."""
    name = _name(group, f"random{number}")
    count, seed = (_whole(group, key, default) for key, default in (("count", None), ("seed", 0)))
    if not 1 <= count <= _MOST:
        raise ClipError(f"count = {count}; expected 1 to {_MOST}")
    ranges = _settings(group, ("name", "count", "seed"))
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


def _settings(group: Mapping[str, Any], others: Sequence[str]) -> dict[str, Any]:
    """The settings of a group, flat: ``prop.x`` for ``x`` in ``prop``."""
    groups = dict.fromkeys(key.split(".")[0] for key in SETTINGS)
    _known("the group", group, (*others, *groups))
    flat: dict[str, Any] = {}
    for key in groups:
        table = group.get(key, {})
        if not isinstance(table, Mapping):
            raise ClipError(f"{key} = {table!r}: expected settings such as {key}.x")
        for inner, value in table.items():
            if f"{key}.{inner}" not in SETTINGS:
                known = ", ".join(k for k in SETTINGS if k.startswith(f"{key}."))
                raise ClipError(f"unknown setting {key}.{inner}; known are {known}")
            flat[f"{key}.{inner}"] = value
    return flat


def _known(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise ClipError(f"unknown key {key!r} in {where}; known are {', '.join(known)}")


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
    text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value
    return f"{key}={text}".lower() if isinstance(value, bool) else f"{key}={text}"


def _few(names: Sequence[str]) -> bool:
    return len(names) <= 1000
