"""The manifest: one line for each variant of each clip, added as it is done."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kinemesh._files.disk import existing_file, write_whole
from kinemesh.batch.line import Record, parsed
from kinemesh.errors import ReadError, WriteError

_LARGEST = 1 << 30
"""No manifest is larger [bytes]."""


def own_file(path: Path) -> bool:
    """Whether a file of the folder's is there, to be opened for writing.

    Raises:
        ReadError: something else has its name: a folder, a pipe, a device.
        WriteError: it is a link, and what is written would go elsewhere.
    """
    if path.is_symlink():
        raise WriteError(f"{path} is a link, and nothing is written through it: remove it")
    if not path.exists():
        return False
    existing_file(path, empty=True)
    return True


class Manifest:
    """``manifest.jsonl`` of a folder, open for adding.

    A line is on disk when :meth:`add` returns. A line that is not what a batch writes, names files
    outside the folder or was cut off by a crash counts as not written; ``warnings`` says so.

    Raises:
        ReadError: what is there is no file of a size to be read.
        WriteError: the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "manifest.jsonl"
        self._records: dict[tuple[str, str], Record] = {}
        text = b""
        if own_file(self.path):
            text = existing_file(self.path, largest=_LARGEST, empty=True).read_bytes()
        try:
            self._file = open(self.path, "ab", buffering=0)
        except OSError as error:
            raise WriteError(f"{self.path}: {error.strerror or error}") from error
        warnings = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                record = parsed(line, folder)
            except ReadError as error:
                warnings.append(f"{self.path}, line {number} is left out: {error}")
            else:
                self._records[record["clip"], record["variant"]] = record
        self.warnings = tuple(warnings)
        """Lines that were left out, and why."""
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
        content = b"".join(_line(record) for record in self)
        write_whole(self.path, lambda to: to.write_bytes(content))
        self._file.close()
        self._file = open(self.path, "ab", buffering=0)


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True).encode() + b"\n"
