"""A page of the viewer in a real browser: Debian's chromium, which draws on the processor."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)
WIDTH, HEIGHT = 640, 280
SCENE = (slice(140, None), slice(WIDTH - 330))
"""Rows and columns of the page without the panel and without viser's warning of slow drawing."""
PATIENCE = 90.0
"""[s]"""


@dataclass
class Browsed:
    """A page, and what it did."""

    page: Any
    view: Any
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


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """Share of the scene that looks different."""
    return float((np.abs(after - before).max(axis=2) > 0.2).mean())


def plain(view: Any) -> None:
    """Without shadows and the light of a room, which cost most where the processor draws."""
    view._server.scene.configure_default_lights(cast_shadow=False)
    view._server.scene.configure_environment_map(None)


@contextmanager
def browsing(view: Any, profile: Path) -> Iterator[Browsed]:
    """``view`` in a browser whose files are in the folder ``profile``."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile,
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
