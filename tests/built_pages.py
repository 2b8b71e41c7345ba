"""A folder of web pages, read: what they load, where they lead, which places they have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "input": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
_POSTER = "poster"
_CSS = re.compile(r"(?:@import\s+|url\()\s*[\"']?([^\"')]+)")


@dataclass
class Page(HTMLParser):
    """One page."""

    path: Path
    loads: list[str] = field(default_factory=list)
    """What a browser fetches to show it."""
    links: list[str] = field(default_factory=list)
    """Where a click leads."""
    places: set[str] = field(default_factory=set)
    """What an anchor may name."""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _LOADS and (address := given.get(_LOADS[tag])):
            self.loads.append(address)
        self.loads += [given[_POSTER]] if _POSTER in given else []
        self.loads += _CSS.findall(given.get("style", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}


def outside(address: str) -> bool:
    """Whether an address is not a file of the site's own."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def fetched(folder: Path) -> list[str]:
    """What pages and style sheets of ``folder`` load from elsewhere."""
    found = []
    for path in sorted(folder.rglob("*.html")):
        found += [f"{path.name}: {load}" for load in Page(path).loads if outside(load)]
    for path in sorted(folder.rglob("*.css")):
        loads = _CSS.findall(path.read_text(encoding="utf-8"))
        found += [f"{path.name}: {load}" for load in loads if outside(load)]
    return found


def lost(folder: Path) -> list[str]:
    """Links and loads of ``folder`` that lead to no file of it, or to no place of a page."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for address in (*page.links, *page.loads):
            parts = urlsplit(address)
            if outside(address) or parts.scheme == "data" or address in ("", "#"):
                continue
            named = unquote(parts.path)
            base = folder if named.startswith("/") else path.parent
            target = (base / named.lstrip("/")).resolve() if named else path
            target = target / "index.html" if target.is_dir() else target
            place = unquote(parts.fragment)
            there = target.is_file()
            if there and place and target in pages:
                there = place in pages[target].places
            if not there:
                found.append(f"{path.relative_to(folder.resolve())}: {address}")
    return found
