"""What is made of a frame that comes in: joints that are missing, swapped or far away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinemesh.arguments import FARTHEST, floats
from kinemesh.arrays import Array
from kinemesh.errors import ClipError
from kinemesh.motion import LANDMARKS, Scene, Skeleton
from kinemesh.motion.mirror import pairs
from kinemesh.streaming.approach import Approach

_FASTEST = {
    **{"pelvis": 4.0, "hip": 4.0, "shoulder": 4.0, "knee": 8.0, "elbow": 8.0},
    **{"ankle": 12.0, "toe": 15.0, "hand": 15.0},
}
"""No joint moves faster against the body than this [m/s] ..."""
_NEAR = 0.12
"""... but by less than this [m] any may have."""
_RUNS = 8.0
"""Nobody moves faster than this [m/s] as a whole ..."""
_STEP = 0.25
"""... but by less than this [m]."""
_DOUBTED = 0.1
"""What nobody does is taken for an error for so long [s], then for the truth."""
_MANY = 0.3
"""Where more than this share of the joints is missing or odd, the frame is left out."""
_CROSSED = 0.5
"""Left and right are taken for each other where it halves how far the joints went."""
_GAP = 2.5
"""A person who was not seen for so many times the usual time between frames was lost."""


class Frame(NamedTuple):
    """A frame that can be used."""

    positions: Array
    """``(J, 3)`` [m]."""
    rotations: Array | None
    """``(J, 4)``."""


class Intake:
    """Looks at frames before anybody else does.

    Args:
        skeleton: whose joints.
        scene: the props that there may be.
    """

    def __init__(self, skeleton: Skeleton, scene: Scene) -> None:
        self._skeleton, self._names = skeleton, tuple(prop.name for prop in scene.props)
        joints = {joint for mark in LANDMARKS for joint in skeleton.weights(mark)}
        self._needed = np.array([joint in joints for joint in skeleton.joints])
        self._fastest = np.full(len(skeleton.joints), np.inf)
        for mark in LANDMARKS:
            for joint in skeleton.weights(mark):
                k, speed = skeleton.index(joint), _FASTEST[mark.rpartition("_")[2]]
                self._fastest[k] = min(self._fastest[k], speed)
        self._props: dict[str, Array] = {}
        self.forget()

    def forget(self) -> None:
        """Forget the person, not the props."""
        count = len(self._skeleton.joints)
        self._seen: Array | None = None  # the last frame ...
        self._last: Array = np.zeros((count, 3))  # ... and what was made of it
        self._turns: Array | None = None
        self._odd = np.zeros(count)
        self._lost: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self._waited, self._usual = 0.0, np.inf
        self._other: NDArray[np.int64] = np.arange(count)  # the same joint of the other side
        self._approach = Approach(count)

    def meet(self, scene: Scene) -> None:
        """Go on with other props; what is known of those that stay is kept."""
        self._names = tuple(prop.name for prop in scene.props)
        self._props = {name: self._props[name] for name in self._names if name in self._props}

    def positions(self, values: Any) -> Array:
        """Joint positions ``(J, 3)`` as an array, NaN where there are none.

        Raises:
            ClipError: of another shape.
        """
        shape = (len(self._skeleton.joints), 3)
        what = f"joint positions {shape} [m] of skeleton {self._skeleton.name!r}"
        array = floats("positions", values, what, error=ClipError)
        if array.shape != shape:
            raise ClipError(f"positions have shape {array.shape}; expected {what}")
        return array

    def person(self, values: Any, rotations: Any, dt: float) -> tuple[Frame | None, list[str]]:
        """A frame's person, None where it cannot be used, and what was done about it.

        Args:
            values: joint positions ``(J, 3)`` [m].
            rotations: of the joints ``(J, 4)`` ``qx qy qz qw``, or None.
            dt: time since the last frame that could be used [s].

        Raises:
            ClipError: arrays of another shape.
        """
        said: list[str] = []
        places = np.array(self.positions(values))
        near = np.abs(np.nan_to_num(places)) <= FARTHEST
        known = np.asarray((np.isfinite(places) & near).all(axis=1))
        turns = self._rotations(rotations)
        lost = self._needed & ~known
        if not known.any() or lost.sum() > _MANY * self._needed.sum():
            return None, ["nobody is seen" if not known.any() else "too few joints are seen"]
        if self._seen is None:
            if lost.any():
                return None, [f"not all joints are seen: {self._named(lost)}"]
            self._other = pairs(self._skeleton, places[None])
            self._seen = self._last = places
            return Frame(places, turns), said
        if self._crossed(places, known, dt):
            said.append("left and right are taken for each other: changed back")
            places, known = places[self._other], known[self._other]
            lost = self._needed & ~known
            if turns is not None:
                turns = self._turns = turns[self._other]
        moved = np.median((places - self._seen)[known & self._needed], axis=0)
        held = self._seen + moved
        if lost.any():
            said.append(f"not seen, held to the body: {self._named(lost)}")
        places[~known] = held[~known]
        back, self._lost = self._lost & known, np.asarray(~known)
        off = np.linalg.norm(places - held, axis=1)
        doubted = self._doubted(off, back, dt)
        many = _MANY * self._needed.sum()
        if doubted.sum() > many:
            self._waited = dt
            return None, [f"{int(doubted.sum())} joints are suddenly elsewhere: left out"]
        if doubted.any():
            said.append(f"suddenly elsewhere, held to the body: {self._named(doubted)}")
            places[doubted] = held[doubted]
        other = self._waited > 0.0 and (off > _NEAR)[self._needed].sum() > many
        gone = other or dt > max(_DOUBTED, _GAP * self._usual)
        far = float(np.linalg.norm(moved))
        jumped = far > max(_STEP, _RUNS * dt)
        if jumped or (gone and far > _STEP):
            said.append(f"suddenly {far:.2f} m away: gone after slowly")
        approach = self._approach
        if gone:
            approach.resumed(places, self._last, known & self._needed)
        else:
            if jumped:
                approach.moved(moved)
            if back.any():
                approach.returned(back, places, self._last + moved)
            approach.go(dt)
            self._usual = dt
        self._waited = 0.0
        self._seen, self._last = places, approach.at(places)
        return Frame(self._last, approach.turns(turns)), said

    def _crossed(self, places: Array, known: NDArray[np.bool_], dt: float) -> bool:
        """Whether left and right are taken for each other: it is then that she hardly moved."""
        other = self._other
        both = known & known[other] & (other != np.arange(len(other)))
        if self._seen is None or dt > _DOUBTED or not both.any():
            return False
        # Whichever is which, the middle between two is where it is.
        middles = places[both] + places[other][both] - self._seen[both] - self._seen[other][both]
        held = self._seen[both] + 0.5 * np.median(middles, axis=0)
        as_told, crossed = (
            float(np.linalg.norm(at[both] - held, axis=1).mean()) for at in (places, places[other])
        )
        return crossed < _CROSSED * as_told and as_told > _NEAR

    def _doubted(self, off: Array, back: NDArray[np.bool_], dt: float) -> NDArray[np.bool_]:
        """The joints ``(J,)`` that are further off ``(J,)`` [m] than can be, and not for long."""
        odd = self._needed & ~back & (off > np.maximum(_NEAR, self._fastest * dt))
        self._odd = np.where(odd, self._odd + dt - self._waited, 0.0)
        return np.asarray(odd & (self._odd <= max(_DOUBTED, dt)))

    def props(self, values: Mapping[str, Any] | None) -> tuple[dict[str, Array], list[str]]:
        """The poses of all props that have been seen so far, and what was done about them."""
        said: list[str] = []
        for name, value in (values or {}).items():
            if name not in self._names:
                said.append(f"no prop of the scene is called {name!r}: left out")
                continue
            pose = floats(f"the pose of {name!r}", value, "x y z qx qy qz qw (7,)", error=ClipError)
            if pose.shape != (7,):
                raise ClipError(f"the pose of {name!r} has shape {pose.shape}; expected (7,)")
            size = float(np.linalg.norm(pose[3:]))
            if not np.isfinite(pose).all() or size < 1e-6 or np.abs(pose[:3]).max() > FARTHEST:
                said.append(f"the pose of {name!r} is none: held")
                continue
            pose = np.array(pose)
            pose[3:] /= size
            self._props[name] = pose
        return dict(self._props), said

    def _rotations(self, values: Any) -> Array | None:
        if values is None:
            return None
        shape = (len(self._skeleton.joints), 4)
        what = f"quaternions x y z w {shape}"
        turns = floats("rotations", values, what, error=ClipError)
        if turns.shape != shape:
            raise ClipError(f"rotations have shape {turns.shape}; expected {what}")
        sizes = np.linalg.norm(turns, axis=1)
        good = np.isfinite(turns).all(axis=1) & (np.nan_to_num(sizes) > 1e-6)
        if not good.all():
            if self._turns is None:
                return None
            turns = np.where(good[:, None], turns, self._turns)
        self._turns = turns
        return turns

    def _named(self, which: NDArray[np.bool_]) -> str:
        names = [self._skeleton.joints[k] for k in np.flatnonzero(which)]
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
