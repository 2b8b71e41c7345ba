"""Films and contact sheets, written whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kinemesh._files.disk import check_place, write_whole
from kinemesh.errors import KinemeshError, MissingExtra, WriteError
from kinemesh.film.camera import Angle
from kinemesh.film.encoding import mp4
from kinemesh.film.frames import PERSON, pictures
from kinemesh.film.rays import Picture
from kinemesh.viewer import Stage

KINDS = (".mp4", ".gif", ".png")
"""Suffixes of what is written."""
SHEET = 8
"""Frames on a contact sheet unless told otherwise."""

_GIF_RATE = 15.0
"""Frames per second of a .gif at most: its clock knows hundredths of a second."""
_SIZES = (64, 4096)
_COLUMNS = 4
_MOST = 60 * 60 * 30


def film(
    stage: Stage,
    path: str | Path,
    *,
    frames: int | Sequence[int] | None = None,
    size: tuple[int, int] = (640, 480),
    angle: Angle | None = None,
    person: str = "none",
    columns: int | None = None,
    caption: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a film (``.mp4``, ``.gif``) or a contact sheet (``.png``) of a stage.

    Drawn by the processor: neither a display nor a graphics card is needed.

    Args:
        stage: what to draw.
        path: the file to write; its suffix says what.
        frames: how many frames, spread over the motion, or which; default: all of them, or
            eight on a contact sheet. A film plays as long as the motion whatever their number.
        size: width and height of one picture [pixels].
        angle: where the camera looks from.
        person: ``none``, ``over`` (seen through the robot), ``above`` (a picture of its own) or
            ``both``.
        columns: pictures in a row of a contact sheet.
        caption: what is written below a contact sheet; its lines are broken where they are long.
        progress: called with how many pictures are done, and of how many.

    Raises:
        WriteError: an unknown suffix, or the folder cannot be written to.
        KinemeshError: a size, number of frames or frame that cannot be.
        MissingExtra: embreex, Pillow or imageio-ffmpeg is not installed.

    Examples:
        >>> stage = kinemesh.viewer.stage(kinemesh.retarget(kinemesh.demos.walk().crop(0, 4)))
        >>> kinemesh.film.film(stage, "walk.png", frames=[0, 3], size=(160, 120)).name
        'walk.png'
    """
    target = check_film(path)
    low, high = _SIZES
    if not all(low <= edge <= high for edge in size):
        raise KinemeshError(
            f"the picture is {size[0]} x {size[1]} pixels; expected {low} to {high} each way"
        )
    if person not in PERSON:
        raise KinemeshError(f"person is {person!r}; expected {', '.join(PERSON)}")
    kind = target.suffix.lower()
    chosen = _chosen(stage, frames, kind)
    made = _counted(
        pictures(stage, frames=chosen, size=size, angle=angle, person=person), len(chosen), progress
    )
    if kind == ".png":
        times = [frame / stage.fps for frame in chosen]
        sheet = partial(_sheet, made, chosen, times, columns or _COLUMNS, caption)
        write_whole(target, sheet)
        return target
    # as long as the motion, however many frames are drawn
    fps = stage.fps if len(chosen) < 2 else (len(chosen) - 1) / max(stage.duration, 1e-9)
    write = mp4 if kind == ".mp4" else _gif
    write_whole(target, lambda to: write(made, to, fps))
    return target


def check_film(path: str | Path) -> Path:
    """The path to write to, checked before the work and not after it.

    Raises:
        WriteError: another suffix, no such folder, no permission.
    """
    target = Path(path)
    if target.suffix.lower() not in KINDS:
        raise WriteError(f"{target}: expected {', '.join(KINDS)}: a film or a contact sheet")
    return check_place(target)


def _chosen(stage: Stage, frames: int | Sequence[int] | None, kind: str) -> list[int]:
    count = len(stage)
    if frames is None:
        frames = SHEET if kind == ".png" else count
        if kind == ".gif":
            frames = min(count, max(2, math.floor(stage.duration * _GIF_RATE) + 1))
        frames = min(frames, count)
    if isinstance(frames, int):
        if not 1 <= frames <= _MOST:
            raise KinemeshError(f"{frames} frames are wanted; expected 1 to {_MOST}")
        frames = min(frames, count)
        return [int(k) for k in np.round(np.linspace(0, count - 1, frames))]
    chosen = [int(k) for k in frames]
    bad = [k for k in chosen if not 0 <= k < count]
    if bad or not chosen:
        what = f"frame {bad[0]} is" if bad else "no frames are"
        raise KinemeshError(f"{what} wanted; the motion has frames 0 to {count - 1}")
    return chosen


def _counted(
    made: Iterable[Picture], count: int, progress: Callable[[int, int], None] | None
) -> Iterable[Picture]:
    for done, picture in enumerate(made, 1):
        yield picture
        if progress is not None:
            progress(done, count)


def _gif(made: Iterable[Picture], target: Path, fps: float) -> None:
    image = _pillow()
    shades = [
        image.fromarray(picture).quantize(128, method=image.Quantize.FASTOCTREE, dither=0)
        for picture in made
    ]
    step = max(20, round(1000.0 / fps))
    shades[0].save(target, save_all=True, append_images=shades[1:], duration=step, loop=0)


def _sheet(
    made: Iterable[Picture],
    frames: Sequence[int],
    times: Sequence[float],
    columns: int,
    caption: str,
    target: Path,
) -> None:
    """All pictures on one, each with its time and frame, and what is said of them below."""
    image = _pillow()
    from PIL import ImageDraw, ImageFont

    tiles = list(made)
    height, width = tiles[0].shape[:2]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    size = max(11, round(width / 26))
    font = ImageFont.load_default(size)
    words = _broken(caption, font, columns * width - width // 20)
    below = (words.count("\n") + 2) * round(1.4 * size) if words else 0
    sheet = image.new("RGB", (columns * width, rows * height + below), "white")
    pen = ImageDraw.Draw(sheet)
    pen.multiline_text(
        (width // 40, rows * height + round(0.6 * size)), words, fill=(60, 60, 60), font=font
    )
    for k, (tile, frame, time) in enumerate(zip(tiles, frames, times, strict=True)):
        corner = (k % columns * width, k // columns * height)
        sheet.paste(image.fromarray(tile), corner)
        place = (corner[0] + width // 40, corner[1] + width // 60)
        pen.text(place, f"{time:.2f} s   frame {frame}", fill=(60, 60, 60), font=font)
    shades = sheet.quantize(256, method=image.Quantize.MEDIANCUT, dither=0)
    shades.save(target, optimize=True)


def _broken(text: str, font: Any, width: float) -> str:
    """The text in lines that are no wider than ``width`` [pixels], unless a word alone is."""
    lines = []
    for line in text.splitlines():
        row = ""
        for word in line.split():
            longer = f"{row} {word}" if row else word
            if row and font.getlength(longer) > width:
                lines.append(row)
                longer = word
            row = longer
        lines.append(row)
    return "\n".join(lines)


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtra("Pillow", "render") from error
    return Image
