"""``kinemesh doctor``."""

from __future__ import annotations

import json

import pytest

from commands import Command
from kinemesh.doctor import Examination, Finding

OK = Finding("machine", "python", "ok", "CPython 3.11", facts={"version": "3.11"})
ODD = Finding("kernel", "in use", "odd", "reference", "install it anew")
BROKEN = Finding("packages", "numpy", "broken", "not installed", 'pip install "numpy>=2.0"')


def found(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Let the examination find that."""
    monkeypatch.setattr(
        "kinemesh.cli.commands.doctoring.examine", lambda progress: Examination(findings)
    )


def test_what_is_sound_is_status_0_although_something_is_odd(
    kinemesh_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, OK, ODD)
    done = kinemesh_command("doctor")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "machine",
        "  ok      python                  CPython 3.11",
        "kernel",
        "  odd     in use                  reference",
        "          install it anew",
        "sound, 1 odd",
    ]


def test_what_is_broken_is_status_1_with_what_to_do(
    kinemesh_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, OK, BROKEN)
    done = kinemesh_command("doctor")
    assert (done.status, done.err) == (1, "")
    assert 'pip install "numpy>=2.0"' in done.out
    assert done.out.splitlines()[-1] == "not sound: 1 broken"


def test_json_has_the_same(kinemesh_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, OK, BROKEN)
    done = kinemesh_command("doctor", "--json")
    assert (done.status, done.err) == (1, "")
    report = json.loads(done.out)
    assert report["sound"] is False
    assert [one["state"] for one in report["findings"]] == ["ok", "broken"]
    assert report["findings"][0]["facts"] == {"version": "3.11"}


@pytest.mark.slow
def test_this_installation_is_examined_in_full(kinemesh_command: Command) -> None:
    done = kinemesh_command("doctor", "--json")
    report = json.loads(done.out)
    broken = [one for one in report["findings"] if one["state"] == "broken"]
    assert (done.status, done.err, broken) == (0, "", [])
    assert {one["part"] for one in report["findings"]} == {
        *("machine", "packages", "extras", "kernel", "data", "self test")
    }
