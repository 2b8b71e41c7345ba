"""Pages of the site that are made from elsewhere in the repository, and links to them."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import api

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
_LISTS = {"<!-- names -->": api.table, "<!-- rooms -->": api.contents}


def made() -> dict[str, str]:
    """Files of the repository that have a page: their paths, and the page's."""
    pages = {
        "README.md": "index.md",
        "CONTRIBUTING.md": "contributing.md",
        "CHANGELOG.md": "changelog.md",
    }
    shown = (path for path in (ROOT / "examples").iterdir() if path.suffix in (".py", ".ipynb"))
    for path in sorted(shown):
        pages[f"examples/{path.name}"] = f"examples/{path.stem}.md"
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and leave out of the navigation what is not there."""
    for source, page in made().items():
        if page not in files.src_uris and (ROOT / source).is_file():
            files.append(File.generated(config, page, content=_text(ROOT / source)))
    for room in api.rooms():
        files.append(File.generated(config, f"api/{room}.md", content=api.page(room)))
    config.nav = there(config.nav, sorted(files.src_uris))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Links between files of the repository become links between pages, or the words alone."""
    place = page.file.src_uri
    for mark, write in _LISTS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, write())
    return linked(markdown, place, made())


def linked(markdown: str, place: str, pages: dict[str, str]) -> str:
    """The text of the page at ``place`` with links that lead to pages, ``pages`` by their files."""
    homes = {page: file for file, page in pages.items()}
    source = f"docs/{place}"
    if not (ROOT / source).is_file():
        source = homes.get(place, source)

    def link(found: re.Match[str]) -> str:
        words, path, anchor = found[1], found[2], found[3] or ""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        inside = target.startswith("docs/")
        known = pages.get(target) or (target.removeprefix("docs/") if inside else "")
        if known:
            if words == path and (ROOT / target).is_file():
                words = _title(ROOT / target)
            way = posixpath.relpath(known, posixpath.dirname(place) or ".")
            return f"[{words}]({way}{anchor})"
        return words if (ROOT / target).exists() else found[0]

    return _LINK.sub(link, markdown)


def _title(path: Path) -> str:
    """What a document is called, where a link has the name of its file."""
    found = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].replace("`", "") if found and path.suffix == ".md" else path.name


def _text(path: Path) -> str:
    """A page of a file: Markdown as it is, an example as what it shows and its code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    if path.suffix == ".ipynb":
        return _cells(text, path.name)
    title = (ast.get_docstring(ast.parse(text)) or path.stem).split("\n\n")[0].rstrip(".")
    command = f"```sh\npython examples/{path.name}\n```"
    return f"# {title}\n\n{command}\n\n```python\n{text}```\n"


def _cells(text: str, name: str) -> str:
    """The cells of a notebook, as Markdown, and how to open it."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
    parts.insert(
        1, f"It is a notebook: `jupyter lab examples/{name}`, or any program that opens one."
    )
    return "\n\n".join(parts) + "\n"


def there(entry: Any, pages: list[str]) -> Any:
    """Navigation without pages that are not there, patterns replaced by what they match."""
    if isinstance(entry, str):
        return entry if entry in pages else ""
    if isinstance(entry, dict):
        kept = {name: there(below, pages) for name, below in entry.items()}
        return {name: below for name, below in kept.items() if below}
    listed: list[Any] = []
    for one in entry:
        many = isinstance(one, str) and "*" in one
        found = [p for p in pages if fnmatch(p, one)] if many else [there(one, pages)]
        listed += [below for below in found if below and below not in listed]
    return listed
