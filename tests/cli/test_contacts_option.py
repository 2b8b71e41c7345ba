"""``--contacts``: what the user says of stance and touch, in every command that takes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from commands import Command
from kinemesh import Result
from recordings import recording


@pytest.mark.slow
def test_contacts_given_are_what_info_shows_and_what_the_result_holds(
    kinemesh_command: Command, recorded: Path, out: Path, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text('[[stance]]\nfoot = "left"\nframes = [2, 9]\nplanted = false\n')
    plain = json.loads(kinemesh_command("info", recorded, "--json").out)
    done = kinemesh_command("info", recorded, "--contacts", file, "--json")
    shown = json.loads(done.out)
    assert shown["stance"] != plain["stance"]
    assert "contacts, given: left foot not planted in frames 2-9" in shown["found"]
    assert kinemesh_command("retarget", recorded, "-o", out, "--contacts", file).status == 0
    assert not Result.load(out).stance["left_toe"][2:10].any()
    assert json.loads(kinemesh_command("info", out, "--json").out)["stance"] == shown["stance"]
    measured = kinemesh_command("evaluate", out, "--clip", recorded, "--contacts", file, "--json")
    assert any("left foot not planted" in note for note in json.loads(measured.out)["notes"])


@pytest.mark.slow
def test_contacts_of_any_part_with_the_ground_are_shown_and_corrected(
    kinemesh_command: Command, out: Path, tmp_path: Path
) -> None:
    kneeling = recording("../faults/half_kneel/half_kneel.npy")
    asked = (kneeling, "--source-fps", 30, "--start", 1.0, "--stop", 1.7)
    plain = json.loads(kinemesh_command("info", *asked, "--json").out)
    assert any(line.startswith("right_knee on ground in ") for line in plain["touch"])
    file = tmp_path / "contacts.toml"
    file.write_text(
        '[[touch]]\npart = "right_knee"\nthing = "ground"\nframes = [30, 44]\ntouching = false\n'
        '[[touch]]\npart = "left_knee"\nthing = "ground"\nframes = [32, 40]\ntouching = true\n'
    )
    shown = json.loads(kinemesh_command("info", *asked, "--contacts", file, "--json").out)
    frames = int(plain["frames"].split()[0])
    assert f"left_knee on ground in 9 of {frames} frames: 2-10" in shown["touch"]
    assert (
        f"right_knee on ground in {frames - 15} of {frames} frames: 15-{frames - 1}"
        in shown["touch"]
    )
    done = kinemesh_command("retarget", *asked, "-o", out, "--contacts", file)
    assert (done.status, done.err) == (0, "")
    assert Result.load(out).touch["left_knee", "ground"].nonzero()[0].tolist() == [*range(2, 11)]
    assert json.loads(kinemesh_command("info", out, "--json").out)["touch"] == shown["touch"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[stance]]\nfoot="toe"\nframes=[0, 1]\nplanted=true\n', r"unknown foot 'toe'.*left, rig"),
        ('[[stance]]\nfoot="left"\nframes=[0, 99]\nplanted=true\n', r"the clip has 24 frames"),
        (
            '[[touch]]\npart="left_hand"\nthing="box"\nframes=[0, 1]\ntouching=true\n',
            r"unknown thing 'box'; this clip has: ground",
        ),
        (
            '[[touch]]\npart="left_toe"\nthing="ground"\nframes=[0, 1]\ntouching=true\n',
            r"unknown part 'left_toe'.*left_knee",
        ),
    ],
)
@pytest.mark.parametrize("command", ["retarget", "info"])
def test_contacts_that_do_not_fit_the_clip_name_the_file_and_what_there_is(
    command: str, text: str, message: str, kinemesh_command: Command, recorded: Path, out: Path
) -> None:
    file = out.with_name("contacts.toml")
    file.write_text(text)
    more = ("-o", out) if command == "retarget" else ()
    done = kinemesh_command(command, recorded, *more, "--contacts", file)
    assert (done.status, done.out) == (2, "")
    assert re.match(r"error: contacts\.toml: .*" + message, done.err), done.err
    assert not out.exists()
