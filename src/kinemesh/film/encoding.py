"""Pictures into an ``.mp4``, by ffmpeg in a process of its own, whose status is read."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import IO

import numpy as np

from kinemesh.errors import MissingExtra, WriteError
from kinemesh.film.rays import Picture

_SAID = 4096
"""So much of what ffmpeg complains of is kept [bytes]."""


def mp4(made: Iterable[Picture], target: Path, fps: float) -> None:
    """Write pictures of one size as H.264.

    Raises:
        WriteError: ffmpeg ended with another status than 0, and what it said.
        MissingExtra: imageio-ffmpeg, which brings ffmpeg, is not installed.
    """
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as error:
        raise MissingExtra("imageio-ffmpeg", "render") from error
    process: subprocess.Popen[bytes] | None = None
    said: list[bytes] = []
    try:
        for picture in made:
            even = _even(picture)
            if process is None:
                process = subprocess.Popen(
                    _command(get_ffmpeg_exe(), even.shape, target, fps),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # Ctrl-C is ours to handle
                )
                listener = threading.Thread(target=_listen, args=(process.stderr, said))
                listener.start()
            assert process.stdin is not None
            process.stdin.write(np.ascontiguousarray(even).data)
        if process is not None and process.stdin is not None:
            process.stdin.close()
    except BrokenPipeError:
        pass  # it has ended: its status and its last words say why
    except BaseException:
        if process is not None:
            process.kill()
        raise
    finally:
        if process is not None:
            status = process.wait()
            listener.join()
            _close(process)
    if process is None or status != 0 or not target.is_file() or target.stat().st_size == 0:
        lines = b"".join(said).decode(errors="replace").strip().splitlines()
        why = lines[0] if lines else f"exit status {status}" if process else "there are no pictures"
        raise WriteError(f"the film cannot be written: ffmpeg failed ({why[:200]})")


def _command(ffmpeg: str, shape: tuple[int, ...], target: Path, fps: float) -> list[str]:
    size = f"{shape[1]}x{shape[0]}"
    rate = str(Fraction(fps).limit_denominator())
    taken = ["-f", "rawvideo", "-vcodec", "rawvideo", "-s", size, "-pix_fmt", "rgb24", "-r", rate]
    given = ["-an", "-vcodec", "libx264", "-pix_fmt", "yuv420p", "-crf", "20"]
    place = f"file:{target}"  # a name with a colon is no protocol
    return [
        *(ffmpeg, "-y", "-nostdin", "-v", "error", *taken, "-i", "-"),
        *(*given, "-movflags", "+faststart", place),
    ]


def _listen(stream: IO[bytes], said: list[bytes]) -> None:
    """Take all that the process says, so that it need not wait, and keep the beginning."""
    room = _SAID
    while chunk := stream.read(1024):
        said.append(chunk[:room])
        room = max(0, room - len(chunk))


def _close(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stderr):
        try:
            if stream is not None:
                stream.close()
        except OSError:
            pass  # what was still to be flushed has nobody to read it


def _even(picture: Picture) -> Picture:
    """Without a last odd row or column, which the usual colour format has no place for."""
    height, width = (edge - edge % 2 for edge in picture.shape[:2])
    return picture[:height, :width]
