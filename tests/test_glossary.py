"""What the documents say is somewhere is there: terms of the glossary, modules."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import kinemesh
from document_blocks import DOCUMENTS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "conventions.md"
PACKAGE = Path(kinemesh.__file__).parent


def rows() -> list[list[str]]:
    """The cells of the glossary's rows."""
    if not DOCUMENT.is_file():
        return []
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Glossary")[2]
    table = text.partition("**Landmarks**")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


ROWS = rows()


def found(where: str) -> object:
    """What a dotted name below ``kinemesh`` stands for."""
    thing: object = kinemesh
    path = "kinemesh"
    for name in where.split("."):
        path += f".{name}"
        if not hasattr(thing, name) and name not in getattr(thing, "__dataclass_fields__", {}):
            importlib.import_module(path)
        thing = getattr(thing, name, thing)
    return thing


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_term_is_where_the_glossary_says(row: list[str]) -> None:
    term, meaning, symbol, where = row
    assert term and meaning
    assert not symbol or symbol.startswith("$")
    name = re.fullmatch(r"`([\w.]+)`", where)
    assert name is not None, where
    found(name[1])


def test_a_name_that_is_nowhere_is_seen() -> None:
    with pytest.raises(ModuleNotFoundError):
        found("motion.Clips")


def test_no_term_is_explained_twice() -> None:
    if not ROWS:
        pytest.skip("there are no documents")
    terms = [term.strip() for row in ROWS for term in row[0].split(",")]
    assert len(terms) > 40
    assert len(set(terms)) == len(terms)


def test_every_module_that_the_documents_name_is_there() -> None:
    rooms = {folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()}
    lost = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for named in re.findall(r"`((?:kinemesh/)?[a-z_]+/[a-z_/]+\.py)`", text):
            inside = named.removeprefix("kinemesh/")
            ours = inside != named or inside.partition("/")[0] in rooms
            if ours and not (PACKAGE / inside).is_file():
                lost.append(f"{document.name}: {named}")
    assert lost == []
