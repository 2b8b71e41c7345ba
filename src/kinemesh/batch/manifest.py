"""The manifest: one line for each variant of each clip, added as it is done."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kinemesh.errors import WriteError

KEPT, UNSURE, REJECTED = "kept", "unsure", "rejected"
"""Made and passed; made, and something could not be judged; made and failed."""
MADE = (KEPT, UNSURE, REJECTED)
"""What has a result, in a folder of that name."""
FAILED, SKIPPED = "failed", "skipped"
"""Not made; makes no sense for the clip."""

Record = dict[str, Any]
"""A line: docs/augmentation.md lists its keys."""


class Manifest:
    """``manifest.jsonl`` of a folder, open for adding.

    A line is on disk when :meth:`add` returns. A line that was cut off by a crash counts as not
    written.

    Raises:
        WriteError: the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "manifest.jsonl"
        self._records: dict[tuple[str, str], Record] = {}
        try:
            text = self.path.read_bytes() if self.path.exists() else b""
            self._file = open(self.path, "ab", buffering=0)
        except OSError as error:
            raise WriteError(f"{self.path}: {error.strerror or error}") from error
        for line in text.splitlines():
            record = _parsed(line)
            if record is not None:
                self._records[record["clip"], record["variant"]] = record
        if text and not text.endswith(b"\n"):
            self._append(b"\n")

    def __enter__(self) -> Manifest:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Record]:
        return iter([self._records[place] for place in sorted(self._records)])

    def get(self, clip: str, variant: str) -> Record | None:
        """The last line on a variant of a clip."""
        return self._records.get((clip, variant))

    def add(self, record: Record) -> None:
        """Add a line; it takes the place of an earlier one on the same variant and clip."""
        self._append(_line(record))
        self._records[record["clip"], record["variant"]] = record

    def _append(self, line: bytes) -> None:
        """Add to the file; on a full disk the part that found room is taken back."""
        end = os.fstat(self._file.fileno()).st_size
        try:
            while line:
                line = line[self._file.write(line) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            os.ftruncate(self._file.fileno(), end)
            why = error.strerror or error
            raise WriteError(
                f"{self.path} cannot be written ({why}): make room; what it lists is kept, and "
                f"the same call goes on"
            ) from error

    def tidy(self) -> None:
        """Write the file anew: sorted, one line for each variant of each clip."""
        write_whole(self.path, b"".join(_line(record) for record in self))
        self._file.close()
        self._file = open(self.path, "ab", buffering=0)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        WriteError: it cannot be written.
    """
    try:
        _write_whole(path, content)
    except OSError as error:
        why = error.strerror or error
        raise WriteError(f"{path} cannot be written ({why}); what was there is kept") from error


def _write_whole(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".kinemesh-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True).encode() + b"\n"


def _parsed(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    whole = (
        isinstance(record, dict) and {"clip", "variant", "key", "status", "files"} <= record.keys()
    )
    return record if whole else None
