"""Text files of recordings: read whole, in whatever encoding, within bounds."""

from __future__ import annotations

from pathlib import Path

from kinemesh._files.inputs import looks_like
from kinemesh.errors import ReadError

LARGEST = 2**30
"""Larger files [bytes] are refused: an hour at 120/s of a body with fingers is half of that."""


def text_of(path: Path, what: str) -> str:
    """The text of a file, its lines ended by line feeds; names in it may be in any encoding.

    Args:
        path: the file.
        what: what was expected, for the message.

    Raises:
        ReadError: not text, or too large.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ReadError(
            f"{path.name} has {size / 2**20:.0f} MiB",
            given=size / 2**20,
            expected=f"at most {LARGEST / 2**20:.0f} MiB",
            advice="cut it into clips",
        )
    data = path.read_bytes()
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise ReadError(
            f"{path.name} holds zero bytes ({looks_like(data[:64])}): it is damaged or of another "
            f"kind",
            expected=what,
            advice="copy or export it again",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
