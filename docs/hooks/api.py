"""The pages of the API: one a room, every public name on one of them."""

from __future__ import annotations

import ast
from pathlib import Path

import griffe
from references import marked

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "kinemesh"
_UNSHOWN = {"cli"}
"""Rooms whose public name is a command."""
_WHOLE = "\n    options:\n      inherited_members: true"
"""A class with what its bases have: those of the face may stand on one that no page shows."""


def rooms() -> list[str]:
    """Rooms that list what they show, and the errors, in the order of the alphabet."""
    shown = [p.parent.name for p in PACKAGE.glob("*/__init__.py") if names(p.parent.name)]
    return sorted({*shown, "errors"} - _UNSHOWN)


def names(room: str) -> list[str]:
    """What a room shows: ``__all__``, or for a room of one file its classes."""
    source = _source(room)
    for node in source.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return [node.name for node in source.body if isinstance(node, ast.ClassDef)]


def faces() -> dict[str, str]:
    """Names that ``kinemesh`` itself shows, and the room of each."""
    for node in _source("").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES":
            homes = ast.literal_eval(node.value)
            return {name: room.split(".")[0] for room, shown in homes.items() for name in shown}
    raise LookupError("kinemesh/__init__.py has no _HOMES")


def page(room: str) -> str:
    """The page of ``room``, as Markdown: what ``kinemesh`` shows of it first."""
    face = [name for name, home in faces().items() if home == room]
    whole = "" if room == "errors" else _WHOLE
    shown = [f"::: kinemesh.{name}{whole}" for name in face]
    shown += [f"::: kinemesh.{room}.{name}" for name in names(room) if name not in face]
    entries = "\n\n".join(shown)
    return f"# kinemesh.{room}\n\n{_said(room)}\n\n{entries}\n"


def table() -> str:
    """Names of ``kinemesh``, what each is, and its room, as Markdown."""
    package = griffe.load("kinemesh", search_paths=[PACKAGE.parent])
    rows = []
    for name, room in sorted(faces().items(), key=lambda item: item[0].lower()):
        said = package[name].docstring.value.split("\n\n")[0]
        what = marked(" ".join(said.split()), lambda name: f"kinemesh.{name}")
        rows.append(f"| [`{name}`][kinemesh.{name}] | {what} | [`{room}`]({room}.md) |")
    return "\n".join(["| name | what it is | room |", "|---|---|---|", *rows])


def contents() -> str:
    """Rooms, each with the first line of what it says of itself, as Markdown."""
    rows = [f"| [`kinemesh.{room}`]({room}.md) | {_first(room)} |" for room in rooms()]
    return "\n".join(["| room | what it is |", "|---|---|", *rows])


def _first(room: str) -> str:
    return " ".join(_said(room).split("\n\n")[0].split())


def _said(room: str) -> str:
    """What a room says of itself, as Markdown."""
    said = ast.get_docstring(_source(room)) or ""
    return marked(said, lambda name: f"kinemesh.{room}.{name}")


def _source(room: str) -> ast.Module:
    folder = PACKAGE / room
    file = folder / "__init__.py" if folder.is_dir() else PACKAGE / f"{room}.py"
    return ast.parse(file.read_text(encoding="utf-8"))
