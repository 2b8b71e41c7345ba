from __future__ import annotations

import socket
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from kinemesh.errors import KinemeshError, MissingExtra
from kinemesh.viewer import Stage, View
from kinemesh.viewer.draw import SHOWN, Actor

viser = pytest.importorskip("viser", reason="the viewer needs the extra viewer")

PORT = 18_310


@pytest.fixture(scope="module")
def view() -> Iterator[View]:
    with View(port=PORT) as view:
        yield view


@pytest.fixture
def actor(shown: Stage) -> Iterator[tuple[Actor, dict[str, object]]]:
    """An actor in a scene, and its nodes by name."""
    nodes: dict[str, object] = {}

    class Scene:
        """Keeps what is added, as viser's scene does, and draws nothing."""

        def __getattr__(self, name: str) -> object:
            def add(node: str, *_: object, **given: object) -> object:
                nodes[node] = Node(**given)
                return nodes[node]

            return add

    class Node:
        def __init__(self, **given: object) -> None:
            self.visible = True
            vars(self).update(given)

    yield Actor(Scene(), "/r", shown), nodes


def test_links_go_where_the_stage_has_them(
    actor: tuple[Actor, dict[str, object]], shown: Stage
) -> None:
    drawn, nodes = actor
    drawn.pose(3)
    for k in range(len(shown.links)):
        x, y, z, qx, qy, qz, qw = shown.link_poses[3, k]
        np.testing.assert_allclose(nodes[f"/r/link{k}"].position, (x, y, z))
        np.testing.assert_allclose(nodes[f"/r/link{k}"].wxyz, (qw, qx, qy, qz))


def test_links_inside_something_are_lit_and_go_out_again(
    actor: tuple[Actor, dict[str, object]], shown: Stage
) -> None:
    drawn, nodes = actor

    def colours() -> list[object]:
        return [nodes[f"/r/link{k}"].color for k in range(len(shown.links))]

    before = colours()
    drawn.pose(2)
    changed = {m.name for m, a, b in zip(shown.links, before, colours(), strict=True) if a != b}
    assert changed == {p.link for p in shown.inside(2)} != set()
    drawn.pose(0)
    assert colours() == before


def test_contacts_are_seen_while_they_last_and_wanted(
    actor: tuple[Actor, dict[str, object]],
) -> None:
    drawn, nodes = actor
    drawn.pose(1)
    assert nodes["/r/contact0"].visible
    drawn.pose(2)
    assert not nodes["/r/contact0"].visible
    drawn.show({**SHOWN, "contacts": False, "robot": False})
    drawn.pose(1)
    assert not nodes["/r/contact0"].visible
    assert not nodes["/r/link0"].visible and nodes["/r/prop0"].visible


def test_the_page_is_served_to_this_machine_alone(view: View, shown: Stage) -> None:
    view.show([shown], playing=False)
    with urllib.request.urlopen(view.url, timeout=10) as answer:
        assert answer.status == 200
    address = view._server.get_host()
    assert address == "127.0.0.1"


def test_a_port_that_is_taken_leads_to_the_next(view: View) -> None:
    with View(port=view.port) as second:
        assert second.port == view.port + 1
        assert second.url == f"http://localhost:{view.port + 1}"


def test_a_stopped_view_leaves_its_port(shown: Stage) -> None:
    with View(port=PORT + 20) as view:
        view.show([shown], playing=False)
        port = view.port
        view.start()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_nothing_is_printed(shown: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    with View(port=PORT + 30) as view:
        view.show([shown, replace(shown, name="other")])
        view.start()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(KinemeshError, match=r"expected a number from 1 to 65535"):
        View(port=port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(KinemeshError, match=r"cannot listen at '203\.0\.113\.7'.*127\.0\.0\.1"):
        View(host="203.0.113.7", port=PORT + 40)


def test_without_viser_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "viser", None)
    with pytest.raises(MissingExtra, match=r'pip install "kinemesh\[viewer\]"'):
        View()
