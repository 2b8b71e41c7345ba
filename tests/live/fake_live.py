"""The command ``kinemesh``, whose robot follows by the fake stream."""

from __future__ import annotations

import sys

from fake_stream import FakeStream

from kinemesh import cli, live

if __name__ == "__main__":
    live.stream_of = FakeStream  # type: ignore[assignment]
    sys.exit(cli.main(sys.argv[1:]))
