"""What stands beside the scene, as HTML: verdict, figures, a stream's state, colours.

Whatever comes from a file is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from kinemesh.metrics import Measure
from kinemesh.metrics.score import Ranges
from kinemesh.viewer.live_stage import StreamPose
from kinemesh.viewer.palette import (
    BLUE,
    GREEN,
    LIGHT,
    ORANGE,
    PURPLE,
    SAND,
    VERMILION,
    Colour,
)
from kinemesh.viewer.stage import Stage

_ROW = 7
"""Height of a row of the strip, and the gap between two [px]."""
_GAP = 3
_MOST = 8
"""Rows that are shown of one strip."""
_MARKS = {"pass": GREEN, "unsure": ORANGE, "fail": VERMILION}
_SIGNS = {"pass": "✓", "unsure": "?", "fail": "✗"}
_SILENT = 1.0
"""A stream that says nothing for longer than this [s] is said to."""
_STATES = {"following": GREEN, "calibrating": BLUE, "starting": BLUE, "holding": VERMILION}
_TEXT = "font-size:12px;line-height:1.45;padding:2px 14px 6px 14px;overflow-wrap:anywhere"


def strip(stage: Stage, frame: int, colour: Colour) -> str:
    """One row for each measure that failed, and for each doubt, in colour where it did."""
    score = stage.score
    if score is None:
        name = f"{_swatch(colour)}<b>{escape(stage.name)}</b>"
        return f'<div style="{_TEXT}">{name}: not judged yet</div>'
    state, mark = score.state, _MARKS[score.state]
    said = f"fail, {len(score.failed)} of {len(score.measures)} rows" if score.failed else state
    head = (
        f'<div>{_swatch(colour)}<b>{escape(stage.name)}</b>: <b style="color:{_css(mark)}">'
        f"{_SIGNS[state]} {said}</b></div>"
    )
    every: list[tuple[str, Ranges, Colour]] = [
        *((_failure(measure), measure.frames, VERMILION) for measure in score.failed),
        *((f"? {d.why}", d.frames or ((0, len(stage) - 1),), ORANGE) for d in score.doubts),
    ]
    rows = every[:_MOST] or [("", (), mark)]
    bars = "".join(_bar(*row, stage, frame) for row in rows)
    tail = f"<div>and {len(every) - _MOST} more</div>" if len(every) > _MOST else ""
    if score.unmeasured:
        missing = ", ".join(measure.name for measure in score.unmeasured)
        tail += f"<div>? not measured: {escape(missing)}</div>"
    return f'<div style="{_TEXT}">{head}{bars}{tail}</div>'


def _bar(said: str, runs: Ranges, colour: Colour, stage: Stage, frame: int) -> str:
    """A row of the strip: every frame of the trajectory, those of ``runs`` in colour."""
    count = len(stage)
    fails = "".join(
        # Never thinner than a hundredth of the strip, else a single frame would not be seen.
        f'<rect x="{a}" y="0" width="{max(b + 1 - a, count / 100):.2f}" height="{_ROW}" '
        f'fill="{_css(colour)}"/>'
        for a, b in runs
    )
    label = f"<div>{escape(said)}</div>" if said else ""
    ground = (0.85, 0.85, 0.85) if said else colour
    return (
        f'{label}<svg width="100%" height="{_ROW + _GAP}" viewBox="0 0 {count} {_ROW}" '
        f'preserveAspectRatio="none" style="display:block">'
        f'<rect x="0" y="0" width="{count}" height="{_ROW}" fill="{_css(ground)}"/>{fails}'
        f'<rect x="{frame}" y="-2" width="{max(1.0, count / 150):.2f}" height="{_ROW + 4}" '
        f'fill="currentColor"/></svg>'
    )


def _failure(measure: Measure) -> str:
    sign = "&lt;" if measure.at_least else "&gt;"
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    text = f"{measure.name} {measure.value:.3g} {sign} {measure.limit:g}{unit}"
    return text.replace("&lt;", "<").replace("&gt;", ">")


def figures(stage: Stage, frame: int) -> str:
    """What is known of one frame: the series, what is inside what, what stands and touches."""
    lines = [f"<b>{escape(stage.name)}</b> frame {frame} of {len(stage) - 1}"]
    for name, series in stage.figures.items():
        if np.isfinite(series[frame]):
            lines.append(f"{escape(name)}: {series[frame]:.3g}")
    inside = [
        f"{escape(p.link)} in {escape(p.thing)}: {1e3 * p.depth:.1f} mm"
        for p in stage.inside(frame)
    ]
    lines += [f'<span style="color:{_css(VERMILION)}">✗ {text}</span>' for text in inside[:4]]
    if len(inside) > 4:
        lines.append(f"and {len(inside) - 4} more links inside something")
    held = [escape(c.name) for c in stage.contacts if c.on[frame]]
    if stage.contacts:
        lines.append(f"{_swatch(GREEN)}{', '.join(held) or 'nothing stands or touches'}")
    return f'<div style="{_TEXT}">{"<br>".join(lines)}</div>'


def status(pose: StreamPose | None, warned: StreamPose | None, silence: float) -> str:
    """How a stream goes: state, time and latency, what touches, what was wrong last.

    Args:
        pose: the newest; None: none has come.
        warned: the newest that says something about bad input, if any did.
        silence: since when nothing has come [s].
    """
    if pose is None:
        return f'<div style="{_TEXT}">waiting for the first pose</div>'
    state, mark = pose.state, _STATES.get(pose.state, ORANGE)
    if silence > _SILENT:
        state, mark = f"nothing came for {silence:.0f} s", VERMILION
    lines = [
        f'<b style="color:{_css(mark)}">{escape(state)}</b>',
        f"{pose.time:.1f} s, latency {1e3 * pose.latency:.0f} ms",
    ]
    held = [f"{part.replace('_', ' ')} on {thing}" for part, thing in pose.contacts]
    lines.append(f"{_swatch(GREEN)}{escape(', '.join(held) or 'nothing stands or touches')}")
    if warned is not None:
        lines += [
            f'<span style="color:{_css(VERMILION)}">at {warned.time:.1f} s: {escape(text)}</span>'
            for text in warned.said[:_MOST]
        ]
    return f'<div style="{_TEXT}">{"<br>".join(lines)}</div>'


def legend(stages: Sequence[Stage], colours: Sequence[Colour], *, meshes: bool = True) -> str:
    """What each colour means, of what there is; ``meshes``: whether a clip has its own."""
    shown = [(colour, stage.name) for stage, colour in zip(stages, colours, strict=True)]
    if len(stages) == 1:
        shown = [(LIGHT, f"robot {stages[0].robot}")]
    if any(stage.person is not None for stage in stages):
        shown.append((BLUE, "person, fitted to the robot"))
    things = dict.fromkeys(p.part_of or p.name for s in stages for p in s.props)
    shown += [(ORANGE, name) for name in things]
    shown += [(SAND, t.name) for t in {s.terrain for s in stages if s.terrain is not None}]
    if any(stage.contacts for stage in stages):
        shown.append((GREEN, "stands or touches"))
    if any(stage.score is not None for stage in stages):
        shown.append((VERMILION, "inside something, or fails"))
    if meshes:
        shown.append((PURPLE, "interaction mesh"))
    rows = "".join(f"<div>{_swatch(colour)}{escape(name)}</div>" for colour, name in shown)
    return f'<div style="{_TEXT}">{rows}</div>'


def _swatch(colour: Colour) -> str:
    return (
        f'<span style="display:inline-block;width:10px;height:10px;margin-right:6px;'
        f'border:1px solid #888;background:{_css(colour)}"></span>'
    )


def _css(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in colour)
