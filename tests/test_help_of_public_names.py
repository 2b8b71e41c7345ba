"""What ``help()`` and the prompt show of every public name."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import kinemesh
from kinemesh.solve import Settings
from kinemesh.streaming import StreamOptions

_ROOMS = ("kinemesh", *(m.name for m in walk_packages(kinemesh.__path__, "kinemesh.") if m.ispkg))


def shown() -> dict[str, Any]:
    """Every name that a room lists, and what it is; once, whoever lists it."""
    found: dict[int, tuple[str, Any]] = {}
    for room in map(import_module, _ROOMS):
        for name in getattr(room, "__all__", ()):
            value = getattr(room, name)
            found.setdefault(id(value), (f"{room.__name__}.{name}", value))
    return dict(found.values())


PUBLIC = shown()
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}


@cache
def parsed(file: str) -> ast.Module:
    """A module's tree."""
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def body(kind: type) -> list[ast.stmt]:
    """What stands in a class."""
    file = inspect.getsourcefile(kind)
    assert file is not None
    return next(
        node.body
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )


def says(statement: ast.stmt | None) -> bool:
    """Whether it is a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def told(kind: type) -> Iterator[tuple[str, bool]]:
    """Public fields and methods of a class, and whether each says what it is."""
    text = inspect.getdoc(kind) or ""
    statements = body(kind)
    for statement, after in zip(statements, [*statements[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            listed = re.search(rf"^ *(?:\w+, )*{name}(?:, \w+)*: ", text, re.MULTILINE)
            inherited = any(name in getattr(b, "__annotations__", ()) for b in kind.__mro__[1:])
            yield name, says(after) or listed is not None or inherited
        elif isinstance(statement, ast.FunctionDef):
            yield statement.name, bool(inspect.getdoc(getattr(kind, statement.name)))


def calls(name: str, value: Any) -> Iterator[tuple[str, inspect.Parameter]]:
    """The parameters of a function, or of a class and its methods."""
    found: dict[str, Callable[..., Any]] = {name: value}
    if inspect.isclass(value):
        methods = ((n, getattr(m, "__func__", m)) for n, m in vars(value).items())
        public = {n: m for n, m in methods if not n.startswith("_") and inspect.isfunction(m)}
        found = public if getattr(value, "_is_protocol", False) else {name: value, **public}
    for where, function in found.items():
        try:
            signature = inspect.signature(function)
        except ValueError:  # an enumeration's, an error's
            continue
        for parameter in signature.parameters.values():
            yield f"{name}: {where}", parameter


def test_every_public_class_and_function_says_what_it_is() -> None:
    assert len(CLASSES) > 100
    assert len(FUNCTIONS) > 60
    silent = [
        name
        for name, value in (CLASSES | FUNCTIONS).items()
        if not value.__doc__ or value.__doc__.startswith(f"{value.__name__}(")
    ]
    assert silent == []


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_and_method_of_a_public_class_says_what_it_is(name: str) -> None:
    parts = [(part, said) for part, said in told(CLASSES[name]) if not part.startswith("_")]
    assert [part for part, said in parts if not said] == []


def test_a_field_that_says_nothing_is_seen() -> None:
    parts = dict(told(Silent))
    assert parts == {"length": False, "width": True, "depth": True, "area": False}


class Silent:
    """Not all that it should say.

    Attributes:
        depth: [m].
    """

    length: float
    width: float
    """[m]."""
    depth: float

    def area(self) -> float:
        return self.length * self.width


@pytest.mark.parametrize("name", CLASSES | FUNCTIONS)
def test_help_shows_real_signatures_and_short_defaults(name: str) -> None:
    text = pydoc.render_doc(PUBLIC[name], renderer=pydoc.plaintext)
    assert len(text.splitlines()) > 2
    for where, parameter in calls(name, PUBLIC[name]):
        if parameter.default is not parameter.empty:
            default = repr(parameter.default)
            assert len(default) <= 100, f"{where}, {parameter.name}"
            assert " at 0x" not in default, f"{where}, {parameter.name}"
        if parameter.kind is parameter.VAR_KEYWORD:
            assert "Unpack[" in str(parameter.annotation), f"{where}: {parameter}"


@pytest.mark.parametrize("room", [r for r in _ROOMS if hasattr(import_module(r), "__all__")])
def test_help_of_a_room_shows_its_names(room: str) -> None:
    module = import_module(room)
    text = pydoc.render_doc(module, renderer=pydoc.plaintext)
    listed = set(module.__all__) - {"__version__"}
    assert [name for name in listed if not re.search(rf"\b{name}\b", text)] == []


def test_settings_that_are_handed_on_are_those_that_are_taken() -> None:
    taken = list(inspect.signature(kinemesh.Retargeter).parameters)
    assert [n for n in taken if n not in ("robot", "refine")] == list(Settings.__annotations__)
    own = [
        p for p in inspect.signature(kinemesh.Stream).parameters.values() if p.kind != p.VAR_KEYWORD
    ]
    listed = [n for n in StreamOptions.__annotations__ if n not in Settings.__annotations__]
    assert [p.name for p in own if p.name not in ("robot", "skeleton")] == listed
    said = inspect.getdoc(kinemesh.Stream) or ""
    assert all(f"``{name}``" in said for name in Settings.__annotations__)


def test_values_show_themselves_in_a_line() -> None:
    clip = kinemesh.demos.lift_box().crop(0, 4)
    retargeter = kinemesh.Retargeter("g1", refine=None)
    result = retargeter.retarget(clip)
    prop = clip.scene.props[0]
    values = [
        *(clip, clip.scene, prop, prop.shape, prop.shape.parts[0]),
        *(retargeter.robot, retargeter, result, result.trajectory, result.scene),
        kinemesh.Terrain(prop.shape),
        kinemesh.TrajectoryFile.from_result(result, retargeter.robot),
        kinemesh.Calibration.of(kinemesh.demos.walk().crop(0, 15)),
        kinemesh.Stream(retargeter.robot, skeleton=clip.skeleton),
    ]
    for value in values:
        text = repr(value)
        assert re.fullmatch(rf"{type(value).__name__}\(.+\)", text)
        assert len(text) <= 100, text
    assert repr(clip) == "Clip('lift_box', 4 frames at 30/s, kinemesh23, 1.75 m, box)"
    assert repr(prop.shape) == "Shape(closed, 0.3 x 0.4 x 0.3 m, 12 triangles, 1 part)"
