"""Plots over time, as Plotly's figures.

Needs plotly (``pip install "kinemesh[report]"``), imported where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinemesh.errors import MissingExtra
from kinemesh.report.entries import Entry
from kinemesh.report.traces import LINES, Traces, css, numbers, plain

_LEAST = 1e-7
"""A constraint that is never broken by more than this is not drawn."""


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
            "Mean distance between the robot's landmarks and those of the person in the robot's "
            "proportions, and the worst limb's angle to the person's.",
            {"tracking.landmark_error": "landmark error", "limbs.worst_p95": "worst limb"},
        ),
        *(plot for k in range(len(entries)) for plot in draw.solved(k)),
    ]
    return [plot for plot in found if plot is not None]


class _Draw(Traces):
    """Figures of some entries."""

    def rows(self, title: str, caption: str, names: dict[str, str]) -> Plot | None:
        """One panel a row of the ruler that is made of frames, one line an entry."""
        shown = {}
        for name, label in names.items():
            measures = [self.measure(entry, name) for entry in self._entries]
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
                line = self.line(k, entry.times, measure.series, legend=row == 1)
                figure.add_trace(line, row=row, col=1)
            if one.limit is not None:
                self.limit(figure, one.limit, row)
            figure.update_yaxes(
                title_text=f"{label} [{one.unit}]", rangemode="tozero", row=row, col=1
            )
        figure.update_xaxes(title_text="time [s]", row=len(shown), col=1)
        return Plot(title, caption, self.styled(figure, 90 + 150 * len(shown)))

    def speeds(self) -> Plot:
        """The fastest joint of every frame, against its limit."""
        figure = self._go.Figure()
        for k, entry in enumerate(self._entries):
            line = self.line(k, entry.times[1:], entry.fastest)
            line.customdata = [plain(joint) for joint in entry.fastest_joint]
            line.hovertemplate = "%{customdata}: %{y:.0f} %"
            figure.add_trace(line)
        self.limit(figure, 100.0)
        figure.update_yaxes(title_text="speed of its limit [%]", rangemode="tozero")
        figure.update_xaxes(title_text="time [s]")
        caption = "Speed of the joint that is nearest its velocity limit; hover to see which."
        return Plot("Joint velocities", caption, self.styled(figure, 260))

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
            figure = self.terms(times, costs, stacked=True)
            figure.update_yaxes(title_text="cost [1]", rangemode="tozero")
            found.append(Plot(f"Cost by term{of}", "What the solver paid, stacked.", figure))
        if slacks:
            figure = self.terms(times, slacks, stacked=False)
            figure.update_yaxes(title_text="violation [mm], [mrad]", rangemode="tozero")
            relaxed = sum(bool(r.relaxed) for r in entry.reports)
            caption = (
                "Worst violation of every constraint that is ever broken, measured after the "
                f"solve; frames in which a constraint had to give way: {relaxed}."
            )
            found.append(Plot(f"Slacks{of}", caption, figure))
        figure = self._go.Figure(
            self._go.Bar(
                x=numbers(times),
                y=[r.iterations for r in entry.reports],
                marker={"color": css(LINES[k % len(LINES)]), "line": {"width": 0}},
                hovertemplate="%{y} QPs",
            )
        )
        figure.update_yaxes(title_text="QPs [1]")
        figure.update_xaxes(title_text="time [s]")
        caption = "How many quadratic programs each frame took."
        figure = self.styled(figure, 220).update_layout(bargap=0.0, showlegend=False)
        found.append(Plot(f"Effort{of}", caption, figure))
        return found

    def timeline(self) -> Plot | None:
        """Bars: when parts of the person touch, and when the robots' do."""
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
                    labels.append(f"{plain(name)}, person")
                    self.bars(figure, labels[-1], entry, row.person, "#777777", "person", legend)
                who = plain(entry.name) if len(self._entries) > 1 else "robot"
                labels.append(f"{plain(name)}, {who}")
                colour = css(LINES[k % len(LINES)])
                self.bars(figure, labels[-1], entry, row.robot, colour, who, legend)
        figure.update_yaxes(
            categoryorder="array", categoryarray=labels[::-1], automargin=True, title_text=""
        )
        figure.update_xaxes(title_text="time [s]")
        figure.update_layout(barmode="overlay", bargap=0.25)
        caption = (
            "Grey: the person touches or stands. Coloured: so does the robot: hands within "
            "20 mm of the thing, knees, seat and other parts within 10 mm of what they rest on, "
            "feet still and within 10 mm of the ground or terrain."
        )
        return Plot("Contacts", caption, self.styled(figure, 90 + 24 * len(labels)))
