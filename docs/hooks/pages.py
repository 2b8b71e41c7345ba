"""Pages of the site that are made from elsewhere in the repository, and links to them."""

from __future__ import annotations

import ast
import posixpath
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import api

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
_LISTS = {"<!-- names -->": api.table, "<!-- rooms -->": api.contents}


def made() -> dict[str, str]:
    """Files of the repository that have a page: their paths, and the page's."""
    pages = {
        "README.md": "index.md",
        "CONTRIBUTING.md": "contributing.md",
        "CHANGELOG.md": "changelog.md",
    }
    for path in sorted((ROOT / "examples").glob("*.py")):
        pages[f"examples/{path.name}"] = f"examples/{path.stem}.md"
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and leave out of the navigation what is not there."""
    for source, page in made().items():
        if page not in files.src_uris and (ROOT / source).is_file():
            files.append(File.generated(config, page, content=_text(ROOT / source)))
    for room in api.rooms():
        files.append(File.generated(config, f"api/{room}.md", content=api.page(room)))
    config.nav = _there(config.nav, sorted(files.src_uris))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Links between files of the repository become links between pages."""
    place = page.file.src_uri
    for mark, write in _LISTS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, write())
    pages = made()
    source = next((path for path, made in pages.items() if made == place), f"docs/{place}")

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[2]))
        known = pages.get(target) or (
            target.removeprefix("docs/") if target.startswith("docs/") else ""
        )
        if not known or ":" in found[2]:
            return found[0]
        return found[1] + posixpath.relpath(known, posixpath.dirname(place) or ".") + found[3]

    return _LINK.sub(link, markdown)


def _text(path: Path) -> str:
    """A page of a file: Markdown as it is, an example as what it shows and its code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    title = (ast.get_docstring(ast.parse(text)) or path.stem).split("\n\n")[0].rstrip(".")
    command = f"```sh\npython examples/{path.name}\n```"
    return f"# {title}\n\n{command}\n\n```python\n{text}```\n"


def _there(entry: Any, pages: list[str]) -> Any:
    """Navigation without pages that are not there, patterns replaced by what they match."""
    if isinstance(entry, str):
        return entry if entry in pages else ""
    if isinstance(entry, dict):
        kept = {name: _there(below, pages) for name, below in entry.items()}
        return {name: below for name, below in kept.items() if below}
    listed: list[Any] = []
    for one in entry:
        many = isinstance(one, str) and "*" in one
        found = [p for p in pages if fnmatch(p, one)] if many else [_there(one, pages)]
        listed += [below for below in found if below and below not in listed]
    return listed
