"""What the command prints: findings, scores, frame ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from scipy.spatial.transform import Rotation

from kinemesh import metrics
from kinemesh.arrays import runs
from kinemesh.cli.wording import all_worded, options_of
from kinemesh.detection.lasting import Flags
from kinemesh.motion import DENSITY, Inertia, Prop, Scene, Shape
from kinemesh.result import Result, Simulation

_STILL = 0.01
"""What moves less than this [m], and turns less [rad], stands still."""
_RANGES = 8
"""So many frame ranges are shown, and how many more there are."""


def score_table(scores: Sequence[tuple[str, metrics.Score]]) -> Table:
    """Measures down, clips across; a measure that no clip has is left out."""
    columns = [{measure.name: measure for measure in score} for _, score in scores]
    names = list(dict.fromkeys(name for column in columns for name in column))
    groups = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    clips = (Column(clip, min_width=len(clip)) for clip, _ in scores)
    table = _table(*(Column("measure", no_wrap=True), *clips, Column("unit, limit", no_wrap=True)))
    for name in sorted(names, key=lambda name: groups.index(name.rpartition(".")[0])):
        found = [column[name] for column in columns if name in column]
        if all(measure.value is None for measure in found):
            continue
        one = next((m for m in found if m.limit is not None), found[0])
        failed = any(not measure.passed for measure in found)
        cells = [_cell(column.get(name)) for column in columns]
        table.add_row(name, *cells, _limit(one), style="bold red" if failed else None)
    return table


def full_table(score: metrics.Score) -> Table:
    """Every measure of one trajectory with its limit, verdict and remark."""
    table = _table(
        Column("measure", no_wrap=True),
        Column("value", no_wrap=True),
        Column("unit, limit", no_wrap=True),
        Column("remark", overflow="fold"),
    )
    for measure, row in zip(score, metrics.table(score), strict=True):
        style = None if measure.passed else "bold red"
        style = "dim" if measure.value is None else style
        table.add_row(measure.name, _cell(measure), _limit(measure), row[4], style=style)
    return table


def verdict_lines(score: metrics.Score) -> list[str]:
    """The verdict: one line, or one more for every row that failed and every doubt."""
    lines = [f"verdict: {score.verdict}"]
    if score.state == "fail":
        rows = score.verdict.split("; ")
        lines = [f"verdict: fail, {len(rows)} of {len(score.measures)} rows"]
        lines += [f"  {row}" for row in rows]
        lines += [f"  unsure: {doubt}" for doubt in score.doubts]
    return lines


def print_verdict(console: Console, score: metrics.Score, name: str = "") -> None:
    """The verdict in its colour, after the ``name`` of what it is on."""
    style = {"pass": "bold green", "unsure": "bold yellow", "fail": "bold red"}[score.state]
    for line in verdict_lines(score):
        text = f"{name} {line}" if name else line
        console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def print_findings(
    console: Console, command: object, notes: Iterable[str], warnings: Iterable[str]
) -> None:
    """What was found, and what looks wrong, in the words of the command's options."""
    options = options_of(command)
    for note in all_worded(notes, options):
        text = f"found    {note}"
        console.print(text, style="dim", highlight=False, markup=False, soft_wrap=True)
    for warning in all_worded(warnings, options):
        text = f"warning  {warning}"
        console.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)


def print_failures(console: Console, result: Result) -> None:
    """Frames that could not hold every constraint."""
    failures = result.failures
    if not failures:
        return
    console.print(
        f"{len(failures)} of {len(result)} frames could not hold every constraint; the solver's "
        f"own figures, of what gave way in these frames (what is judged is measured anew, on the "
        f"true geometry and in every frame):",
        style="yellow",
        highlight=False,
        soft_wrap=True,
    )
    for report in failures[:10]:
        what = ", ".join(
            f"{name} by {report.violation[name] * 1e3:.1f} mm" for name in report.relaxed
        )
        console.print(f"  frame {report.index}: {what}", highlight=False, soft_wrap=True)
    if len(failures) > 10:
        console.print(f"  ... and {len(failures) - 10} more, in the file's reports")


def stance_lines(stance: Mapping[str, Flags]) -> list[str]:
    """When each foot is planted, from flags by ``left_toe``, ``right_toe``."""
    feet = {side: stance[f"{side}_toe"] for side in ("left", "right") if f"{side}_toe" in stance}
    return [
        f"{side} foot planted in {toe.mean():.0%} of frames: {ranges(toe)}"
        for side, toe in feet.items()
    ]


def touch_lines(touch: Mapping[tuple[str, str], Flags]) -> list[str]:
    """When each part of the body touches what, from flags by part and thing."""
    return [
        f"{part} on {thing} in {flags.sum()} of {len(flags)} frames: {ranges(flags)}"
        for (part, thing), flags in touch.items()
    ]


def simulation_line(one: Simulation) -> str:
    """How far a simulated robot came, and how far off it was."""
    end = f"followed to its end, {one.ended:.2f} s"
    if not one.followed:
        end = f"lost after {one.ended:.2f} s: {one.reason}"
    error, prop = 1e2 * one.body_error, one.prop_error
    text = f"seed {one.seed}: {end}; body error {error.mean():.1f} cm"
    text += f", p95 {np.percentile(error, 95):.1f} cm"
    if prop is not None:
        text += f"; props {1e2 * prop.mean():.1f} cm, at most {1e2 * prop.max():.1f} cm"
    return f"{text}; torques at their limits {one.saturated:.1%}"


def scene_lines(scene: Scene) -> list[str]:
    """One line a prop, with its size, its parts and how it moves; one for the terrain."""
    lines = []
    for prop in scene.objects:
        way = np.linalg.norm(np.diff(prop.track[:, :3], axis=0), axis=1).sum()
        turns = Rotation.from_quat(prop.track[:, 3:])
        turn = np.degrees((turns * turns[0].inv()).magnitude().max())
        still = way < _STILL and turn < np.degrees(_STILL)
        how = "stands still" if still else f"moves {way:.2f} m, turns up to {turn:.0f} deg"
        height = prop.lowest()
        lines.append(
            f"{prop.name}: {_described(prop.shape)}; {how}; lowest point {height.min():.2f} to "
            f"{height.max():.2f} m; {_weight(prop)}"
        )
    for name, count in Counter(p.limb_of for p in scene.props if p.limb_of is not None).items():
        lines.append(f"{name}: {count} limbs that move")
    if scene.terrain is not None:
        top = scene.terrain.shape.bounds[1, 2]
        lines.append(
            f"{scene.terrain.name}: terrain, {_described(scene.terrain.shape)}; up to {top:.2f} m"
        )
    return lines


def _weight(prop: Prop) -> str:
    """What a prop weighs, and whether somebody says so."""
    mass = f"{Inertia.of(prop).mass:.3g} kg"
    return f"{mass}, stated" if prop.mass is not None else f"{mass}, assumed: {DENSITY:g} kg/m3"


def _described(shape: Shape) -> str:
    """Size and parts of a shape."""
    size = " x ".join(f"{edge:.2f}" for edge in np.ptp(shape.bounds, axis=0))
    count = len(shape.parts)
    parts = f"{count} convex part{'s' if count != 1 else ''}"
    if shape.split:
        parts += " that stand in for its surface"
    elif shape.kind == "sheet":
        parts = "a sheet with two sides"
    elif shape.warnings:
        parts += " around it, not convex itself"
    return f"{size} m, {parts}"


def ranges(flags: Flags) -> str:
    """First and last frame of every stretch of true in ``flags`` ``(T,)``, in words."""
    found = runs(flags)
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found[:_RANGES])
    more = f" and {len(found) - _RANGES} more" if len(found) > _RANGES else ""
    return f"{shown or 'never'}{more}"


def _table(*columns: Column) -> Table:
    return Table(*columns, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)


def _limit(measure: metrics.Measure) -> str:
    unit = measure.unit if measure.unit != "1" else ""
    bound = "≥" if measure.at_least else "≤"
    return unit if measure.limit is None else f"{unit} {bound} {measure.limit:g}".lstrip()


def _cell(measure: metrics.Measure | None) -> str:
    if measure is None or measure.value is None:
        return "-"
    value = "<0.001" if 0.0 < measure.value < 1e-3 else f"{measure.value:.3g}"
    return value if measure.passed else f"{value} FAIL"
