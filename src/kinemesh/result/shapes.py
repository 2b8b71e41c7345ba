"""Shapes as arrays: each once, exactly, in the smallest numbers that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import flag, number, texts, whole
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.geometry.convex import ConvexPart, points_of
from kinemesh.geometry.orientation import Kind
from kinemesh.motion import Shape

_MOST = 4096
"""More shapes, or more convex parts of one, are not of our making."""


class Shapes:
    """The shapes of a file, without repetition.

    Attributes:
        told: what there is to say of each, ready for JSON.
        arrays: their numbers, by key.
    """

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.arrays: dict[str, NDArray[Any]] = {}
        self._known: list[Shape] = []

    def add(self, shape: Shape, scale: float) -> dict[str, Any]:
        """Where ``shape`` is found: which it is, or of which it is ``scale`` times the size."""
        for k, known in enumerate(self._known):
            if _same(known, shape, 1.0):
                return {"shape": k}
            if _same(known, shape, scale):
                return {"shape": k, "scaled": scale}
        k = len(self._known)
        self._known.append(shape)
        points, corners = _indexed(shape)
        self.told.append(
            {
                "vertices": len(shape.vertices),
                "parts": [len(part.vertices) for part in shape.parts],
                "kind": shape.kind,
                "split": bool(shape.split),
                "turned": float(shape.turned),
                "warnings": list(shape.warnings),
            }
        )
        self.arrays |= {
            f"shape_{k}_points": exact(points),
            f"shape_{k}_faces": _small(np.asarray(shape.faces)),
            f"shape_{k}_parts": _small(corners),
            f"shape_{k}_sheets": np.asarray(shape.sheets),
        }
        return {"shape": k}


def read_shapes(told: Any, data: Mapping[str, Any]) -> list[Shape]:
    """The shapes that :class:`Shapes` told of.

    Raises:
        ClipError: they are none: corners that are not there, numbers that are not finite, ...
        TypeError: something is of another kind.
        LookupError: an array is missing.
    """
    if not isinstance(told, list) or len(told) > _MOST:
        raise TypeError(f"a list of at most {_MOST} shapes was expected")
    return [_shape(one, data, f"shape_{k}") for k, one in enumerate(told)]


def found(where: Mapping[str, Any], shapes: list[Shape]) -> Shape:
    """The shape that :meth:`Shapes.add` said to be at ``where``."""
    k = whole("shape", where["shape"], "a shape of the file", low=0, high=len(shapes) - 1)
    return shapes[k].scaled(where["scaled"]) if "scaled" in where else shapes[k]


def exact(values: Array) -> NDArray[Any]:
    """``values`` in single precision if nothing is lost by it, else as they are."""
    values = np.asarray(values)
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    return short if np.array_equal(short, values) else values


def _shape(told: Mapping[str, Any], data: Mapping[str, Any], key: str) -> Shape:
    points = points_of(f"{key}_points", data[f"{key}_points"])
    what = "a number of vertices"
    count = whole("vertices", told["vertices"], what, low=1, high=len(points), error=ClipError)
    corners = np.asarray(data[f"{key}_parts"])
    if corners.dtype.kind != "u" or corners.ndim != 1 or corners.max(initial=0) >= len(points):
        raise ClipError(f"{key}_parts: expected numbers of points, 0 to {len(points) - 1}")
    sizes = told["parts"]
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= _MOST:
        raise ClipError(f"parts: expected a list of 1 to {_MOST} numbers of corners")
    what = "a part's number of corners"
    ends = np.cumsum([whole("parts", n, what, low=4, high=len(corners)) for n in sizes])
    if ends[-1] != len(corners):
        raise ClipError(f"{key}_parts holds {len(corners)} corners, and {ends[-1]} are told of")
    if told["kind"] not in get_args(Kind):
        raise ClipError(f"kind = {told['kind']!r:.40}: expected one of {', '.join(get_args(Kind))}")
    return Shape(
        points[:count],
        data[f"{key}_faces"],
        tuple(ConvexPart(points[own]) for own in np.split(corners, ends[:-1])),
        texts("warnings", told["warnings"], "a list of texts"),
        flag("split", told["split"]),
        told["kind"],
        number("turned", told["turned"], "a share", low=0.0, high=1.0),
        data[f"{key}_sheets"],
    )


def _same(known: Shape, shape: Shape, factor: float) -> bool:
    """Whether ``shape`` is ``factor`` times ``known``, number for number."""
    if known is shape:
        return factor == 1.0
    alike = (known.kind, known.split, known.turned, known.warnings, len(known.parts)) == (
        *(shape.kind, shape.split, shape.turned, shape.warnings, len(shape.parts)),
    )
    return (
        alike
        and np.array_equal(known.faces, shape.faces)
        and np.array_equal(known.sheets, shape.sheets)
        and np.array_equal(known.vertices * factor, shape.vertices)
        and all(
            np.array_equal(a.vertices * factor, b.vertices)
            for a, b in zip(known.parts, shape.parts, strict=True)
        )
    )


def _indexed(shape: Shape) -> tuple[Array, NDArray[np.int64]]:
    """Points, the surface's vertices first, and which of them are corners of the parts."""
    numbers = {point: k for k, point in enumerate(_rows(shape.vertices))}
    corners: list[int] = []
    more: list[Array] = []
    for part in shape.parts:
        for point, place in zip(_rows(part.vertices), part.vertices, strict=True):
            if point not in numbers:
                numbers[point] = len(shape.vertices) + len(more)
                more.append(place)
            corners.append(numbers[point])
    points = np.concatenate([shape.vertices, np.reshape(more, (-1, 3))])
    return points, np.array(corners, dtype=np.int64)


def _rows(points: Array) -> list[bytes]:
    """The bytes of each of ``points`` ``(N, 3)``, alike where these are equal."""
    one = np.ascontiguousarray(points, dtype=np.float64) + 0.0  # there is a zero below zero
    found: list[bytes] = one.view(f"V{one.itemsize * 3}").reshape(-1).tolist()
    return found


def _small(numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Whole numbers from 0 on in as few bytes as hold them."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
