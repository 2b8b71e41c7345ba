"""Velocities against differences of positions, and the frame rate that both give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinemesh.arrays import Array
from kinemesh.linting.readings import other_order
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.rates import turning, velocity
from kinemesh.trajectories.raw import RawMotion

USUAL = (24.0, 25.0, 30.0, 50.0, 60.0, 90.0, 100.0, 120.0, 200.0, 240.0)
"""Frame rates [1/s] that there are."""

_MOVES = 0.02
"""What moves less than this on average ([m/s], [rad/s]) tells nothing."""
_CLOSE = 0.1
"""Velocities off by less than this share of the signal are taken as they are, unless"""
_CLEARLY = 0.4
"""another meaning is off by less than this share of that, and by"""
_SURELY = 0.01
"""this [m/s], [rad/s] less."""
_NOT = 0.35
"""Velocities off by more than this share of the signal are none of this motion."""
_FACTOR = 1.05
_KEPT = 0.95
"""Share of the frames that is looked at: those where a position jumps are left out."""


@dataclass(frozen=True, eq=False)
class _Meaning:
    """What an array of velocities may be."""

    trap: str
    said: str
    values: Array


@dataclass(frozen=True, eq=False)
class _Rates:
    """One array of velocities, what it should be, and what else it may be."""

    where: str
    given: Array
    wanted: Array
    others: tuple[_Meaning, ...] = ()


def move(raw: RawMotion) -> tuple[RawMotion, tuple[Finding, ...]]:
    """Hold velocities against positions, and the frame rate against both."""
    if len(raw) < 5:
        return raw, ()
    found: list[Finding] = []
    factors: dict[str, float] = {}
    for rates in _all(raw):
        moving = float(np.sqrt(np.mean(rates.wanted[1:-1] ** 2)))
        if moving < _MOVES:
            continue
        found += _ends(rates, moving)
        means = _Meaning("", "", rates.wanted), *rates.others
        measured = [_off(rates.given, meaning.values) for meaning in means]
        best = int(np.argmin([off for off, _ in measured]))
        off, factor = measured[0]
        other = measured[best][0]
        clearly = other < _CLEARLY * off and (off - other) * moving > _SURELY
        if best and clearly and other < _NOT:
            meaning = means[best]
            off, factor = measured[best]
            found.append(
                Finding(
                    meaning.trap,
                    rates.where,
                    f"off by {measured[0][0]:.0%} of the signal as {raw.format} means them, by "
                    f"{off:.1%} as {meaning.said}",
                    "make them again from the positions",
                )
            )
        if off > _NOT:
            found.append(
                Finding(
                    "velocity",
                    rates.where,
                    f"off by {off:.0%} of the signal from the differences of the positions, "
                    f"{off * moving:.2f} of {moving:.2f} /s root mean square",
                    "make them again from the positions",
                )
            )
        else:
            factors[rates.where] = factor
    raw, more = _factors(raw, factors)
    return raw, (*found, *more)


def _off(given: Array, wanted: Array) -> tuple[float, float]:
    """The error as a share of the signal, a common factor taken out; and that factor."""
    a, b = given[1:-1].reshape(len(given) - 2, -1), wanted[1:-1].reshape(len(given) - 2, -1)
    for _ in range(2):
        power = float(np.sum(b * b))
        factor = float(np.sum(a * b)) / power if power > 0.0 else 0.0
        if factor <= 0.0:
            return 1.0 + abs(factor), 1.0
        error = np.sum((a / factor - b) ** 2, axis=1)
        kept = error <= np.quantile(error, _KEPT)
        a, b = a[kept], b[kept]
    return float(np.sqrt(np.sum((a / factor - b) ** 2) / np.sum(b * b))), factor


def _ends(rates: _Rates, moving: float) -> list[Finding]:
    found = []
    for frame, name in ((0, "first"), (-1, "last")):
        due = float(np.sqrt(np.mean(rates.wanted[frame] ** 2)))
        if not np.any(rates.given[frame]) and due > max(_MOVES, 0.1 * moving):
            number = frame % len(rates.given)
            found.append(
                Finding(
                    "velocity-ends",
                    rates.where,
                    f"all zero in frame {number}, the {name}, where positions move at "
                    f"{due:.2f} /s root mean square",
                    "make them again from the positions",
                )
            )
    return found


def _factors(raw: RawMotion, factors: Mapping[str, float]) -> tuple[RawMotion, list[Finding]]:
    """What the factors between velocities and differences say, each array's and all together."""
    wrong = {k: f for k, f in factors.items() if not 1.0 / _FACTOR < f < _FACTOR}
    values = np.array(list(factors.values()))
    agree = len(values) > 0 and values.max() < 1.03 * values.min()
    needed = raw.fps is None and raw.facts.states_fps
    if agree and (wrong or needed):
        rate = float(np.median(values)) * raw.rate
        usual = min(USUAL, key=lambda u: abs(u - rate))
        if abs(usual - rate) < 0.02 * usual:
            said = f"{raw.fps:g}/s stated" if raw.fps is not None else "none stated"
            if not raw.facts.states_fps:
                said = f"{raw.rate:g}/s, as {raw.format} is played"
            finding = Finding(
                "frame-rate",
                "fps",
                f"{said}; velocities are those of the positions at {rate:.4g}/s "
                f"({', '.join(factors)})",
                f"state {usual:g}/s",
            )
            return replace(raw, fps=usual), [finding]
    return raw, [
        Finding(
            "velocity-scale",
            where,
            f"{factor:.4g} times the differences of the positions{_guess(factor, raw.rate)}",
            "make them again from the positions",
        )
        for where, factor in wrong.items()
    ]


def _guess(factor: float, fps: float) -> str:
    guesses = {
        "per frame, not per second": 1.0 / fps,
        "multiplied by the frame rate twice": fps,
        "in degrees": 180.0 / np.pi,
        "in centimetres": 100.0,
        "in millimetres": 1000.0,
        "over two steps, not halved": 2.0,
        "halved once too often": 0.5,
    }
    near = min(guesses, key=lambda g: abs(np.log(factor / guesses[g])))
    return f": {near}" if abs(np.log(factor / guesses[near])) < 0.05 else ""


def _all(raw: RawMotion) -> list[_Rates]:
    fps, keys = raw.rate, raw.where
    rates = []
    if raw.joint_rates is not None:
        wanted = velocity(raw.joints, fps)
        others = []
        if not raw.facts.named_joints:
            order = other_order(raw.links, raw.columns)
            moved = np.zeros_like(wanted)
            moved[:, raw.columns] = wanted[:, order]
            others.append(_Meaning("joint-order", "rates of the joints in the other order", moved))
        rates.append(_Rates(keys["joint_rates"], raw.joint_rates, wanted, tuple(others)))
    turn = Rotation.from_quat(raw.turn)
    if raw.root_rates is not None:
        linear, spin = velocity(raw.place, fps), turning(raw.turn, fps)
        own, own_spin = turn.inv().apply(linear), turn.inv().apply(spin)
        where = keys["root_rates"]
        rates.append(
            _Rates(
                where.replace("0:6", "0:3"),
                raw.root_rates[:, :3],
                linear,
                (_Meaning("velocity-frame", "velocities in the root's own axes", own),),
            )
        )
        rates.append(
            _Rates(
                where.replace("0:6", "3:6"),
                raw.root_rates[:, 3:],
                own_spin,
                (_Meaning("velocity-frame", "velocities in the world's axes", spin),),
            )
        )
    for name, track in raw.track_rates.items():
        path = raw.tracks[name]
        wanted = np.hstack([velocity(path[:, :3], fps), turning(path[:, 3:], fps)])
        for part, columns in (("linear", slice(0, 3)), ("angular", slice(3, 6))):
            rates.append(_Rates(f"{name}, {part} velocity", track[:, columns], wanted[:, columns]))
    return [*rates, *_of_bodies(raw)]


def _of_bodies(raw: RawMotion) -> list[_Rates]:
    bodies, fps = raw.bodies, raw.rate
    if bodies is None or bodies.turns is None:
        return []
    turns = Rotation.from_quat(bodies.turns.reshape(-1, 4))
    shape = bodies.places.shape
    rates = []
    if bodies.linear is not None:
        arms = raw.links.centres[bodies.carriers] - bodies.offsets
        centres = turns.apply(np.broadcast_to(arms, shape).reshape(-1, 3)).reshape(shape)
        origin = velocity(bodies.places, fps)
        centre = velocity(bodies.places + centres, fps)
        wanted, other = (centre, origin) if raw.facts.centre_velocities else (origin, centre)
        said = "link origins" if raw.facts.centre_velocities else "centres of mass"
        meanings = [_Meaning("velocity-point", f"velocities of {said}", other)]
        for point, values in (("", wanted), (f" of {said}", other)):
            own = turns.inv().apply(values.reshape(-1, 3)).reshape(shape)
            meanings.append(
                _Meaning("velocity-frame", f"velocities{point} in each body's own axes", own)
            )
        rates.append(_Rates(raw.where["linear"], bodies.linear, wanted, tuple(meanings)))
    if bodies.angular is not None:
        spin = turning(bodies.turns, fps)
        own = turns.inv().apply(spin.reshape(-1, 3)).reshape(shape)
        meaning = _Meaning("velocity-frame", "velocities in each body's own axes", own)
        rates.append(_Rates(raw.where["angular"], bodies.angular, spin, (meaning,)))
    return rates
