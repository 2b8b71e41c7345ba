"""viser's server, closed to pages of others: who asks is looked at before anything is answered.

A browser lets any page open a websocket to this machine, and a name that somebody else owns may
lead here too. Both say so: the page in ``Origin``, the name in ``Host``.
"""

from __future__ import annotations

import http
import inspect
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from kinemesh.errors import KinemeshError

_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What goes with every page: no other page may frame it."""

_PATCHING = threading.Lock()


def guarded_server(host: str, port: int, **options: Any) -> Any:
    """A ``viser.ViserServer`` that answers its own pages only.

    Args:
        host: the address that it listens at; the names of this machine are its names too.
        port: where.
        options: viser's.

    Raises:
        KinemeshError: viser starts its server in a way that cannot be guarded.
    """
    import viser

    with _guarding(Names(host)) as guards:
        server = viser.ViserServer(host=host, port=port, **options)
    if not guards:
        server.stop()
        raise KinemeshError(
            f"viser {viser.__version__} starts its server in a way that is not known here, and "
            f"any web page could read what it shows: install viser>=1.1,<2"
        )
    return server


class Names:
    """The names under which a browser finds the server."""

    def __init__(self, host: str) -> None:
        own = {host.lower(), "localhost"}
        if host not in ("127.0.0.1", "localhost", "::1"):
            own |= {socket.gethostname().lower(), socket.getfqdn().lower()}
        self._own = own - {""}

    def refused(self, headers: Any) -> str | None:
        """Why a request with these headers is not answered; None if it is."""
        hosts, origins = headers.get_all("Host"), headers.get_all("Origin")
        if len(hosts) != 1 or not self._is_own(hosts[0]):
            return "this server answers under names of its own machine only"
        # Who is no browser states no origin, and has no page that could be foreign.
        if len(origins) > 1 or any(_place(origin) != hosts[0].lower() for origin in origins):
            return "this server answers its own pages only"
        return None

    def _is_own(self, place: str) -> bool:
        try:
            name = urlsplit(f"//{place}").hostname or ""
        except ValueError:
            return False
        if name in self._own:
            return True
        try:  # an address is nobody's name
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _place(origin: str) -> str | None:
    """Host and port of an origin; None of one that has none."""
    scheme, _, place = origin.lower().partition("://")
    return place if scheme in ("http", "https") and place else None


@contextmanager
def _guarding(names: Names) -> Iterator[list[str]]:
    """While this lasts, viser's servers start with the guard; yields who was guarded.

    viser has no place to hang a check in: it gives websockets its own ``process_request``.
    """
    from websockets.asyncio import server

    guarded: list[str] = []
    original = server.serve

    def serve(*arguments: Any, **options: Any) -> Any:
        inner = options.get("process_request")
        if inner is not None and inner.__module__.partition(".")[0] == "viser":
            options["process_request"] = _checked(names, inner)
            guarded.append(inner.__module__)
        return original(*arguments, **options)

    with _PATCHING:
        vars(server)["serve"] = serve
        try:
            yield guarded
        finally:
            vars(server)["serve"] = original


def _checked(names: Names, inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    async def process(connection: Any, request: Any) -> Any:
        why = names.refused(request.headers)
        if why is not None:
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"{why}\n")
        response = inner(connection, request)
        if inspect.isawaitable(response):
            response = await response
        if response is not None:
            for name, value in _HEADERS.items():
                response.headers[name] = value
        return response

    return process
