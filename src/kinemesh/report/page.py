"""The page: verdicts, scene, contacts and plots in one file that asks for nothing."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path

from kinemesh._files.disk import check_place, write_whole
from kinemesh._version import __version__
from kinemesh.errors import KinemeshError, WriteError
from kinemesh.metrics import Measure
from kinemesh.metrics.score import spans
from kinemesh.report.entries import Entry
from kinemesh.report.plots import Plot, plots
from kinemesh.report.scene import recording
from kinemesh.report.style import POLICY, STYLE
from kinemesh.report.traces import LINES
from kinemesh.report.words import words

_SIGNS = {"pass": "&#10003;", "unsure": "?", "fail": "&#10007;"}

MOST = 6
"""Motions that are compared at most: so many colours can be told apart."""


_LATER = (
    "addEventListener('load', () => { const frame = document.querySelector('#scene iframe'); "
    "frame.srcdoc = frame.dataset.page; frame.removeAttribute('data-page'); });"
)
"""The scene starts when everything else is there."""


def report(
    entries: Entry | Sequence[Entry],
    path: str | Path,
    *,
    title: str = "",
    scene: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a report of one motion, or of several beside each other.

    The page holds everything that it shows, opens from a disk and asks no network for anything.
    Text from files is shown as text.

    Args:
        entries: what :func:`kinemesh.report.entry` made; the first is the one that the others
            are compared with.
        path: a ``.html`` to write.
        title: the page's title; default: the names of the motions.
        scene: whether to put the scene in, to be played.
        progress: called with (frames of the scene put in, frames in all).

    Raises:
        WriteError: not a ``.html``, or the folder cannot be written to.
        KinemeshError: no motion, or too many.
        MissingExtra: plotly or viser is not installed.

    Examples:
        >>> matched = kinemesh.matching.match(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> kinemesh.report.report(kinemesh.report.entry(matched), "walk.html").name
        'walk.html'
    """
    target = check_page(path)
    chosen = [entries] if isinstance(entries, Entry) else list(entries)
    if not 1 <= len(chosen) <= MOST:
        raise KinemeshError(f"{len(chosen)} motions are to be compared; expected 1 to {MOST}")
    text = _page(chosen, title or " and ".join(entry.name for entry in chosen), scene, progress)
    content = text.encode(errors="replace")  # names of files may be no text
    write_whole(target, lambda to: to.write_bytes(content))
    return target


def check_page(path: str | Path) -> Path:
    """The path to write to, checked before the work and not after it.

    Raises:
        WriteError: another suffix, no such folder, no permission.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise WriteError(f"{target}: a report is a web page; give it the suffix .html")
    return check_place(target)


def _page(
    entries: Sequence[Entry],
    title: str,
    scene: bool,
    progress: Callable[[int, int], None] | None,
) -> str:
    drawn = plots(entries)
    from plotly.offline import get_plotlyjs

    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>",
        f"<style>{STYLE}</style>",
        f"<script>{get_plotlyjs()}</script>",
        "</head><body><main>",
        f"<h1>{_text(title)}</h1>",
        *(_summary(k, entry, len(entries)) for k, entry in enumerate(entries)),
    ]
    if scene:
        stages, names = [e.stage for e in entries], [e.name for e in entries]
        played = html.escape(recording(stages, names, progress), quote=True)
        parts.append(
            '<section id="scene"><h2>Motion</h2>'
            f'<iframe title="The motion in three dimensions" data-page="{played}"></iframe>'
            f"<script>{_LATER}</script>"
            f"<p>{_text(_legend(entries))}</p></section>"
        )
    parts.append(_section(drawn[:1], first=True) if drawn[0].title == "Contacts" else "")
    parts.append(_verdicts(entries))
    parts.append(_section(drawn[1:] if drawn[0].title == "Contacts" else drawn))
    parts += [_remarks(entry, len(entries)) for entry in entries]
    parts.append(
        f"<footer>kinemesh {_text(__version__)}. Rows are defined in docs/metrics.md. Plots by "
        "Plotly.js (MIT), scene by viser (MIT) with three.js (MIT).</footer></main></body></html>"
    )
    return "\n".join(part for part in parts if part)


def _legend(entries: Sequence[Entry]) -> str:
    text = (
        "Drag to turn, right-drag to move, scroll to come closer; bar below: play and stop. "
        "Blue lines: the person, fitted to the robot. A square of the ground is 0.5 m wide."
    )
    if len(entries) > 1:
        text += f" From the first to the last: {', '.join(entry.name for entry in entries)}."
    return text


def _summary(k: int, entry: Entry, count: int) -> str:
    score = entry.score
    state = score.state
    said = f"{len(score.failed)} rows broken" if score.failed else "all rows kept"
    if score.unmeasured:
        said += f", {len(score.unmeasured)} not measured"
    if score.doubts:
        count = len(score.doubts)
        said += f", {count} reason{'s' * (count > 1)} for doubt"
    doubts = "".join(f"<li>{_text(str(doubt))}</li>" for doubt in score.doubts)
    mark = f'<span class="mark" style="background:{_css(k)}"></span>' if count > 1 else ""
    relaxed = sum(bool(r.relaxed) for r in entry.reports)
    facts = [
        f"{score.robot}",
        f"{len(entry)} frames at {entry.stage.fps:g}/s, {entry.stage.duration:.1f} s",
        *([f"{relaxed} frames in which a constraint gave way"] if entry.reports else []),
    ]
    return (
        f'<p class="summary">{mark}<strong>{_text(entry.name)}</strong> '
        f'<span class="{state}">{_SIGNS[state]} {state}: {_text(said)}</span> '
        f'<span class="facts">{_text("; ".join(facts))}</span></p>'
        + (f'<ul class="unsure">{doubts}</ul>' if doubts else "")
    )


def _verdicts(entries: Sequence[Entry]) -> str:
    """Rows of the ruler down, motions across."""
    found = [{m.name: m for m in entry.score} for entry in entries]
    names = list(dict.fromkeys(name for rows in found for name in rows))
    groups = list(dict.fromkeys(name.partition(".")[0] for name in names))
    names.sort(key=lambda name: groups.index(name.partition(".")[0]))
    heads = "".join(
        f'<th scope="col" class="number">{_text(e.name if len(entries) > 1 else "value")}</th>'
        for e in entries
    )
    # beside each other there is no room for remarks
    alone = len(entries) == 1
    remark = '<th scope="col">remark</th>' if alone else ""
    lines = [
        '<section id="verdict"><h2>Verdict</h2><div class="wide"><table><thead><tr>'
        f'<th scope="col">measure</th>{heads}<th scope="col">limit</th>{remark}</tr></thead><tbody>'
    ]
    for name in names:
        measures = [rows.get(name) for rows in found]
        present = [m for m in measures if m is not None]
        if all(m.value is None and m.limit is None for m in present):
            continue
        one = next((m for m in present if m.limit is not None), present[0])
        ruled = "ruled" if one.limit is not None else "free"
        cells = "".join(_cell(m) for m in measures)
        said = f"<td>{_text(_remark(one))}</td>" if alone else ""
        lines.append(
            f'<tr class="{ruled}"><th scope="row">{_text(name)}<small>{_text(words(name))}'
            f"</small></th>{cells}<td>{_text(_limit(one))}</td>"
            f"{said}</tr>"
        )
    lines.append("</tbody></table></div></section>")
    return "".join(lines)


def _cell(measure: Measure | None) -> str:
    if measure is None or measure.value is None:
        why = "" if measure is None else measure.note
        return f'<td class="number none" title="{_text(why)}">-</td>'
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    value = "&lt;0.001" if 0.0 < measure.value < 1e-3 else f"{measure.value:.3g}"
    value += _text(unit)
    if measure.limit is None:
        return f'<td class="number">{value}</td>'
    state = "pass" if measure.passed else "fail"
    where = spans(measure.frames) if not measure.passed else ""
    return (
        f'<td class="number {state}" title="{_text(where)}">{value} '
        f"<span>{_SIGNS[state]} {state}</span></td>"
    )


def _limit(measure: Measure) -> str:
    if measure.limit is None:
        return ""
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    return f"{'≥' if measure.at_least else '≤'} {measure.limit:g}{unit}"


def _remark(measure: Measure) -> str:
    where = "" if measure.passed else spans(measure.frames)
    return ", ".join(text for text in (where, measure.note) if text)


def _section(drawn: Sequence[Plot], first: bool = False) -> str:
    """Plots, each with a title and a line that says what is seen."""
    if not drawn:
        return ""
    lines = ['<section class="plots">' if not first else '<section id="contacts">']
    for plot in drawn:
        figure = plot.figure.to_html(
            full_html=False,
            include_plotlyjs=False,
            default_width="100%",
            config={"responsive": True, "displaylogo": False},
        )
        lines.append(
            f'<figure class="plot"><h2>{_text(plot.title)}</h2>'
            f"<figcaption>{_text(plot.caption)}</figcaption>{figure}</figure>"
        )
    return "".join([*lines, "</section>"])


def _remarks(entry: Entry, count: int) -> str:
    if not entry.notes and not entry.warnings:
        return ""
    of = f" of {entry.name}" if count > 1 else ""
    lines = [f"<li>{_text(note)}</li>" for note in entry.notes]
    lines += [f'<li class="warning">Warning: {_text(text)}</li>' for text in entry.warnings]
    return (
        f"<details><summary>What was found on reading{_text(of)}</summary>"
        f"<ul>{''.join(lines)}</ul></details>"
    )


def _css(k: int) -> str:
    red, green, blue = (round(255 * part) for part in LINES[k % len(LINES)])
    return f"rgb({red},{green},{blue})"


def _text(text: str) -> str:
    return html.escape(text, quote=True)
