"""``lint``: every trap in a file of a robot's trajectory, by its name, and a mended copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh import arguments
from kinemesh.arrays import Array
from kinemesh.errors import ReadError, WriteError
from kinemesh.linting import rate
from kinemesh.linting.delivered import deliver
from kinemesh.linting.findings import Lint
from kinemesh.linting.fitting import fit
from kinemesh.linting.mending import check_copy, mend
from kinemesh.linting.standing import stand
from kinemesh.linting.steadiness import feet, jumps, limits, norms, signs
from kinemesh.linting.velocities import move
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories.checks import LARGEST
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.findings import Finding
from kinemesh.trajectories.layouts import LAYOUTS
from kinemesh.trajectories.raw import RawMotion, Target
from kinemesh.trajectories.recognising import candidates, read_contents


@dataclass(frozen=True, eq=False)
class _Looked:
    raw: RawMotion
    found: tuple[Finding, ...]

    @property
    def faults(self) -> int:
        return sum(not finding.note for finding in self.found)


def lint(
    path: str | Path,
    robot: RobotModel | str | Path = "g1",
    *,
    format: str | None = None,
    fps: float | None = None,
    motion: str | None = None,
    fix: str | Path | None = None,
) -> Lint:
    """Find what is wrong in a file of a robot's trajectory, whoever wrote it.

    The file's own arrays are read by the letter of its format and held against the robot's
    kinematics; each trap that is found is taken out before the next is looked for.
    ``docs/formats.md`` lists the traps.

    Args:
        path: the file, or the folder of a format that is one.
        robot: the model, or what :meth:`~kinemesh.RobotModel.load` takes.
        format: a key of :data:`kinemesh.trajectories.LAYOUTS`, what the file is meant to be; by
            its content if left out.
        fps: frames per second [1/s], where the file does not say.
        motion: which motion of a library of several.
        fix: where to write a mended copy, whole or not at all; nothing is written where nothing
            is to be mended.

    Raises:
        ReadError: no layout that is known, or not for this robot.
        WriteError: the copy cannot be written.
        RobotError: the robot is not known.

    Examples:
        >>> result = kinemesh.retarget(kinemesh.demos.walk().crop(0, 10).resampled(50.0))
        >>> notes = kinemesh.write(result, "walk_linted.npz", format="mjlab")
        >>> kinemesh.lint("walk_linted.npz").findings
        ()
    """
    path = arguments.path("path", path, "a file or folder", ReadError)
    if format is not None:
        arguments.choice("format", format, LAYOUTS, ReadError)
    if fps is not None:
        arguments.rate(fps, ReadError)
    if motion is not None:
        arguments.text("motion", motion, "the name of a motion")
    if fix is not None:
        fix = arguments.path("fix", fix, "a path for the mended copy", WriteError)
    model = robot if isinstance(robot, RobotModel) else RobotModel.load(robot)
    contents = read_contents(path, motion)
    names = (format,) if format else candidates(contents, links_of(model))
    looked = [_look(contents, name, model, fps) for name in names]
    best = min(looked, key=lambda one: one.faults)
    raw, found = best.raw, best.found
    notes = [f"held against {raw.format} ({'given' if format else 'found by its content'})"]
    if raw.facts.remark is not None and format is None:
        notes.append(raw.facts.remark)
    if raw.fps is None:
        notes.append(f"frame rate: {raw.rate:g}/s assumed")
    report = Lint(path, raw.format, len(raw), model.name, found, tuple(notes))
    if fix is None or not any(finding.mendable for finding in found):
        if fix is not None:
            what = "nothing is wrong" if not found else "nothing that was found can be mended"
            report = replace(report, notes=(*notes, f"no copy was written: {what}"))
        return report
    target = Path(fix)
    check_copy(path, target, raw.format)
    said = mend(raw, model, target, contents.motion or path.stem)
    kept = "bodies and velocities are made again from root and joints, by the robot's model"
    return replace(report, written=target, notes=(*notes, kept, *said))


def _look(contents: Contents, format: str, robot: RobotModel, fps: float | None) -> _Looked:
    """Everything that is wrong in the file, held against ``format``."""
    raw, found = _inspected(contents, format, robot)
    bad = _not_finite(raw)
    if bad:
        return _Looked(raw, (*found, *bad))
    said = raw.fps
    raw, more = rate.stated(raw, contents)
    found += more
    if fps is not None:
        if raw.fps is not None and raw.fps != fps:
            raise ReadError(
                f"{contents.path.name} states {raw.fps:g} frames/s and {fps:g} are given: leave "
                f"them out"
            )
        raw = replace(raw, fps=fps)
    raw, more = norms(raw)
    found += more
    if any(not finding.mendable for finding in more):
        return _Looked(raw, found)
    raw, more, fitted = fit(raw, robot)
    found += more
    if any(not finding.mendable for finding in more):
        return _Looked(raw, found)  # of two minds: what is left would be consequences
    raw, more = stand(raw, robot, fitted)
    found += more
    raw, more = move(raw)
    found += more
    raw, more = rate.settled(raw, said, fps)
    found += more
    for check in (jumps, limits, feet):
        raw, more = check(raw, robot)
        found += more
    raw, more = signs(raw)
    found += more
    if all(f.mendable for f in found if f.trap in ("joint-limits", "jump")):
        doubtful = any(f.trap == "frame-rate" and not f.note for f in found)
        found += deliver(raw, robot, timed=raw.fps is not None and not doubtful)
    return _Looked(raw, _once(found))


def _inspected(
    contents: Contents, format: str, robot: RobotModel
) -> tuple[RawMotion, tuple[Finding, ...]]:
    """The file read by the letter of ``format``, and what its shapes give away.

    Raises:
        ReadError: it has not the arrays of this format, or not for this robot.
    """
    layout, links = LAYOUTS[format], links_of(robot)
    raw = layout.decode(layout, contents, Target(links.joints, links.robot, links))
    if not len(raw):
        raise ReadError(f"{contents.path.name} has no frames")
    if len(raw.columns) != len(links.joints):
        raise ReadError(
            f"{contents.path.name}: {'; '.join(raw.notes)}. Lint looks at all joints of a robot: "
            f"make them first by converting {contents.path.name} to {format}"
        )
    raw = layout.inspect(contents, raw)
    return raw, tuple(oddity.finding for oddity in raw.oddities)


def _once(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each finding once, faults before notes."""
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.note))


def _not_finite(raw: RawMotion) -> tuple[Finding, ...]:
    bodies = raw.bodies
    arrays = {
        "place": raw.place,
        "turn": raw.turn,
        "joints": raw.joints,
        "joint_rates": raw.joint_rates,
        "root_rates": raw.root_rates,
        "said": raw.rotvecs,
        "bodies": None if bodies is None else bodies.places,
        "quaternions of bodies": None if bodies is None else bodies.turns,
        "linear": None if bodies is None else bodies.linear,
        "angular": None if bodies is None else bodies.angular,
    }
    named = {raw.where.get(key, key): values for key, values in arrays.items()}
    named |= raw.tracks
    named |= {f"{name}, velocity": rates for name, rates in raw.track_rates.items()}
    return _bad(named) or _bad(raw.sources)


def _bad(named: Mapping[str, Array | None]) -> tuple[Finding, ...]:
    found = []
    for where, values in named.items():
        bad = np.zeros(0) if values is None else ~(np.abs(values) < LARGEST)
        if values is None or not bad.any():
            continue
        frames = np.unique(np.argwhere(bad)[:, 0])
        found.append(
            Finding(
                "not-finite",
                where,
                f"NaN, infinite or over {LARGEST:g} in {len(frames)} of {len(values)} frames, the "
                f"first {int(frames[0])}",
                "what should be there the file does not say: make it again, or cut the frames",
                mendable=False,
            )
        )
    return tuple(found)
