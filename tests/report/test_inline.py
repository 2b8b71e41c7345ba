"""``kinemesh.show``: a scene that plays inside a page of somebody else's, and asks for nothing."""

from __future__ import annotations

import html
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinemesh
from browser import CHROMIUM, FLAGS, PATIENCE
from kinemesh import Result, demos, retarget
from kinemesh.errors import MissingExtra, OptionError
from kinemesh.report import Inline

NASTY = "</script><script>window.cracked = 1</script>"


@pytest.fixture(scope="module")
def result() -> Result:
    return retarget(demos.lift_box().crop(60, 66))


@pytest.fixture(scope="module")
def shown(result: Result) -> Inline:
    pytest.importorskip("viser", reason="a scene is viser's: the extra viewer")
    return kinemesh.show(result, replace(result, clip=NASTY), meshes="hulls", pixels=300)


@pytest.mark.slow
def test_a_notebook_is_given_a_frame_that_holds_the_whole_scene(shown: Inline) -> None:
    cell = shown._repr_html_()
    (frame,) = re.findall(r'<iframe [^>]*srcdoc="([^"]*)"></iframe>', cell)
    assert html.unescape(frame) == shown.page
    assert 'height="300"' in cell and 'sandbox="allow-scripts"' in cell
    assert "__VISER_EMBED_DATA__" in shown.page and "default-src 'none'" in shown.page
    assert "<script>window.cracked" not in shown.page
    assert len(cell) < 3e6
    assert re.fullmatch(r"Inline\(\d\.\d MB of HTML, to be shown by a notebook\)", repr(shown))


def test_what_cannot_be_shown_is_refused_in_words(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("viser", reason="a scene is viser's: the extra viewer")
    for motions in ((), (result,) * 7):
        with pytest.raises(OptionError, match="expected 1 to 6"):
            kinemesh.show(*motions)
    for pixels in (0, 1_000_000):
        with pytest.raises(OptionError, match="height of the frame"):
            kinemesh.show(result, pixels=pixels)
    monkeypatch.setitem(sys.modules, "viser", None)
    with pytest.raises(MissingExtra, match=r'pip install "kinemesh\[viewer\]"'):
        kinemesh.show(result)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_browser_draws_the_scene_within_its_frame_and_asks_nobody(
    shown: Inline, tmp_path: Path
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    image = pytest.importorskip("matplotlib.image")
    page = tmp_path / "cell.html"
    page.write_text(f"<!doctype html><title>a</title>{shown._repr_html_()}", encoding="utf-8")
    asked, broken = [], []
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tab = browser.new_page(viewport={"width": 480, "height": 340})
        tab.set_default_timeout(1e3 * PATIENCE)
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: broken.append(str(error)))
        tab.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
        tab.goto(page.as_uri())
        tab.frame_locator("iframe").locator("canvas").first.wait_for()
        end, orange = time.monotonic() + PATIENCE, 0
        while orange < 50 and time.monotonic() < end:  # the boxes
            tab.screenshot(path=tmp_path / "cell.png")
            seen = np.asarray(image.imread(tmp_path / "cell.png"))[..., :3]
            orange = int(((seen[..., 0] > seen[..., 2] + 0.3) & (seen[..., 1] > 0.3)).sum())
        assert tab.evaluate("window.cracked") is None
        browser.close()
    assert orange >= 50 and broken == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
