"""``--mass``: what props weigh, from the recording to the result and to whoever reads it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from commands import Command, walking
from kinemesh import Result, RobotModel, demos
from kinemesh.batch.sources import read_sources
from kinemesh.cli.source import masses
from kinemesh.errors import ClipError, OptionError, ReadError
from kinemesh.matching import match


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording with a box that weighs 3 kg, of which the robot's copy is smaller."""
    folder = tmp_path_factory.mktemp("scene")
    np.save(folder / "walk.npy", walking(12))
    (folder / "scene.toml").write_text(
        '[clip]\nfile = "walk.npy"\nfps = 30\nskeleton = "lafan22"\n'
        '[[prop]]\nname = "crate"\nbox = [0.4, 0.3, 0.3]\npose = [3.0, 0.0, 0.15]\n'
        "mass = 3.0\nrobot_scale = 0.5\n"
    )
    return folder / "scene.toml"


def test_info_says_masses_and_which_are_assumed(
    kinemesh_command: Command, scene: Path, tmp_path: Path
) -> None:
    assert "; 3 kg, stated" in kinemesh_command("info", scene).out
    assert "; 2.5 kg, stated" in kinemesh_command("info", scene, "--mass", "2.5").out
    assert "; 0.7 kg, stated" in kinemesh_command("info", scene, "--mass", "crate=0.7").out
    bare = scene.with_name("bare.toml")
    bare.write_text(scene.read_text().replace("mass = 3.0\n", ""))
    # 30 kg/m3 of 0.4 x 0.3 x 0.3 m
    assert "; 1.08 kg, assumed: 30 kg/m3" in kinemesh_command("info", bare).out


@pytest.mark.slow
def test_the_robots_copy_has_its_part_of_the_mass_in_the_file_too(
    kinemesh_command: Command, scene: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.npz"
    done = kinemesh_command("retarget", scene, "-o", out, "--mass", "crate=4")
    assert done.status == 0, done.err
    result = Result.load(out)
    assert result.scene.props[0].mass == 4.0 * 0.5**3
    assert result.demonstration is not None
    assert result.demonstration.scene.props[0].mass == 4.0
    assert "; 0.5 kg, stated" in kinemesh_command("info", out).out
    # Beside a trajectory a mass is that of the robot's prop, whether the recording is given or not.
    for recording in (None, result.demonstration, scene):
        assert match(out, recording, mass=0.2).scene.props[0].mass == 0.2
        assert match(out, recording).scene.props[0].mass == 0.5
    bare = match(result.trajectory, scene, mass={"crate": 0.2})
    assert bare.scene.props[0].mass == 0.2
    assert match(result.trajectory, scene).scene.props[0].mass == 3.0 * 0.5**3
    assert match(out, scene=result.scene, mass=0.3).scene.props[0].mass == 0.3
    done = kinemesh_command("evaluate", out, "--mass", "box=3")
    assert done.status == 2 and "unknown prop in masses: 'box'" in done.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("heavy", "--mass 'heavy': expected kilograms, as 2.5 or box=2.5"),
        ("crate=heavy", "--mass 'crate=heavy': expected kilograms"),
        ("=2", "--mass"),
        ("crate=2,crate=3", "--mass"),
        ("0", "masses = 0"),
        ("nan", "mass"),
        ("crate=-1", "mass"),
        ("drum=2", "unknown prop in masses: 'drum'"),
    ],
)
def test_a_mass_that_cannot_be_is_one_line(
    kinemesh_command: Command, scene: Path, tmp_path: Path, given: str, words: str
) -> None:
    out = tmp_path / "a.npz"
    done = kinemesh_command("retarget", scene, "-o", out, "--mass", given)
    assert done.status == 2
    assert words in done.err and done.err.count("\n") == 1
    assert not out.exists()


def test_a_mass_without_a_prop_is_refused(kinemesh_command: Command, recorded: Path) -> None:
    done = kinemesh_command("info", recorded, "--mass", "2")
    assert done.status == 2 and "no prop" in done.err
    done = kinemesh_command("evaluate", recorded, "--mass", "2,3")
    assert done.status == 2 and done.err.count("\n") == 1


def test_masses_are_read_as_they_are_written() -> None:
    assert masses("2.5") == 2.5
    assert masses("box=2.5") == {"box": 2.5}
    assert masses("a=b=1,chair=4") == {"a=b": 1.0, "chair": 4.0}
    with pytest.raises(OptionError):
        masses("box=2,chair")


def test_a_listing_may_say_what_the_object_weighs(scene: Path, tmp_path: Path) -> None:
    listing = tmp_path / "all.toml"
    listing.write_text(f'[[clip]]\npath = "{scene}"\nmass = 7\n')
    (source,) = read_sources([listing])
    assert source.read().scene.props[0].mass == 7.0
    assert source.options()["mass"] == 7.0
    listing.write_text(f'[[clip]]\npath = "{scene}"\nmass = "7 kg"\n')
    with pytest.raises(ReadError, match="mass"):
        read_sources([listing])
    listing.write_text(f'[[clip]]\npath = "{scene}"\nmass = 0\n')
    with pytest.raises(ClipError, match="mass"):
        read_sources([listing])[0].read()


def test_the_demo_with_a_box_is_judged_with_any_mass(robot: RobotModel) -> None:
    result = kinemesh.retarget(demos.lift_box().crop(90, 96), robot)
    assert kinemesh.evaluate(result, mass=2.0).state == kinemesh.evaluate(result).state
    assert json.dumps(match(result, mass={"box": 2}).scene.props[0].mass) == "2.0"
