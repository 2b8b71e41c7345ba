"""The viewer's page in a real browser: Debian's chromium, which draws without a graphics card."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from browser import CHROMIUM, PATIENCE, Browsed, browsing, changed, plain
from kinemesh.viewer import Stage, View

pytest.importorskip("viser", reason="the viewer needs the extra viewer")
pytest.importorskip("playwright.sync_api", reason="driving a browser needs playwright (extra test)")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no chromium on the PATH: apt install chromium, or skip the viewer"
    ),
]


def inked(pixels: np.ndarray) -> float:
    """Share of the scene that is much darker than paper and grid: the robot's dark links."""
    return float((pixels.max(axis=2) < 0.55).mean())


def lit(pixels: np.ndarray) -> float:
    """Share of the scene in vermilion; the box's orange has more green."""
    red, green, blue = np.moveaxis(pixels, 2, 0)
    return float(((red - blue > 0.25) & (green < 0.58 * red)).mean())


@pytest.fixture(scope="module")
def browsed(shown: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsed]:
    with View(port=18_400) as view:
        view.show([shown], playing=False)
        plain(view)
        view.start()
        with browsing(view, tmp_path_factory.mktemp("profile")) as found:
            yield found


def test_the_robot_is_there_and_the_slider_moves_it(browsed: Browsed) -> None:
    before = browsed.until(lambda pixels: inked(pixels) > 0.003)
    assert inked(before) > 0.003
    slider = browsed.page.get_by_role("slider").first
    slider.focus(timeout=1e3 * PATIENCE)
    browsed.page.keyboard.press("End")

    # A slow browser may show the links where they are now before it shows their new colours.
    after = browsed.until(lambda pixels: changed(before, pixels) > 0.01 and lit(pixels) > 0.001)
    assert changed(before, after) > 0.01
    assert browsed.page.get_by_text("frame 3 of 3").count() == 1
    # The feet are in the ground now, and links that are inside something are lit.
    assert lit(before) == 0.0 < 0.001 < lit(after)


def test_the_panel_names_what_failed(browsed: Browsed) -> None:
    text = browsed.page.inner_text("body")
    assert "penetration.ground.max" in text
    assert "Interaction mesh" not in text  # no clip was given


def test_no_error_is_in_the_console_and_no_request_leaves_the_machine(browsed: Browsed) -> None:
    assert browsed.errors == []
    port = browsed.view.port
    own = (f"http://localhost:{port}", f"ws://localhost:{port}", "data:", "blob:")
    assert len(browsed.requests) >= 2
    assert [url for url in browsed.requests if not url.startswith(own)] == []
