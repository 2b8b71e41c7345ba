"""Formulas as MathML: browsers draw it themselves, without a script or a font to fetch."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

_FOUND = re.compile(
    r'<(span|div) class="arithmatex">(?:\\\((.*?)\\\)|\\\[(.*?)\\\])</\1>', re.DOTALL
)


def on_page_content(text: str, **_: Any) -> str:
    """What pymdownx.arithmatex found in a page, drawn."""
    return _FOUND.sub(_drawn, text)


def _drawn(found: re.Match[str]) -> str:
    inline, block = found[2], found[3]
    if block is None:
        return convert(html.unescape(inline))
    drawn = convert(html.unescape(block).strip(), display="block")
    return f'<div class="formula">{drawn}</div>'
