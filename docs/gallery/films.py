"""The films of the gallery's page, made by the commands that stand under them, and made small."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "gallery.md"
_FILM = re.compile(r'<video [^>]*src="films/(\w+)\.mp4"')
_BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SMALL = ("-an", "-c:v", "libx264", "-preset", "veryslow", "-tune", "animation", "-crf", "30")
"""How a film is encoded for the page: a third of the size, and edges still sharp."""


def shown(page: Path = PAGE) -> dict[str, list[tuple[str, str]]]:
    """The films of ``page`` by name, each with the blocks below it: language and text."""
    found = {}
    for section in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if film := _FILM.search(section):
            found[film[1]] = _BLOCK.findall(section)
    return found


def films(folder: Path, names: Collection[str] = (), page: Path = PAGE) -> Iterator[Path]:
    """Make the films of ``page``, or those of ``names``, in ``folder``; each as it is done.

    Raises:
        CalledProcessError: a block ends with another status than 0.
        FileNotFoundError: the blocks of a film do not make it.
    """
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as place:
        for name, blocks in shown(page).items():
            if names and name not in names:
                continue
            for language, text in blocks:
                run = ["bash", "-euo", "pipefail"] if language == "sh" else [sys.executable]
                subprocess.run(
                    [*run, "-c", text],
                    cwd=place,
                    env={**os.environ, "PATH": tools},
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            yield _smaller(Path(place) / f"{name}.mp4", folder / f"{name}.mp4")


def _smaller(film: Path, target: Path) -> Path:
    """The same film in fewer bytes."""
    from imageio_ffmpeg import get_ffmpeg_exe

    if not film.is_file():
        raise FileNotFoundError(f"{film.name}: the commands under it do not make it")
    small = film.with_name(f"small_{film.name}")
    quiet = (get_ffmpeg_exe(), "-y", "-nostdin", "-v", "error")
    subprocess.run(
        [*quiet, "-i", str(film), *_SMALL, "-movflags", "+faststart", str(small)], check=True
    )
    shutil.copyfile(small, target)
    return target
