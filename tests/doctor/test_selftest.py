"""The self test: what is expected of it is what it finds, and each fault has its line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinemesh import kernel
from kinemesh.doctor import selftest
from kinemesh.doctor.report import Finding
from kinemesh.metrics import Measure, Score
from kinemesh.result import Result

WALK = selftest.MOTIONS[0]


@pytest.fixture(scope="module")
def findings() -> dict[str, Finding]:
    """What it finds here, by name; and that its progress is counted to the end."""
    seen: list[tuple[int, int]] = []
    found = {one.name: one for one in selftest.self_test(lambda *at: seen.append(at))}
    assert seen == [(k + 1, seen[-1][1]) for k in range(seen[-1][1])]
    return found


def test_everything_but_the_speed_is_as_expected_here(findings: dict[str, Finding]) -> None:
    told = {name: one for name, one in findings.items() if not name.endswith(" kernel")}
    assert {name: one.state for name, one in told.items() if one.state != "ok"} == {}
    assert all(one.state != "broken" for one in findings.values())
    for motion in selftest.MOTIONS:
        figures = told[f"{motion.name}: verdict"].facts["figures"]
        assert figures == pytest.approx(dict(motion.figures), rel=0.05)
        assert told[f"{motion.name}: constraints"].facts["failed"] == 0


def test_every_kernel_that_is_there_is_timed_and_they_are_held_against_each_other(
    findings: dict[str, Finding],
) -> None:
    kinds = ["native", "reference"] if kernel.available() else ["reference"]
    for motion in selftest.MOTIONS:
        for kind in kinds:
            facts = findings[f"{motion.name}: {kind} kernel"].facts
            assert facts["rate"] > 0.0 and facts["expected"] == motion.rates[kind]
        assert (f"{motion.name}: kernels" in findings) is kernel.available()


def score(verdict_value: float, **figures: float) -> Score:
    """A score with one row that decides, and figures."""
    rows = [Measure("row", verdict_value, "cm", 1.0)]
    rows += [Measure(name, value, "cm", None) for name, value in figures.items()]
    return Score(tuple(rows), (), clip="walk", robot="g1", frames=3, fps=30.0)


def test_a_verdict_that_fails_is_broken_and_other_figures_are_odd() -> None:
    motion = replace(WALK, figures={"a": 2.0, "b": 0.01})
    good = selftest.verdict(motion, score(0.5, a=2.1, b=0.04))
    assert good.state == "ok" and "expected 2" in good.found
    other = selftest.verdict(motion, score(0.5, a=2.3, b=0.01))
    assert other.state == "odd" and "(a)" in other.mend and "report" in other.mend
    assert selftest.verdict(motion, score(2.0, a=2.0, b=0.01)).state == "broken"


def test_slow_is_odd_and_says_who_had_the_core() -> None:
    expected = WALK.rates["native"]
    assert selftest.speed(WALK, "native", 0.5 * expected, 1.0).state == "ok"
    slow = selftest.speed(WALK, "native", 0.1 * expected, 1.0)
    busy = selftest.speed(WALK, "native", 0.1 * expected, 0.3)
    assert slow.state == busy.state == "odd"
    assert "OMP_NUM_THREADS" in slow.mend and "70%" in busy.mend


def moved(result: Result, step: float) -> Result:
    """The result with its last joint elsewhere."""
    q = np.array(result.trajectory.q)
    q[:, -1] += step
    return replace(result, trajectory=replace(result.trajectory, q=q))


@pytest.fixture(scope="module")
def result() -> Result:
    """Some frames, solved."""
    import kinemesh

    return kinemesh.retarget(WALK.make().crop(0, 4), "g1")


def test_kernels_that_do_not_agree_are_broken(result: Result) -> None:
    assert selftest.agreement(WALK, result, moved(result, 1e-5)).state == "ok"
    apart = selftest.agreement(WALK, result, moved(result, 1e-2))
    assert apart.state == "broken" and "compiled=False" in apart.mend


def test_constraints_that_gave_way_are_broken(result: Result) -> None:
    assert selftest.held(WALK, result).state == "ok"
    relaxed = replace(result.reports[0], relaxed=("stance",))
    given_way = replace(result, reports=(relaxed, *result.reports[1:]))
    found = selftest.held(WALK, given_way)
    assert found.state == "broken" and "1 of 4 frames" in found.found


def test_a_file_that_cannot_be_written_or_comes_back_otherwise_is_broken(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert selftest.kept(result).state == "ok"
    monkeypatch.setattr(Result, "load", lambda path: moved(result, 1.0))
    assert selftest.kept(result).state == "broken"

    def full(self: Result, path: object) -> None:
        raise OSError("/home/jane/tmp/x.npz: no space")

    monkeypatch.setattr(Result, "save", full)
    found = selftest.kept(result)
    assert found.state == "broken" and "TMPDIR" in found.mend and "jane" not in found.found
