"""Real handshakes with the viewer's server: its own pages are served, those of others are not."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from kinemesh.errors import KinemeshError
from kinemesh.viewer import Stage, View, guard

pytest.importorskip("viser", reason="the viewer needs the extra viewer")

import viser
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PORT = 18_510


@pytest.fixture(scope="module")
def view(shown: Stage) -> Iterator[View]:
    with View(port=PORT) as view:
        view.show([shown], playing=False)
        yield view


def scene(view: View, host: str, origin: str | None) -> bytes:
    """The first bytes of the scene that a page of ``origin`` gets, which calls us ``host``."""
    with (
        socket.create_connection(("127.0.0.1", view.port), timeout=10.0) as wire,
        connect(
            f"ws://{host}/",
            sock=wire,
            origin=origin,
            subprotocols=[f"viser-v{viser.__version__}"],
            compression=None,
            open_timeout=10.0,
        ) as wired,
    ):
        return bytes(wired.recv(timeout=10.0))


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST"])
def test_a_page_of_ours_gets_the_scene(view: View, name: str) -> None:
    host = f"{name}:{view.port}"
    assert len(scene(view, host, f"http://{host}")) > 100


def test_a_page_behind_a_tunnel_with_another_port_gets_the_scene(view: View) -> None:
    assert len(scene(view, "localhost:9000", "http://localhost:9000")) > 100


def test_who_is_no_browser_states_no_origin_and_gets_the_scene(view: View) -> None:
    assert len(scene(view, f"localhost:{view.port}", None)) > 100


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example",
        f"http://evil.example:{PORT}",
        "http://localhost",
        "http://localhost:1",
        f"http://localhost:{PORT}.evil.example",
        f"http://127.0.0.1:{PORT}",
        "null",
        "file://",
        "",
    ],
)
def test_a_foreign_page_is_refused_before_the_handshake(view: View, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        scene(view, f"localhost:{view.port}", origin)
    assert caught.value.response.status_code == 403
    assert b"its own pages only" in caught.value.response.body


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "1.2.3.4.evil.example"])
def test_a_foreign_name_of_this_machine_is_refused_before_the_handshake(
    view: View, host: str
) -> None:
    place = f"{host}:{view.port}"
    with pytest.raises(InvalidStatus) as caught:
        scene(view, place, f"http://{place}")
    assert caught.value.response.status_code == 403
    request = urllib.request.Request(view.url, headers={"Host": place})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10.0)


def test_two_hosts_or_none_are_refused(view: View) -> None:
    for lines in (f"Host: localhost:{view.port}\r\nHost: evil.example\r\n", ""):
        with socket.create_connection(("127.0.0.1", view.port), timeout=10.0) as wire:
            wire.sendall(f"GET / HTTP/1.1\r\n{lines}\r\n".encode())
            assert b" 403 " in wire.recv(100)


def test_no_page_may_frame_ours(view: View) -> None:
    with urllib.request.urlopen(view.url, timeout=10.0) as page:
        assert page.status == 200
        assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert b"<html" in page.read().lower()


def test_a_viser_that_starts_in_another_way_is_stopped_and_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "_checked", lambda names, inner: inner)
    stopped: list[bool] = []

    class Other:
        def __init__(self, **_: object) -> None: ...

        def stop(self) -> None:
            stopped.append(True)

    monkeypatch.setattr(viser, "ViserServer", Other)
    with pytest.raises(KinemeshError, match="in a way that is not known"):
        guard.guarded_server("127.0.0.1", PORT + 1)
    assert stopped == [True]


def test_the_names_of_this_machine_are_known_where_others_may_look() -> None:
    class Headers(dict[str, str]):
        def get_all(self, name: str) -> list[str]:
            return [self[name]] if name in self else []

    here = socket.gethostname()
    for host, name, fits in (
        ("0.0.0.0", f"{here}:80", True),
        ("0.0.0.0", "192.168.1.2:80", True),
        ("0.0.0.0", "evil.example", False),
        ("127.0.0.1", "[::1]:8080", True),
        ("127.0.0.1", "[::1", False),
        ("127.0.0.1", "", False),
        ("box.lan", "box.lan:8080", True),
    ):
        assert (guard.Names(host).refused(Headers(Host=name)) is None) == fits, name
