"""Footsteps: a foot is planted, rolls over its toes, swings, lands on its heel, stands.

The plan comes first and legs follow it, so that planted feet stand still exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinemesh.arrays import Array
from kinemesh.demos.body import ANKLE_HEIGHT, HEEL, TOE, rotation
from kinemesh.demos.curves import ease, quintic

_PUSH_RATE = 1.6
"""Pitch rate at toe-off, as a multiple of its mean since heel-off."""


@dataclass(frozen=True)
class Place:
    """Where a flat foot stands."""

    x: float
    """Below the ankle [m]."""
    y: float
    """Below the ankle [m]."""
    z: float = 0.0
    """Height of the surface [m]."""
    yaw: float = 0.0
    """Heading of the foot [rad]."""


@dataclass(frozen=True)
class Step:
    """One swing of one foot, and how it leaves and lands."""

    place: Place
    off: float
    """When the toe leaves the ground [s]."""
    strike: float
    """When the foot touches down [s]."""
    push: float = 0.3
    """From heel-off to toe-off [s]."""
    push_pitch: float = 0.9
    """Pitch at toe-off, toes down [rad]."""
    land: float = 0.12
    """From touchdown to flat [s]."""
    land_pitch: float = -0.35
    """Pitch at touchdown [rad]: negative lands on the heel, positive on the toes."""
    lift: float = 0.0
    """Added height of the ankle in the middle of the swing [m]."""
    advance: tuple[float, float] = (0.0, 1.0)
    """Share of the swing in which the foot moves over the ground."""
    rise: tuple[float, float] = (0.0, 1.0)
    """Share of the swing in which it changes its height."""


@dataclass(frozen=True, eq=False)
class FootTrack:
    """One foot over time."""

    ankle: Array
    """``(T, 3)`` [m]."""
    rotation: Array
    """``(T, 3, 3)``."""
    toes: Array
    """Rotations of the toes ``(T, 3, 3)``; they stay flat while the heel rises."""
    yaw: Array
    """``(T,)`` [rad]."""
    swing: NDArray[np.bool_]
    """In the air ``(T,)``."""
    heel_down: NDArray[np.bool_]
    """The heel is planted ``(T,)``."""
    toe_down: NDArray[np.bool_]
    """The toe joint is planted ``(T,)``."""


def foot_track(times: Array, start: Place, steps: list[Step]) -> FootTrack:
    """The track of a foot that stands at ``start`` and takes ``steps``, at ``times`` [s]."""
    pitch, bend, yaw = _angles(times, start, steps)
    heading = rotation("z", yaw)
    turn = heading @ rotation("y", pitch)
    ankle = _pivoted(start, pitch, turn)
    swing = np.zeros(len(times), dtype=bool)
    flying_heel, flying_toe = swing.copy(), swing.copy()
    last = start
    for step in steps:
        after = times >= step.strike
        ankle[after] = _pivoted(step.place, pitch, turn)[after]
        air = (times > step.off) & (times < step.strike)
        ankle[air] = _swing(times[air], last, step)
        swing |= air
        heel_from = step.off - step.push
        heel_to = step.strike + (step.land if step.land_pitch > 0.0 else 0.0)
        toe_to = step.strike + (step.land if step.land_pitch < 0.0 else 0.0)
        flying_heel |= (times > heel_from) & (times < heel_to)
        flying_toe |= (times > step.off) & (times < toe_to)
        last = step.place
    toes = heading @ rotation("y", pitch - bend)
    return FootTrack(ankle, turn, toes, yaw, swing, ~flying_heel, ~flying_toe)


def _angles(times: Array, start: Place, steps: list[Step]) -> tuple[Array, Array, Array]:
    """Pitch of the foot, bend of the toe joint and heading ``(T,)`` [rad]."""
    still = (min(times[0], 0.0) - 1.0, 0.0, 0.0)
    pitch, bend = [still], [still]
    yaw = np.full(len(times), start.yaw)
    last = start
    for step in steps:
        rate = _PUSH_RATE * step.push_pitch / step.push
        pitch += [(step.off - step.push, 0.0, 0.0), (step.off, step.push_pitch, rate)]
        pitch += [(step.strike, step.land_pitch, 0.0), (step.strike + step.land, 0.0, 0.0)]
        bend += [(step.off - step.push, 0.0, 0.0), (step.off, step.push_pitch, rate)]
        landing = max(step.land_pitch, 0.0)
        bend += [(step.strike, landing, 0.0), (step.strike + step.land, 0.0, 0.0)]
        yaw += (step.place.yaw - last.yaw) * ease(times, step.off, step.strike)
        last = step.place
    end = (float(times[-1]) + 1.0, 0.0, 0.0)
    return quintic(times, [*pitch, end]), quintic(times, [*bend, end]), yaw


def _flat(place: Place) -> Array:
    """The ankle of a flat foot ``(3,)`` [m]."""
    return np.array([place.x, place.y, place.z + ANKLE_HEIGHT])


def _pivoted(place: Place, pitch: Array, turn: Array) -> Array:
    """Ankles ``(T, 3)`` [m] of a foot that rolls over its planted toe joint or heel."""
    heading = rotation("z", np.asarray(place.yaw))
    over_toe = _flat(place) + heading @ TOE - turn @ TOE
    over_heel = _flat(place) + heading @ HEEL - turn @ HEEL
    return np.asarray(np.where(pitch[:, None] >= 0.0, over_toe, over_heel))


def _swing(times: Array, last: Place, step: Step) -> Array:
    """Ankles ``(N, 3)`` [m] in the air: position, velocity, acceleration fit the push-off."""
    duration = step.strike - step.off
    u = ((times - step.off) / duration)[:, None]
    pivot = rotation("z", np.asarray(last.yaw))
    rate = _PUSH_RATE * step.push_pitch / step.push
    spoke = rotation("y", np.asarray(step.push_pitch)) @ TOE
    turned = rotation("y", np.asarray(step.push_pitch + np.pi / 2.0)) @ TOE
    begin = _flat(last) + pivot @ TOE - pivot @ spoke
    velocity, acceleration = -rate * (pivot @ turned), rate**2 * (pivot @ spoke)
    turn = rotation("z", np.asarray(step.place.yaw)) @ rotation("y", np.asarray(step.land_pitch))
    end = _pivoted(step.place, np.array([step.land_pitch]), turn[None])[0]
    advance = ease(u, *step.advance)
    share = np.hstack([advance, advance, ease(u, *step.rise)])
    path = begin + (end - begin) * share
    # Quintic Hermite polynomials of the velocity and the acceleration at the start.
    path += velocity * duration * (u - 6 * u**3 + 8 * u**4 - 3 * u**5)
    path += acceleration * duration**2 * (u**2 - 3 * u**3 + 3 * u**4 - u**5) / 2.0
    path[:, 2:] += step.lift * 64.0 * (u * (1.0 - u)) ** 3
    return np.asarray(path)
