"""Where a source is, in one word of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from kinemesh.errors import OptionError

_SCHEMES: Mapping[str, tuple[str, int | None, tuple[str, ...]]] = MappingProxyType(
    {
        "zmq": ("zmq", None, ("topic",)),
        "tcp": ("zmq", None, ("topic",)),
        "bvh": ("bvh", 7001, ("skeleton",)),
        "mvn": ("mvn", 9763, ()),
    }
)
"""Scheme to kind, usual port, and what may be said after a question mark."""
_FORMS = "a recording, -, zmq://host:port, bvh://host:port?skeleton=FILE.bvh or mvn://:port"


@dataclass(frozen=True)
class Address:
    """A source, not yet looked for."""

    kind: str
    """``"file"``, ``"lines"``, ``"zmq"``, ``"bvh"`` or ``"mvn"``."""
    text: str
    """As it was given."""
    host: str = ""
    """Where to ask, or to listen; empty for a file."""
    port: int = 0
    """And at which port; 0 for a file."""
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What stands after the question mark."""


def parsed(text: str) -> Address:
    """What a word of the command line means.

    Raises:
        OptionError: a scheme, a port or something after the question mark that is not known.

    Examples:
        >>> kinemesh.live.parsed("zmq://127.0.0.1:5555").port
        5555
    """
    if text == "-":
        return Address("lines", text)
    if "://" not in text:
        return Address("file", text)
    try:
        parts = urlsplit(text)
        port = parts.port
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise OptionError(f"{text!r} ({error})", given=text, expected=_FORMS) from None
    if parts.scheme not in _SCHEMES:
        raise OptionError(f"{text!r}", given=text, expected=_FORMS, lead=": expected")
    kind, usual, known = _SCHEMES[parts.scheme]
    port = usual if port is None else port
    if not port or parts.path not in ("", "/"):
        raise OptionError(
            f"{text!r}", given=text, expected=f"{parts.scheme}://host:port", lead=": expected"
        )
    strange = [name for name, _ in given if name not in known]
    if strange:
        raise OptionError(
            f"{text!r} says {strange[0]}",
            given=text,
            expected=f"at most {', '.join(known)}" if known else "nothing after the port",
        )
    return Address(kind, text, parts.hostname or "", port, MappingProxyType(dict(given)))
