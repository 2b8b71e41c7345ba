"""The compiled kernel as ``src/native/bindings.cpp`` makes it.

Arguments have no names there. What rows mean, shapes and units, is in ``rows.py``.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinemesh.arrays import Array

_Indices = NDArray[np.int64]

# q (nq,), rotations (J, 3, 3), translations (J, 3), spheres (H, 3) and Jacobian (6, nv)
_Posture = tuple[Array, Array, Array, Array, Array]

# posture, rotation (3, 3) and translation (3,) of the obstacle, hulls (H,), within [m]
# -> distances (N,) [m], points (N, 3), normals (N, 3), hulls (N,)
_Touching = Callable[
    [_Posture, Array, Array, _Indices, float], tuple[Array, Array, Array, _Indices]
]

# posture, numbers of pairs (P,), within [m]
# -> distances (N,) [m], points (N, 2, 3), normals (N, 3), pairs of hulls (N, 2)
_SelfTouching = Callable[[_Posture, _Indices, float], tuple[Array, Array, Array, _Indices]]

def adjacency(points: ArrayLike, /) -> NDArray[np.bool_] | None:
    """Who is next to whom ``(V, V)``; None where signs are too close to call."""

def minimum(
    hessian: ArrayLike,
    gradient: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    matrix: ArrayLike,
    row_lower: ArrayLike,
    row_upper: ArrayLike,
    prices: ArrayLike,
    rounding: float,
    /,
) -> Array:
    """Where a QP is least ``(n,)``, or ``(0,)`` where its rows cannot all hold and have no prices.

    A row that has a price is broken by s at ``price * s + rounding / 2 * s**2``.

    Raises:
        RuntimeError: the Hessian is not positive definite, or there was no end.
    """

def deltas(adjacent: ArrayLike, points: ArrayLike, /) -> Array:
    """Laplacian coordinates ``(V, 3)`` [m]."""

def target(
    adjacent: ArrayLike, deltas: ArrayLike, anchors: ArrayLike, weights: ArrayLike, /
) -> tuple[Array, Array, float] | None:
    """Factor ``(K, K)``, offset ``(K, 3)``, constant; None where the matrix is not positive."""

def target_of_points(
    joggled: ArrayLike, source: ArrayLike, anchors: ArrayLike, weights: ArrayLike, /
) -> tuple[Array, Array, float] | None:
    """The same of the mesh of ``joggled`` ``(V, 3)`` that reproduces ``source`` ``(V, 3)``."""

class Part:
    """A convex solid: its vertices ``(N, 3)`` and its facets' planes ``(F, 4)``."""

    def __init__(self, points: ArrayLike, planes: ArrayLike, /) -> None: ...

def baked(
    corners: ArrayLike, origin: ArrayLike, spacing: float, count: Sequence[int], /
) -> tuple[Array, NDArray[np.int8]]:
    """Distances ``(X, Y, Z)`` [m] of a grid's nodes to triangles ``(F, 3, 3)``, and their sides.

    -1 inside of what they bound, 1 outside, 0 where the lines of the grid do not tell.
    """

class Field:
    """Signed distances ``(X, Y, Z)`` [m] at the nodes of a grid: origin ``(3,)``, spacing [m]."""

    def __init__(self, values: ArrayLike, origin: ArrayLike, spacing: float, /) -> None: ...
    def look_up(self, points: ArrayLike, /) -> Array:
        """As :meth:`kinemesh.geometry.field.DistanceField.look_up`."""

    def outcrops(
        self,
        corners: ArrayLike,
        dense: float,
        step: float,
        rules: Sequence[tuple[float, float]],
        /,
    ) -> Array:
        """Points ``(N, 3)`` of triangles ``(F, 3, 3)`` that stick out, one a cube of ``step`` [m].

        Looked for ``dense`` [m] apart. Rules: how far around a point, and how large the mean
        distance there has to be [m].
        """

class Facets:
    """Planes ``(F, 4)`` of each of a robot's hulls; its vertices, starts and centres."""

    def __init__(
        self,
        planes: Sequence[ArrayLike],
        vertices: ArrayLike,
        starts: ArrayLike,
        centres: ArrayLike,
        /,
    ) -> None: ...

class Surface:
    """A true surface, its points that stick out ``(N, 3)``, and how rows are chosen [m].

    The last: how far above a hull's nearest its vertices and those points may be, from where on
    points count, and by how much less than they are distances are called.
    """

    def __init__(
        self,
        field: Field,
        facets: Facets,
        outcrops: ArrayLike,
        choice: tuple[float, float, float, float],
        /,
    ) -> None: ...

class Obstacle:
    """Convex parts, how far their hull may be entered, a true surface, what is measured elsewhere.

    Dents: depths ``(X, Y, Z)`` [m], origin ``(3,)``, spacing [m], and the distance [m] below
    which they count.
    """

    def __init__(
        self,
        parts: Sequence[tuple[Part, _Touching]],
        dents: tuple[ArrayLike, ArrayLike, float, float] | None,
        surface: Surface | None,
        other: _Touching | None,
        /,
    ) -> None: ...

class Placed:
    """An obstacle at a pose, rotation ``(3, 3)`` and translation ``(3,)``; None is the ground."""

    def __init__(
        self, obstacle: Obstacle | None, rotation: ArrayLike, translation: ArrayLike, /
    ) -> None: ...

class Rows:
    """Rows of a frame, of any kind."""

class PointOffsets(Rows):
    """As :class:`kinemesh.kernel.PointOffsets`."""

    def __init__(
        self, joints: ArrayLike, points: ArrayLike, directions: ArrayLike, origins: ArrayLike, /
    ) -> None: ...

class PointMixture(Rows):
    """As :class:`kinemesh.kernel.PointMixture`."""

    def __init__(
        self, joints: ArrayLike, points: ArrayLike, factor: ArrayLike, offset: ArrayLike, /
    ) -> None: ...

class AxisAlignment(Rows):
    """As :class:`kinemesh.kernel.AxisAlignment`."""

    def __init__(self, joints: ArrayLike, axes: ArrayLike, targets: ArrayLike, /) -> None: ...

class TangentDifference(Rows):
    """As :class:`kinemesh.kernel.TangentDifference`."""

    def __init__(
        self, others: Sequence[ArrayLike], shares: ArrayLike, offset: ArrayLike | None, /
    ) -> None: ...

class TangentMixture(Rows):
    """As :class:`kinemesh.kernel.TangentMixture`."""

    def __init__(self, origin: ArrayLike, factor: ArrayLike, offset: ArrayLike, /) -> None: ...

class JointOffsets(Rows):
    """As :class:`kinemesh.kernel.JointOffsets`."""

    def __init__(self, reference: ArrayLike, /) -> None: ...

class Clearance(Rows):
    """As :class:`kinemesh.kernel.Clearance`."""

    def __init__(
        self, obstacles: Sequence[Placed], ground: float | None, within: float, /
    ) -> None: ...

class SelfClearance(Rows):
    """As :class:`kinemesh.kernel.SelfClearance`."""

    def __init__(self, within: float, touching: _SelfTouching, /) -> None: ...

class HandDistances(Rows):
    """As :class:`kinemesh.kernel.HandDistances`."""

    def __init__(
        self, obstacles: Sequence[Placed], hulls: Sequence[ArrayLike], within: float, /
    ) -> None: ...

class Asked:
    """Rows and what is asked of them."""

    @staticmethod
    def squares(rows: Rows, weight: ArrayLike, constant: float, /) -> Asked:
        """Their squares are to be small: one weight, or one a row."""

    @staticmethod
    def within(rows: Rows, lower: ArrayLike, upper: ArrayLike, /) -> Asked:
        """They are to be within bounds: one number, or one a row."""

class Model:
    """A robot's tables: see ``Tables`` in ``src/native/model.hpp``."""

    def __init__(
        self,
        parents: ArrayLike,
        sliding: ArrayLike,
        placements: ArrayLike,
        axes: ArrayLike,
        support: ArrayLike,
        vertices: ArrayLike,
        starts: ArrayLike,
        hull_joints: ArrayLike,
        centres: ArrayLike,
        radii: ArrayLike,
        pairs: ArrayLike,
        /,
    ) -> None: ...
    def evaluate(self, program: Sequence[Asked], q: ArrayLike, /) -> Evaluated:
        """A program at ``q`` ``(nq,)``."""

    def search(
        self,
        program: Sequence[Asked],
        prices: Sequence[float],
        lower: ArrayLike,
        upper: ArrayLike,
        joints: tuple[ArrayLike, ArrayLike] | None,
        rule: tuple[float, float, float, float, float, float],
        /,
    ) -> Search:
        """A program ready to be searched: see :class:`kinemesh.kernel.Kernel`."""

class Search:
    """A program ready to be searched: see :class:`kinemesh.kernel.Search`."""

    def solved(self, q: ArrayLike, most: int, /) -> tuple[Evaluated, float, int] | None:
        """Where the search from ``q`` ``(nq,)`` ended, the merit there and the QPs solved."""

    def improved(
        self, q: ArrayLike, shares: Sequence[float], /
    ) -> tuple[Evaluated, float, int] | None:
        """The same of one step."""

class Evaluated:
    """A program at one configuration: see :class:`kinemesh.kernel.Evaluated`."""

    @property
    def cost(self) -> float:
        """All costs together."""
    @property
    def violation(self) -> float:
        """The worst row of all that are bounded."""
    @property
    def figures(self) -> list[float]:
        """Of every entry its cost, or by how much its worst row is out of bounds."""

    @property
    def counts(self) -> list[int]:
        """How many rows each entry has."""

    @property
    def posture(self) -> _Posture:
        """Where everything is."""

    def excess(self, k: int, allowed: float, /) -> float:
        """By how much all rows of entry ``k`` are out of bounds widened by ``allowed``."""

    def rows(self, k: int, /) -> tuple[Array, Array]:
        """Values ``(m,)`` and Jacobian ``(m, nv)`` of entry ``k``."""

    def normal(self) -> tuple[Array, Array]:
        """Hessian ``(nv, nv)`` and gradient ``(nv,)`` of half the cost."""

    def stacked(self) -> tuple[Array, Array, Array]:
        """Matrix ``(m, nv)`` and bounds ``(m,)`` of a step, for all bounded rows."""
