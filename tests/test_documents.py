"""The documents speak of files that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import kinemesh
from document_blocks import DOCUMENTS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(kinemesh.__file__).parent


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_module_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()} | {"io", "lint"}
    for name in re.findall(r"`(?:src/)?(?:kinemesh/)?([a-z_]+(?:/[a-z_]+)*\.py)`", text):
        if "/" in name and name.split("/")[0] in rooms:
            assert (PACKAGE / name).is_file(), f"{document.name}: {name}"


def test_the_plan_has_a_row_for_every_room() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    table = text[text.index("## Rooms") : text.index("## Decisions")]
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "_version", "__pycache__"} - {"py", "robots"} <= told


def test_the_plan_draws_the_floors_that_are_held() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    drawn = text[text.index("## Floors") :].split("```")[1].split("\n")[1:-1]
    held = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("layers = [")[1]
    layers = re.findall(r'"(.*)"', held.split("]")[0])
    assert drawn == [layer.replace("kinemesh.", "") for layer in layers]


def test_the_page_of_installation_has_a_row_for_every_extra() -> None:
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    section = text[text.index("## Extras") : text.index("## Conda")]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(rows) == sorted(project["optional-dependencies"])


def test_the_page_of_installation_asks_conda_for_everything_that_is_needed() -> None:
    names = {"pin": "pinocchio-python"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=]", entry)[0] for entry in project["dependencies"]}
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    section = text[text.index("## Conda") : text.index("## Windows")]
    asked = set(re.findall(r"[\w-]+", section.split("```")[1]))
    recipe = (ROOT / "packaging" / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    run = recipe[recipe.index("  run:") : recipe.index("  run_constraints:")]
    listed = {name.removesuffix("-base") for name in re.findall(r"- ([\w-]+)", run)}
    for name in needed:
        assert names.get(name, name) in asked, name
        assert names.get(name, name) in listed, name


def test_every_doubt_has_what_to_give() -> None:
    raised = set()
    for path in (PACKAGE / "metrics").rglob("*.py"):
        raised |= set(re.findall(r'Doubt\("(doubt\.\w+)"', path.read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "howto" / "unsure.md").read_text(encoding="utf-8")
    assert raised == set(re.findall(r"^\| `(doubt\.\w+)`", page, re.MULTILINE))
