"""A page for browsers, served by viser from this machine: what all that is shown there shares."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

import numpy as np

from kinemesh.arrays import Array
from kinemesh.viewer.guard import guarded_server
from kinemesh.viewer.ports import check_viewer, free_port, silence

PORT = 8080
"""Where a browser finds it, if nobody else is there."""
_UPRIGHT = 0.9
"""A window narrower than this share of its height is a phone's."""
_TICK = 1.0 / 30.0
"""The scene is drawn anew no more often than this [s]."""


class Page(ABC):
    """A page that one thread draws, until :meth:`stop`: seen by its own pages and by no other.

    Args:
        host: the address that it listens at; the default can be reached from this machine only.
        port: where; if it is taken, the next that is free.

    Raises:
        MissingExtra: viser is not installed.
        KinemeshError: no port is free, or the address is not this machine's.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = PORT) -> None:
        check_viewer()
        free = free_port(host, port)
        with silence():
            self._server = guarded_server(host, free, label="kinemesh", verbose=False)
        self._server.gui.configure_theme(show_logo=False, show_share_button=False)
        self._server.on_client_connect(self._aim)
        self._host = host
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._camera: tuple[Array, Array] = (np.zeros(3), np.zeros(3))
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.get_port())

    @property
    def url(self) -> str:
        """What to open in a browser."""
        host = "localhost" if self._host in ("127.0.0.1", "0.0.0.0", "") else self._host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Draw in a thread of its own, until :meth:`stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kinemesh-view", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until :meth:`stop` is called, or a KeyboardInterrupt ends it."""
        # A wait without an end does not hear Ctrl-C on every system.
        while not self._stopped.wait(0.5):
            pass

    def stop(self) -> None:
        """Close it; nobody can look any more."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        with silence():
            self._server.stop()

    def _run(self) -> None:
        last = time.perf_counter()
        while not self._stopped.is_set():
            with self._lock:
                now = time.perf_counter()
                self._tick(now - last)
                last = now
            self._wake.wait(_TICK)
            self._wake.clear()

    @abstractmethod
    def _tick(self, seconds: float) -> None:
        """Draw what is to be seen ``seconds`` of real time after the last call."""

    def _clear(self) -> Any:
        """An empty page with its panel at the right; the node under which all stands."""
        self._server.scene.reset()
        self._server.gui.reset()
        self._server.gui.main_panel.dock_right()
        return self._server.scene.add_frame("/world", show_axes=False)

    def _look(self, position: Array, target: Array) -> None:
        """Let whoever opens the page look from ``position`` ``(3,)`` [m] at ``target``."""
        self._camera = position, target
        self._server.initial_camera.position = position
        self._server.initial_camera.look_at = target
        self._server.initial_camera.fov = np.radians(45.0)

    def _aim(self, client: Any) -> None:
        """On an upright screen the panel covers the lower half: keep the robot above it."""
        if client.camera.aspect < _UPRIGHT:
            position, target = self._camera
            lower = np.array([0.0, 0.0, 1.0])
            client.camera.position = target + 1.5 * (position - target) - lower
            client.camera.look_at = target - lower

    def _lay_ground(self, size: Array, middle: Array) -> Any:
        """A grid of metres, ``size`` ``(2,)`` [m] along x and y, around ``middle`` ``(3,)``."""
        return self._server.scene.add_grid(
            "/world/ground",
            *(float(size[0]), float(size[1])),
            position=middle,
            cell_size=0.5,
            section_size=1.0,
            cell_color=(225, 225, 225),
            section_color=(190, 190, 190),
            plane_color=(250, 250, 250),
            plane_opacity=1.0,
            shadow_opacity=0.25,
        )
