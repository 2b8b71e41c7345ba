"""The site builds strictly, fetches nothing from a network, and leads nowhere that is not there."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import kinemesh
from browser import CHROMIUM, FLAGS, PATIENCE
from built_pages import Page, fetched, lost

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    pytest.importorskip("mkdocs", reason="the site is built by mkdocs: the extra docs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Modules that the site is made by."""
    for needed in ("griffe", "mkdocs"):
        pytest.importorskip(needed, reason="the site is built by mkdocs: the extra docs")
    monkeypatch.syspath_prepend(ROOT / "docs" / "hooks")
    return importlib.import_module


@pytest.fixture
def api(hooks: Callable[[str], ModuleType]) -> ModuleType:
    """What writes the pages of the API."""
    return hooks("api")


@pytest.mark.slow
def test_nothing_is_fetched_from_a_network(site: Path) -> None:
    assert (site / "index.html").is_file() and len(list(site.rglob("*.html"))) > 40
    assert fetched(site) == []


@pytest.mark.slow
def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    assert lost(site) == []


@pytest.mark.slow
def test_every_public_name_has_its_place_in_the_api(site: Path, api: ModuleType) -> None:
    for room in api.rooms():
        places = Page(site / "api" / f"{room}.html").places
        shown = {name for name, home in api.faces().items() if home == room}
        assert {f"kinemesh.{name}" for name in shown} <= places, room
        rest = set(api.names(room)) - shown
        assert {f"kinemesh.{room}.{name}" for name in rest} <= places, room


@pytest.mark.slow
def test_formulas_are_drawn_and_roles_are_read(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'class="arithmatex"' not in text, path.name
        assert not any(f":{role}:" in text for role in ("class", "func", "meth", "math")), path.name
        assert not re.search(r"\.\. [a-z-]+::", text), path.name
    written = (ROOT / "docs" / "math.md").read_text(encoding="utf-8")
    formulas = re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", written, re.DOTALL)
    assert (site / "math.html").read_text(encoding="utf-8").count("<math") == len(formulas)


@pytest.mark.slow
def test_names_in_docstrings_lead_to_where_they_are_described(site: Path) -> None:
    """A name that no page describes is left as a word that shows its path."""
    left = {
        (path.stem, name)
        for path in (site / "api").glob("*.html")
        for name in re.findall(
            r'<span title="(kinemesh[^"]*)"[^>]*><code>', path.read_text(encoding="utf-8")
        )
    }
    assert left == set()


@pytest.mark.slow
def test_the_notebook_has_a_page_of_its_cells(site: Path) -> None:
    text = (site / "examples" / "kinemesh.html").read_text(encoding="utf-8")
    assert "jupyter lab examples/kinemesh.ipynb" in text
    assert 'href="../metrics.html"' in text and text.count('highlight"><pre') >= 8


def test_the_api_has_a_page_for_whatever_kinemesh_shows(api: ModuleType) -> None:
    assert set(api.faces()) == {
        name
        for name in set(kinemesh.__all__) - {"__version__"}
        if not isinstance(getattr(kinemesh, name), ModuleType)
    }
    assert set(api.faces().values()) <= set(api.rooms())


def test_every_name_that_kinemesh_shows_has_an_example(
    api: ModuleType, hooks: Callable[[str], ModuleType]
) -> None:
    shown = {name for name, room in api.faces().items() if room != "errors"} | {"KinemeshError"}
    assert set(hooks("references").examples()) == shown


def test_links_between_files_lead_to_pages(hooks: Callable[[str], ModuleType]) -> None:
    pages = hooks("pages")
    known = {"CONTRIBUTING.md": "contributing.md", "README.md": "index.md"}
    for place, written, expected in (
        ("robots.md", "[a](../CONTRIBUTING.md#b)", "[a](contributing.md#b)"),
        ("api/index.md", "[a](../design.md)", "[a](../design.md)"),
        ("api/index.md", "[a](../../CONTRIBUTING.md)", "[a](../contributing.md)"),
        ("contributing.md", "[a](docs/design.md#b)", "[a](design.md#b)"),
        ("contributing.md", "[`a`](pyproject.toml)", "`a`"),
        ("live.md", "[robots.md](robots.md#motors)", "[Robots](robots.md#motors)"),
        ("index.md", "[a](nowhere.md) [b](https://x.y/z.md)", None),
    ):
        assert pages.linked(written, place, known) == (expected or written)


def test_navigation_leaves_out_what_is_not_there(hooks: Callable[[str], ModuleType]) -> None:
    nav = [{"A": "a.md"}, {"B": [{"C": "c.md"}, "d/*.md"]}, {"E": ["e.md"]}]
    there = hooks("pages").there
    assert there(nav, ["a.md", "d/1.md", "d/2.md"]) == [{"A": "a.md"}, {"B": ["d/1.md", "d/2.md"]}]
    assert there(nav, ["c.md", "e.md"]) == [{"B": [{"C": "c.md"}]}, {"E": ["e.md"]}]


def test_what_a_page_fetches_from_a_network_is_seen(tmp_path: Path) -> None:
    kept = (
        '<link rel="icon" href="a.png"><img src="data:image/png;base64,AAAA"><a href="https://x.y">'
    )
    (tmp_path / "a.html").write_text(f'{kept}<script src="//cdn.x.y/a.js"></script>')
    (tmp_path / "b.css").write_text("@import 'https://x.y/b.css'; a { background: url(c.png) }")
    assert fetched(tmp_path) == ["a.html: //cdn.x.y/a.js", "b.css: https://x.y/b.css"]


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1>')
    links = ("b.html", "b.html#there", "b.html#not", "c.html", "#here", "https://x.y/z")
    body = "".join(f'<a href="{link}">' for link in links)
    (tmp_path / "a.html").write_text(f'<p id="here">{body}')
    assert lost(tmp_path) == ["a.html: b.html#not", "a.html: c.html"]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_page_is_as_wide_as_a_telephone_and_asks_nobody(site: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    asked, broken, wide = [], [], []
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.set_default_timeout(1e3 * PATIENCE)
        for path in sorted(set(site.rglob("*.html")) - {site / "404.html"}):
            page.goto(path.as_uri())
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                wide.append(path.name)
        browser.close()
    assert (wide, broken) == ([], [])
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_words_are_found_in_pages_that_were_opened_from_a_disk(site: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        page.set_default_timeout(1e3 * PATIENCE)
        page.goto((site / "index.html").as_uri())
        page.locator(".md-search__input").first.fill("touchdown")
        found = page.locator(".md-search-result__link[href*='math.html']").first
        found.wait_for(state="attached")
        browser.close()
