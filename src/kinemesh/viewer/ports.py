"""What a viewer needs of this machine: viser, and a port that is free."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

from kinemesh.errors import KinemeshError, MissingExtra

_TRIES = 100
"""So many ports are tried."""


def check_viewer() -> None:
    """Say so before any work if viser is not there.

    Raises:
        MissingExtra: viser is not installed.
    """
    if find_spec("viser") is None:
        raise MissingExtra("viser", "viewer")


@contextmanager
def silence() -> Iterator[None]:
    """Keep off standard output what viser says there of itself, whatever is asked of it."""
    import rich

    console = rich.get_console()
    quiet, console.quiet = console.quiet, True
    try:
        yield
    finally:
        console.quiet = quiet


def free_port(host: str, port: int) -> int:
    """``port``, or the first after it that nobody listens at.

    Raises:
        KinemeshError: there is none, or ``host`` is not an address of this machine.
    """
    if not 0 < port < 65536:
        raise KinemeshError(f"the port is {port}; expected a number from 1 to 65535")
    tried = range(port, min(port + _TRIES, 65536))
    for candidate in tried:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise KinemeshError(
                        f"cannot listen at {host!r} ({error}); give an address of this machine: "
                        f"127.0.0.1, or 0.0.0.0 for all that others can reach"
                    ) from error
                continue
            return candidate
    raise KinemeshError(
        f"none of the ports {tried[0]} to {tried[-1]} is free; give another one, port="
    )
