"""How values show themselves in a notebook: a short table, and small plots over time."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from kinemesh.arrays import Array
from kinemesh.errors import MissingExtra

_MOST = 12
"""So many rows of one kind are shown."""
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000")
"""Okabe and Ito's."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Lines over time with one axis."""

    label: str
    """What the axis shows, with its unit."""
    lines: Mapping[str, tuple[Array, Array]]
    """Name to times ``(N,)`` [s] and values ``(N,)``."""


def html_table(title: str, rows: Mapping[str, object], remarks: Iterable[str] = ()) -> str:
    """A title, rows of name and value, and remarks; all of it text."""
    lines = [
        f"<tr><th style='text-align:left'>{_text(name)}</th>"
        f"<td style='text-align:left'>{_text(value)}</td></tr>"
        for name, value in rows.items()
    ]
    said = list(remarks)
    listed = "".join(f"<li>{_text(remark)}</li>" for remark in said[:_MOST])
    if len(said) > _MOST:
        listed += f"<li>and {len(said) - _MOST} more</li>"
    tail = f"<ul>{listed}</ul>" if listed else ""
    return f"<div><b>{_text(title)}</b><table>{''.join(lines)}</table>{tail}</div>"


def plot(panels: Sequence[Panel], title: str) -> Any:
    """A matplotlib figure with ``panels`` above each other.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "picture") from error
    figure: Any = Figure(figsize=(8.0, 0.6 + 1.8 * len(panels)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, panel in zip(axes, panels, strict=True):
        for k, (name, (times, values)) in enumerate(panel.lines.items()):
            style = ("-", "--", ":")[k // len(_COLOURS) % 3]
            axis.plot(times, values, style, color=_COLOURS[k % len(_COLOURS)], label=name, lw=1.2)
        axis.set_ylabel(panel.label, fontsize=9)
        axis.grid(True, color="0.9")
        axis.margins(x=0.0)
        if len(panel.lines) > 1:
            axis.legend(fontsize=7, ncols=2, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes[-1].set_xlabel("time [s]")
    figure.suptitle(title, fontsize=10, parse_math=False)
    figure._repr_png_ = partial(_png, figure)  # else a notebook shows figures of pyplot's alone
    return figure


def _png(figure: Any) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _text(value: object) -> str:
    return html.escape(str(value), quote=True)
