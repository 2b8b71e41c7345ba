"""Plots over time, as Plotly's figures.

Needs plotly (``pip install "kinemesh[report]"``), imported where it is used.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra
from kinemesh.metrics.score import runs
from kinemesh.report.entries import Entry
from kinemesh.viewer.palette import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, Colour

LINES: tuple[Colour, ...] = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
"""Colours of the motions, in the order given; then they repeat, dashed."""
_DASHES = ("solid", "dash", "dot", "dashdot")
_LIMIT = "#444444"
_LEAST = 1e-7
"""A constraint that is never broken by more than this is not drawn."""
_TERMS: tuple[Colour, ...] = (*LINES, (0.4, 0.4, 0.4), (0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Plot:
    """A figure and what it shows."""

    title: str
    caption: str
    figure: Any


def plots(entries: Sequence[Entry]) -> list[Plot]:
    """Every plot for which there is something to show.

    Raises:
        MissingExtra: plotly is not installed.
    """
    try:
        import plotly.graph_objects as go
        from plotly.subplots import make_subplots
    except ImportError as error:
        raise MissingExtra("plotly", "report") from error
    draw = _Draw(go, make_subplots, entries)
    found = [
        draw.timeline(),
        draw.rows(
            "Penetration",
            "How deep the deepest link is inside something. Dashed, here and below: what the "
            "verdict allows.",
            {
                "penetration.ground.max": "ground",
                "penetration.terrain.max": "terrain",
                "penetration.prop.max": "object",
                "penetration.self.max": "itself",
            },
        ),
        draw.rows(
            "Planted feet",
            "How far planted feet have moved from where they touched down, and how fast they "
            "slide, of which the verdict takes the mean. Gaps in the lines: the person stands on "
            "no foot.",
            {"stance.drift_max": "drift", "stance.slip_mean": "slip"},
        ),
        draw.rows(
            "Contact gaps",
            "Widest gap between the robot and what the person touches at that time; the verdict "
            "leaves out the worst twentieth.",
            {
                "contact.prop.gap_p95": "hands, object",
                "contact.terrain_hand.gap_p95": "hands, terrain",
                "contact.terrain_foot.gap_p95": "feet, terrain",
            },
        ),
        draw.speeds(),
        draw.rows(
            "Likeness",
            "Mean distance between the robot's landmarks and the person's, scaled, and the worst "
            "limb's angle to the person's.",
            {"tracking.landmark_error": "landmark error", "limbs.worst_p95": "worst limb"},
        ),
        *(plot for k in range(len(entries)) for plot in draw.solved(k)),
    ]
    return [plot for plot in found if plot is not None]


class _Draw:
    """Figures of some entries."""

    def __init__(self, go: Any, subplots: Callable[..., Any], entries: Sequence[Entry]) -> None:
        self._go = go
        self._subplots = subplots
        self._entries = entries

    def rows(self, title: str, caption: str, names: dict[str, str]) -> Plot | None:
        """One panel a row of the ruler that is made of frames, one line an entry."""
        shown = {}
        for name, label in names.items():
            measures = [self._measure(entry, name) for entry in self._entries]
            if any(m is not None and m.series is not None for m in measures):
                shown[name] = (label, measures)
        if not shown:
            return None
        figure = self._subplots(rows=len(shown), cols=1, shared_xaxes=True, vertical_spacing=0.07)
        for row, (label, measures) in enumerate(shown.values(), 1):
            one = next(m for m in measures if m is not None)
            for k, (entry, measure) in enumerate(zip(self._entries, measures, strict=True)):
                if measure is None or measure.series is None:
                    continue
                line = self._line(k, entry.times, measure.series, legend=row == 1)
                figure.add_trace(line, row=row, col=1)
            if one.limit is not None:
                self._limit(figure, one.limit, row)
            figure.update_yaxes(
                title_text=f"{label} [{one.unit}]", rangemode="tozero", row=row, col=1
            )
        figure.update_xaxes(title_text="time [s]", row=len(shown), col=1)
        return Plot(title, caption, self._styled(figure, 90 + 150 * len(shown)))

    def speeds(self) -> Plot:
        """The fastest joint of every frame, against its limit."""
        figure = self._go.Figure()
        for k, entry in enumerate(self._entries):
            line = self._line(k, entry.times[1:], entry.fastest)
            line.customdata = [_plain(joint) for joint in entry.fastest_joint]
            line.hovertemplate = "%{customdata}: %{y:.0f} %"
            figure.add_trace(line)
        self._limit(figure, 100.0)
        figure.update_yaxes(title_text="speed of its limit [%]", rangemode="tozero")
        figure.update_xaxes(title_text="time [s]")
        caption = "Speed of the joint that is nearest its velocity limit; hover to see which."
        return Plot("Joint velocities", caption, self._styled(figure, 260))

    def solved(self, k: int) -> list[Plot]:
        """Costs, broken constraints and QPs of an entry of ours."""
        entry = self._entries[k]
        if not entry.reports:
            return []
        of = f" of {entry.name}" if len(self._entries) > 1 else ""
        times = np.array([r.index for r in entry.reports]) / entry.stage.fps
        costs, slacks = {}, {}
        for name in dict.fromkeys(n for r in entry.reports for n in r.cost):
            costs[name] = np.array([r.cost.get(name, 0.0) for r in entry.reports])
        for name in dict.fromkeys(n for r in entry.reports for n in r.violation):
            values = np.array([r.violation.get(name, np.nan) for r in entry.reports])
            if np.nanmax(values) > _LEAST:
                slacks[name] = 1e3 * values
        found = []
        if costs:
            figure = self._terms(times, costs, stacked=True)
            figure.update_yaxes(title_text="cost [1]", rangemode="tozero")
            found.append(Plot(f"Cost by term{of}", "What the solver paid, stacked.", figure))
        if slacks:
            figure = self._terms(times, slacks, stacked=False)
            figure.update_yaxes(title_text="violation [mm], [mrad]", rangemode="tozero")
            relaxed = sum(bool(r.relaxed) for r in entry.reports)
            caption = (
                "Worst violation of every constraint that is ever broken, measured after the "
                f"solve; frames in which a constraint had to give way: {relaxed}."
            )
            found.append(Plot(f"Slacks{of}", caption, figure))
        figure = self._go.Figure(
            self._go.Bar(
                x=_list(times),
                y=[r.iterations for r in entry.reports],
                marker={"color": _css(LINES[k % len(LINES)]), "line": {"width": 0}},
                hovertemplate="%{y} QPs",
            )
        )
        figure.update_yaxes(title_text="QPs [1]")
        figure.update_xaxes(title_text="time [s]")
        caption = "How many quadratic programs each frame took."
        figure = self._styled(figure, 220).update_layout(bargap=0.0, showlegend=False)
        found.append(Plot(f"Effort{of}", caption, figure))
        return found

    def timeline(self) -> Plot | None:
        """Bars: when the person's limbs touch, and when the robots' do."""
        names = list(dict.fromkeys(t.name for e in self._entries for t in e.touching))
        if not names:
            return None
        figure = self._go.Figure()
        labels: list[str] = []
        legend: set[str] = set()
        for name in names:
            person = None
            for k, entry in enumerate(self._entries):
                row = next((t for t in entry.touching if t.name == name), None)
                if row is None:
                    continue
                if person is None and row.person is not None:
                    person = row.person
                    labels.append(f"{_plain(name)}, person")
                    self._bars(figure, labels[-1], entry, row.person, "#777777", "person", legend)
                who = _plain(entry.name) if len(self._entries) > 1 else "robot"
                labels.append(f"{_plain(name)}, {who}")
                colour = _css(LINES[k % len(LINES)])
                self._bars(figure, labels[-1], entry, row.robot, colour, who, legend)
        figure.update_yaxes(
            categoryorder="array", categoryarray=labels[::-1], automargin=True, title_text=""
        )
        figure.update_xaxes(title_text="time [s]")
        figure.update_layout(barmode="overlay", bargap=0.25)
        caption = (
            "Grey: the person touches or stands. Coloured: so does the robot: hands within "
            "20 mm of the thing, feet still and within 10 mm of the ground or terrain."
        )
        return Plot("Contacts", caption, self._styled(figure, 90 + 24 * len(labels)))

    def _bars(
        self,
        figure: Any,
        label: str,
        entry: Entry,
        flags: Any,
        colour: str,
        who: str,
        legend: set[str],
    ) -> None:
        """Bars for the runs of true; a row without any keeps its place by a bar of no length."""
        spans = runs(flags)
        fps = entry.stage.fps
        starts = [first / fps for first, _ in spans] or [0.0]
        lengths = [(last - first + 1) / fps for first, last in spans] or [0.0]
        figure.add_trace(
            self._go.Bar(
                orientation="h",
                y=[label] * len(starts),
                x=lengths,
                base=starts,
                marker={"color": colour, "line": {"width": 0}},
                name=who,
                legendgroup=who,
                showlegend=who not in legend,
                customdata=[
                    f"{a:.2f} to {a + b:.2f} s" for a, b in zip(starts, lengths, strict=True)
                ],
                hovertemplate="%{y}: %{customdata}<extra></extra>",
            )
        )
        legend.add(who)

    def _terms(self, times: Array, values: dict[str, Array], *, stacked: bool) -> Any:
        figure = self._go.Figure()
        for k, (name, series) in enumerate(values.items()):
            colour = _css(_TERMS[k % len(_TERMS)])
            dash = _DASHES[k // len(_TERMS) % len(_DASHES)]
            figure.add_trace(
                self._go.Scatter(
                    x=_list(times),
                    y=_list(series),
                    name=_plain(name),
                    mode="lines",
                    line={"color": colour, "width": 0.5 if stacked else 1.6, "dash": dash},
                    stackgroup="one" if stacked else None,
                    hovertemplate="%{y:.3g}",
                )
            )
        figure.update_xaxes(title_text="time [s]")
        return self._styled(figure, 300, always=True)

    def _line(self, k: int, times: Array, values: Array, legend: bool = True) -> Any:
        name = _plain(self._entries[k].name)
        return self._go.Scatter(
            x=_list(times),
            y=_list(values),
            name=name,
            legendgroup=str(k),
            showlegend=legend,
            mode="lines",
            connectgaps=False,
            line={
                "color": _css(LINES[k % len(LINES)]),
                "width": 1.8,
                "dash": _DASHES[k // len(LINES) % len(_DASHES)],
            },
            hovertemplate="%{y:.3g}",
        )

    def _limit(self, figure: Any, limit: float, row: int | None = None) -> None:
        place = {} if row is None else {"row": row, "col": 1}
        figure.add_hline(y=limit, line={"color": _LIMIT, "width": 1.2, "dash": "dash"}, **place)

    def _measure(self, entry: Entry, name: str) -> Any:
        return next((m for m in entry.score if m.name == name), None)

    def _styled(self, figure: Any, height: int, always: bool = False) -> Any:
        figure.update_layout(
            template="none",
            height=height,
            margin={"l": 62, "r": 14, "t": 34, "b": 44},
            font={"family": "system-ui, sans-serif", "size": 12, "color": "#222222"},
            hovermode="closest" if figure.layout.barmode == "overlay" else "x",
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
            showlegend=always or len(self._entries) > 1 or figure.layout.barmode == "overlay",
        )
        figure.update_xaxes(gridcolor="#e4e4e4", zerolinecolor="#bbbbbb", fixedrange=False)
        figure.update_yaxes(gridcolor="#e4e4e4", zerolinecolor="#bbbbbb", title_standoff=6)
        return figure


def _list(values: Array) -> list[float | None]:
    """Five digits are enough for a plot; NaN leaves a gap."""
    return [float(f"{v:.5g}") if np.isfinite(v) else None for v in values]


def _css(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)


def _plain(text: str) -> str:
    """Text that Plotly does not take for its few tags."""
    return html.escape(text)
