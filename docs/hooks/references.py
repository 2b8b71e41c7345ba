"""Docstrings have roles of reStructuredText: what they mean on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import griffe

_EXAMPLES = Path(__file__).resolve().parents[1] / "api" / "examples.md"
_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):`~?([\w.]+)`", re.DOTALL)
_LITERAL = re.compile(r"^ *\.\. code-block::.*\n", re.MULTILINE)
_INLINE = re.compile(r":math:`(.*?)`", re.DOTALL)
_DOCUMENT = re.compile(r"(`{0,2})\b(docs/(\w+)\.md)\1")
_BLOCK = re.compile(r"^( *)\.\. math::(.*(?:\n(?:\1 +.*| *(?=\n\1 )))*)", re.MULTILINE)


class References(griffe.Extension):
    """Turns formulas to those of the other pages, and names into links where a page has them."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring:
            obj.docstring.value = marked(obj.docstring.value, lambda name: _path(name, obj))

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Put the example of each name that the package shows behind a docstring without one."""
        for name, example in examples().items():
            shown = pkg[name].final_target
            if shown.docstring and ">>>" not in shown.docstring.value:
                shown.docstring.value += f"\n\n{example}"


def examples() -> dict[str, str]:
    """The blocks of ``docs/api/examples.md``, by the name over them, fences included."""
    text = _EXAMPLES.read_text(encoding="utf-8")
    return dict(re.findall(r"^## (\w+)\n\n(```python\n.*?^```$)", text, re.MULTILINE | re.DOTALL))


def marked(text: str, path: Callable[[str], str]) -> str:
    """A docstring as Markdown; ``path`` says what a name in it is called everywhere."""
    text = _LITERAL.sub("", _BLOCK.sub(_formula, text))
    text = _INLINE.sub(r"$\1$", text)
    text = _DOCUMENT.sub(r'<a href="../\3.html">\2</a>', text)
    return _ROLE.sub(lambda found: _link(found[1], path), text)


def _formula(found: re.Match[str]) -> str:
    indent = found[1]
    lines = [line.strip() for line in found[2].splitlines()]
    body = f"\n{indent}".join(line for line in lines if line)
    return f"{indent}$$\n{indent}{body}\n{indent}$$"


def _path(name: str, obj: griffe.Object) -> str:
    """``name`` as ``obj`` sees it."""
    try:
        return obj.resolve(name)
    except griffe.NameResolutionError:
        return f"{obj.path}.{name}"


def _link(name: str, path: Callable[[str], str]) -> str:
    """A link, if any page shows ``name``."""
    full = name if name.startswith("kinemesh.") else path(name)
    shown = name.removeprefix("kinemesh.")
    return f'<autoref identifier="{full}" optional><code>{shown}</code></autoref>'
