"""What plots are made of: lines, bars and limits in Plotly's figures, in one style."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kinemesh.arrays import Array
from kinemesh.metrics.score import runs
from kinemesh.report.entries import Entry
from kinemesh.viewer.palette import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, Colour

LINES: tuple[Colour, ...] = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
"""Colours of the motions, in the order given; then they repeat, dashed."""
_DASHES = ("solid", "dash", "dot", "dashdot")
_LIMIT = "#444444"
_TERMS: tuple[Colour, ...] = (*LINES, (0.4, 0.4, 0.4), (0.0, 0.0, 0.0))


class Traces:
    """Lines and bars of some entries, and the figures that they stand in."""

    def __init__(self, go: Any, subplots: Callable[..., Any], entries: Sequence[Entry]) -> None:
        self._go = go
        self._subplots = subplots
        self._entries = entries

    def bars(
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

    def terms(self, times: Array, values: dict[str, Array], *, stacked: bool) -> Any:
        """A figure of values ``(N,)`` over time [s], by name."""
        figure = self._go.Figure()
        for k, (name, series) in enumerate(values.items()):
            colour = css(_TERMS[k % len(_TERMS)])
            dash = _DASHES[k // len(_TERMS) % len(_DASHES)]
            figure.add_trace(
                self._go.Scatter(
                    x=numbers(times),
                    y=numbers(series),
                    name=plain(name),
                    mode="lines",
                    line={"color": colour, "width": 0.5 if stacked else 1.6, "dash": dash},
                    stackgroup="one" if stacked else None,
                    hovertemplate="%{y:.3g}",
                )
            )
        figure.update_xaxes(title_text="time [s]")
        return self.styled(figure, 300, always=True)

    def line(self, k: int, times: Array, values: Array, legend: bool = True) -> Any:
        """The line of entry ``k``; NaN leaves a gap."""
        name = plain(self._entries[k].name)
        return self._go.Scatter(
            x=numbers(times),
            y=numbers(values),
            name=name,
            legendgroup=str(k),
            showlegend=legend,
            mode="lines",
            connectgaps=False,
            line={
                "color": css(LINES[k % len(LINES)]),
                "width": 1.8,
                "dash": _DASHES[k // len(LINES) % len(_DASHES)],
            },
            hovertemplate="%{y:.3g}",
        )

    def limit(self, figure: Any, limit: float, row: int | None = None) -> None:
        """A dashed line across a figure, or across one of its panels."""
        place = {} if row is None else {"row": row, "col": 1}
        figure.add_hline(y=limit, line={"color": _LIMIT, "width": 1.2, "dash": "dash"}, **place)

    def measure(self, entry: Entry, name: str) -> Any:
        """What the ruler says of an entry under ``name``; None if nothing."""
        return next((m for m in entry.score if m.name == name), None)

    def styled(self, figure: Any, height: int, always: bool = False) -> Any:
        """The figure, ``height`` pixels high, in the page's style."""
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


def numbers(values: Array) -> list[float | None]:
    """Five digits are enough for a plot; NaN leaves a gap."""
    return [float(f"{v:.5g}") if np.isfinite(v) else None for v in values]


def css(colour: Colour) -> str:
    """A colour as a style sheet writes it."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)


def plain(text: str) -> str:
    """Text that Plotly does not take for its few tags."""
    return html.escape(text)
