"""Spec files: what they mean, and that nothing unknown is passed over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kinemesh.augment import ORIGINAL, SETTINGS, read_spec
from kinemesh.batch import read_sources
from kinemesh.errors import ReadError

GRID = """
[[grid]]
name = "box"
prop.x = [-0.2, 0.2]
prop.turn = [-45, 0, 45]
prop.tau = inf
"""


def spec(folder: Path, text: str):
    file = folder / "aug.toml"
    file.write_text(text)
    return read_spec(file)


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    variants = spec(tmp_path, GRID).variants
    assert [v.name for v in variants][:2] == [ORIGINAL, "box_prop.x=-0.2_prop.turn=-45"]
    assert len({v.name for v in variants}) == len(variants) == 7
    places = {(v.settings["prop.x"], v.settings["prop.turn"]) for v in variants[1:]}
    assert places == {(x, turn) for x in (-0.2, 0.2) for turn in (-45.0, 0.0, 45.0)}
    assert all(v.settings["prop.tau"] == float("inf") for v in variants[1:])


def test_draws_lie_in_their_ranges_and_depend_on_the_seed_alone(tmp_path: Path) -> None:
    text = '[[random]]\nname = "r"\ncount = {}\nseed = {}\nprop.x = [-0.1, 0.3]\nprop.y = 0.1\n'
    five = spec(tmp_path, text.format(5, 7)).variants[1:]
    assert all(-0.1 <= v.settings["prop.x"] <= 0.3 for v in five)
    assert len({v.settings["prop.x"] for v in five}) == 5
    assert {v.settings["prop.y"] for v in five} == {0.1}
    more = spec(tmp_path, text.format(9, 7)).variants[1:]
    assert [dict(v.settings) for v in more[:5]] == [dict(v.settings) for v in five]
    other = spec(tmp_path, text.format(5, 8)).variants[1:]
    assert other[0].settings["prop.x"] != five[0].settings["prop.x"]


def test_the_original_can_be_left_out(tmp_path: Path) -> None:
    names = [v.name for v in spec(tmp_path, "original = false\n" + GRID).variants]
    assert ORIGINAL not in names and len(names) == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orginal = false", "unknown key 'orginal'"),
        ("[[grid]]\nprops.x = 1", "unknown key 'props'"),
        ("[[grid]]\nprop.w = 1", "[[grid]] 1, prop: unknown key 'w'; known are x, y, z, turn"),
        ("[[grid]]\ncount = 3\nprop.x = 1", "unknown key 'count'"),
        ("[[grid]]\nprop.x = 'far'", "expected a number"),
        ("[[grid]]\nprop.x = true", "expected a number"),
        ("[[grid]]\nprop.x = nan", "finite"),
        ("[[grid]]\nprop.size = -1", "0.1 to 10"),
        ("[[grid]]\nmotion.mirror = 1", "true or false"),
        ("[[grid]]\nname = '../x'\nprop.x = 1", "expected letters"),
        ("[[grid]]\nname = 'a'", "expected settings"),
        ("[[grid]]\nprop.x = []", "expected settings"),
        ("[[grid]]\nprop.name = 'box'", "changes nothing"),
        ("[[random]]\nprop.x = [0, 1]", "count = None"),
        ("[[random]]\ncount = 0\nprop.x = [0, 1]", "count = 0"),
        ("[[random]]\ncount = 2\nseed = -1\nprop.x = [0, 1]", "seed = -1"),
        ("[[random]]\ncount = 2\nprop.x = [1, 0]", "range"),
        ("[[random]]\ncount = 2\nprop.x = [0, 1, 2]", "range"),
        ("[[random]]\ncount = 2\nprop.x = [0, inf]", "finite"),
        ("[[random]]\ncount = 999999\nprop.x = [0, 1]", "count"),
        ("[grid]\nprop.x = 1", "under [[grid]]"),
        ("original = 1", "true or false"),
        ("original = false", "no variants"),
        (GRID + GRID, "two variants"),
        ("[[grid", "not valid TOML"),
    ],
)
def test_what_a_spec_does_not_have_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        spec(tmp_path, text)
    assert said in str(caught.value)
    assert "aug.toml" in str(caught.value)


def test_a_missing_spec_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nowhere\.toml"):
        read_spec(tmp_path / "nowhere.toml")


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "augmentation.md"


def test_the_spec_in_the_documentation_is_one(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    variants = spec(tmp_path, blocks[0]).variants
    assert len(variants) == 1 + 6 + 20
    assert {v.settings["motion.mirror"] for v in variants[7:]} == {False, True}
    (tmp_path / "clips.toml").write_text(blocks[1])
    assert [s.name for s in read_sources([tmp_path / "clips.toml"])] == [
        "sub3_largebox_003",
        "climb",
    ]


def test_every_setting_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for key in SETTINGS:
        group, name = key.split(".")
        short = f"`_{name.removeprefix('size_')}`"
        assert f"`{key}`" in text or (group == "prop" and short in text), key
