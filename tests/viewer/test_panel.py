from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kinemesh.metrics import Doubt, Score
from kinemesh.viewer import Stage
from kinemesh.viewer.palette import BLUE, LIGHT
from kinemesh.viewer.panel import figures, legend, strip
from kinemesh.viewer.stage import prop_meshes
from two_people import passing

RED = "#d65e00"


def test_the_strip_has_a_row_for_each_measure_that_failed_coloured_where_it_did(
    shown: Stage,
) -> None:
    assert shown.score is not None
    failed = [m for m in shown.score if not m.passed]
    html = strip(shown, 1, LIGHT)
    assert f"fail, {len(failed)} of {len(shown.score.measures)} rows" in html
    assert html.count("<svg") == len(failed)
    (ground,) = [m for m in failed if m.name == "penetration.ground.max"]
    assert ground.frames == ((2, 3),)
    bar = html.split("penetration.ground.max")[1].split("</svg>")[0]
    (fails,) = re.findall(rf'<rect x="(\d+)" y="0" width="([\d.]+)" height="7" fill="{RED}"', bar)
    assert (int(fails[0]), float(fails[1])) == (2, 2.0)
    assert re.search(r'<rect x="1" [^>]*fill="currentColor"', bar)


def test_a_result_that_nobody_judged_does_not_seem_to_pass(shown: Stage) -> None:
    html = strip(replace(shown, score=None), 0, LIGHT)
    assert "not judged yet" in html
    assert "pass" not in html and "svg" not in html


def test_figures_say_what_is_inside_what_in_this_frame_alone(shown: Stage) -> None:
    assert "in ground: 2" in figures(shown, 3)
    assert "in ground" not in figures(shown, 0)
    assert "left toe stands" in figures(shown, 0)
    assert "left toe stands" not in figures(shown, 3)


def test_a_figure_that_is_not_known_is_left_out(shown: Stage) -> None:
    assert np.isnan(shown.figures["fastest joint [rad/s]"][0])
    assert "fastest joint" not in figures(shown, 0)
    assert "fastest joint [rad/s]: 0" in figures(shown, 1)


def test_names_from_a_file_are_text_and_nothing_else(shown: Stage) -> None:
    wicked = replace(shown, name="<script>alert(1)</script>", score=None)
    for html in (strip(wicked, 0, LIGHT), figures(wicked, 0), legend([wicked, shown], [LIGHT] * 2)):
        assert "<script>" not in html and "<b>box</b>" not in html
    assert "&lt;b&gt;box&lt;/b&gt;" in legend([shown], [LIGHT])


def test_the_legend_names_what_there_is(shown: Stage) -> None:
    html = legend([shown], [LIGHT])
    assert "robot g1" in html and "person" in html and "#0073b2" in html
    assert "person" not in legend([replace(shown, person=None)], [BLUE])
    assert "interaction mesh" in html
    assert "interaction mesh" not in legend([shown], [LIGHT], meshes=False)


def test_a_doubt_has_a_row_of_its_own_and_is_no_pass(shown: Stage) -> None:
    assert shown.score is not None
    doubt = Doubt("doubt.hovering", "a toe <stops> in the air", ((1, 2),))
    kept = tuple(m for m in shown.score if m.passed)
    html = strip(replace(shown, score=Score(kept, (doubt,))), 1, LIGHT)
    assert "? unsure" in html and "pass" not in html
    assert "a toe &lt;stops&gt; in the air" in html
    assert re.search(r'<rect x="1" y="0" width="2.00" height="7" fill="#e69e00"', html)


def test_all_limbs_of_a_person_are_one_line_of_the_legend(shown: Stage) -> None:
    scene = passing(1.0, len(shown.link_poses)).scene
    both = replace(shown, props=(*shown.props, *prop_meshes(scene)))
    found = legend([both], [LIGHT])
    assert found.count("person2") == 1
    assert "left_foot" not in found
    assert "&lt;b&gt;box&lt;/b&gt;" in found
