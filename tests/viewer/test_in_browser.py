"""The viewer's page in a real browser: Debian's chromium, which draws without a graphics card."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinemesh.viewer import Stage, View

pytest.importorskip("viser", reason="the viewer needs the extra viewer")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="driving a browser needs playwright (extra test)"
)
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no chromium on the PATH: apt install chromium, or skip the viewer"
    ),
]

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)
WIDTH, HEIGHT = 640, 280
SCENE = (slice(140, None), slice(WIDTH - 330))
"""Rows and columns of the page without the panel and without viser's warning of slow drawing."""
PATIENCE = 90.0


@dataclass
class Browsed:
    """A page, and what it did."""

    page: Any
    view: View
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def pixels(self) -> np.ndarray:
        """RGB ``(rows, columns, 3)`` from 0 to 1 of the scene."""
        from matplotlib import image

        png = self.page.screenshot(timeout=1e3 * PATIENCE)
        return np.asarray(image.imread(io.BytesIO(png), format="png"))[*SCENE, slice(3)]

    def until(self, there: Callable[[np.ndarray], bool]) -> np.ndarray:
        """The scene once ``there`` says so; its last look where it never does."""
        end = time.monotonic() + PATIENCE
        while True:
            pixels = self.pixels()
            if there(pixels) or time.monotonic() > end:
                return pixels
            time.sleep(1.0)


def inked(pixels: np.ndarray) -> float:
    """Share of the scene that is much darker than paper and grid: the robot's dark links."""
    return float((pixels.max(axis=2) < 0.55).mean())


def lit(pixels: np.ndarray) -> float:
    """Share of the scene in vermilion; the box's orange has more green."""
    red, green, blue = np.moveaxis(pixels, 2, 0)
    return float(((red - blue > 0.25) & (green < 0.58 * red)).mean())


@pytest.fixture(scope="module")
def browsed(shown: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsed]:
    profile: Path = tmp_path_factory.mktemp("profile")
    with View(port=18_400) as view, playwright.sync_playwright() as driver:
        view.show([shown], playing=False)
        # Shadows and the light of a room are what costs most where the processor draws.
        view._server.scene.configure_default_lights(cast_shadow=False)
        view._server.scene.configure_environment_map(None)
        view.start()
        context = driver.chromium.launch_persistent_context(
            *(profile,),
            executable_path=CHROMIUM,
            args=list(FLAGS),
            headless=True,
            viewport={"width": WIDTH, "height": HEIGHT},
        )
        page = context.pages[0]
        found = Browsed(page, view)
        page.on("console", lambda m: found.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("websocket", lambda socket: found.requests.append(socket.url))
        page.goto(view.url, timeout=1e3 * PATIENCE)
        page.wait_for_selector("canvas", timeout=1e3 * PATIENCE)
        yield found
        context.close()


def test_the_robot_is_there_and_the_slider_moves_it(browsed: Browsed) -> None:
    before = browsed.until(lambda pixels: inked(pixels) > 0.003)
    assert inked(before) > 0.003
    slider = browsed.page.get_by_role("slider").first
    slider.focus(timeout=1e3 * PATIENCE)
    browsed.page.keyboard.press("End")

    def moved(pixels: np.ndarray) -> float:
        return float((np.abs(pixels - before).max(axis=2) > 0.2).mean())

    # A slow browser may show the links where they are now before it shows their new colours.
    after = browsed.until(lambda pixels: moved(pixels) > 0.01 and lit(pixels) > 0.001)
    assert moved(after) > 0.01
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
