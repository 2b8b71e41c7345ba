from __future__ import annotations

import pytest

from kinemesh.errors import OptionError
from kinemesh.live import Address, parsed


@pytest.mark.parametrize(
    ("text", "kind", "host", "port", "query"),
    [
        ("-", "lines", "", 0, {}),
        ("walk.bvh", "file", "", 0, {}),
        ("some/where.npz", "file", "", 0, {}),
        ("zmq://127.0.0.1:5555", "zmq", "127.0.0.1", 5555, {}),
        ("tcp://suit.local:5555/?topic=body", "zmq", "suit.local", 5555, {"topic": "body"}),
        ("bvh://10.0.0.2?skeleton=a/b.bvh", "bvh", "10.0.0.2", 7001, {"skeleton": "a/b.bvh"}),
        ("mvn://", "mvn", "", 9763, {}),
        ("mvn://:9000", "mvn", "", 9000, {}),
    ],
)
def test_a_word_says_where_a_source_is(
    text: str, kind: str, host: str, port: int, query: dict[str, str]
) -> None:
    assert parsed(text) == Address(kind, text, host, port, query)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http://host:80", r"'http://host:80': expected a recording, -, zmq"),
        ("zmq://host", r"'zmq://host': expected zmq://host:port"),
        ("zmq://host:port", "Port could not be cast"),
        ("zmq://host:99999", "Port out of range"),
        ("zmq://host:0", "expected zmq://host:port"),
        ("zmq://host:5/path", "expected zmq://host:port"),
        ("bvh://host:5?skelton=a.bvh", "says skelton; expected at most skeleton"),
        ("mvn://:9763?up=y", "says up; expected nothing after the port"),
        ("bvh://host:5?skeleton", "bad query field"),
    ],
)
def test_a_word_that_says_nothing_known_is_an_error(text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        parsed(text)
