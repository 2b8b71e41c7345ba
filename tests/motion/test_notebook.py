"""How clips and results show themselves in a notebook."""

import numpy as np
import pytest

from kinemesh import Result, Scene, Trajectory, demos
from kinemesh.metrics import Doubt, Measure, Score
from kinemesh.result import FrameReport


@pytest.fixture
def result() -> Result:
    q = np.zeros((4, 8))
    q[:, 6], q[:, 7] = 1.0, [0.0, 0.1, 0.3, 0.3]
    reports = tuple(
        FrameReport(k, 2, {"laplacian": 1.0 + k}, {"penetration": 1e-3 * k, "limits": 0.0})
        for k in range(4)
    )
    trajectory = Trajectory(q, 10.0, ("knee",), "<b>robot</b>")
    return Result(trajectory, Scene(), np.zeros((4, 15, 3)), reports, clip="<i>walk</i>")


def test_a_result_shows_a_table_in_which_text_is_text(result: Result) -> None:
    shown = result._repr_html_()
    assert "4 at 10/s" in shown and "penetration, 3 mm" in shown
    assert "<i>" not in shown and "<b>robot" not in shown and "&lt;i&gt;walk" in shown


def test_a_clip_shows_its_size_and_what_was_found() -> None:
    clip = demos.lift_box()
    shown = clip._repr_html_()
    assert f"{len(clip)} at" in shown and "box" in shown and f"{clip.stature:.3f} m" in shown


def test_a_score_shows_its_verdict_and_what_failed_first() -> None:
    rows = (
        Measure("limits.joint_excess", 0.0, "rad", 1e-4),
        Measure("stance.drift_max", 12.0, "mm", 2.0, frames=((3, 5),), note="<b>left foot</b>"),
        Measure("posture.free", 7.0, "deg"),
    )
    shown = Score(rows, clip="<i>walk</i>", robot="g1", warnings=("odd",))._repr_html_()
    assert "stance.drift_max 12 over 2 mm in frames 3-5" in shown
    assert shown.index(">stance.drift_max<") < shown.index(">limits.joint_excess<")
    assert "0 rad (≤ 0.0001 rad): pass" in shown and "posture.free" not in shown
    assert "<i>" not in shown and "<b>left" not in shown and "<li>odd</li>" in shown
    doubt = Doubt("doubt.still", "the root stands still")
    assert "on g1: unsure: the root stands still" in Score((), (doubt,), robot="g1")._repr_html_()


def test_a_figure_shows_itself_where_pyplot_is_not_there(result: Result) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra picture")
    assert result.plot()._repr_png_().startswith(b"\x89PNG\r\n")


def test_a_result_plots_what_its_reports_hold(result: Result) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra picture")
    axes = result.plot().axes
    assert [axis.get_ylabel() for axis in axes] == [
        "cost [1]",
        "violation [mm, mrad]",
        "fastest joint [rad/s]",
        "base height [m]",
    ]
    (violation,) = axes[1].lines  # what is never broken is left out
    assert np.allclose(violation.get_ydata(), [0.0, 1.0, 2.0, 3.0])
    assert np.allclose(axes[2].lines[0].get_ydata(), [1.0, 2.0, 0.0])
