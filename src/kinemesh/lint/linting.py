"""``lint``: every trap in a file of a robot's trajectory, by its name, and a mended copy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinemesh import arguments
from kinemesh.errors import ReadError, WriteError
from kinemesh.io import LAYOUTS, Contents, read_contents
from kinemesh.lint import rate
from kinemesh.lint.claims import claimed
from kinemesh.lint.delivered import deliver
from kinemesh.lint.findings import LARGEST, Finding, Lint
from kinemesh.lint.fitting import fit
from kinemesh.lint.held import Held
from kinemesh.lint.mending import check_copy, mend
from kinemesh.lint.recognising import formats
from kinemesh.lint.standing import stand
from kinemesh.lint.steadiness import feet, jumps, limits, norms, signs
from kinemesh.lint.velocities import move
from kinemesh.robot import RobotModel, links_of


@dataclass(frozen=True, eq=False)
class _Looked:
    held: Held
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
        robot: the model, or what :meth:`RobotModel.load` takes.
        format: a key of :data:`kinemesh.io.LAYOUTS`, what the file is meant to be; by its content
            if left out.
        fps: frames per second [1/s], where the file does not say.
        motion: which motion of a library of several.
        fix: where to write a mended copy, whole or not at all; nothing is written where nothing
            is to be mended.

    Raises:
        ReadError: no layout that is known, or not for this robot.
        WriteError: the copy cannot be written.
        RobotError: the robot is not known.
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
    candidates = formats(contents, format, links_of(model))
    looked = [_look(contents, name, model, fps) for name in candidates]
    best = min(looked, key=lambda one: one.faults)
    held, found = best.held, best.found
    notes = [f"held against {held.format} ({'given' if format else 'found by its content'})"]
    if held.format == "kimodo" and format is None:
        notes.append(
            "w is first, as Kimodo has it; readers of unitree-csv want it last: "
            "format='unitree-csv' if it is meant to be that"
        )
    if held.fps is None:
        notes.append(f"frame rate: {held.rate:g}/s assumed")
    report = Lint(path, held.format, len(held), model.name, found, tuple(notes))
    if fix is None or not any(finding.mendable for finding in found):
        if fix is not None:
            what = "nothing is wrong" if not found else "nothing that was found can be mended"
            report = replace(report, notes=(*notes, f"no copy was written: {what}"))
        return report
    target = Path(fix)
    check_copy(path, target, held.format)
    said = mend(held, model, target, contents.motion or path.stem)
    kept = "bodies and velocities are made again from root and joints, by the robot's model"
    return replace(report, written=target, notes=(*notes, kept, *said))


def _look(contents: Contents, format: str, robot: RobotModel, fps: float | None) -> _Looked:
    """Everything that is wrong in the file, held against ``format``."""
    held, found = claimed(contents, format, links_of(robot))
    bad = _not_finite(held)
    if bad:
        return _Looked(held, (*found, *bad))
    said = held.fps
    held, more = rate.stated(held, contents)
    found += more
    if fps is not None:
        if held.fps is not None and held.fps != fps:
            raise ReadError(
                f"{contents.path.name} states {held.fps:g} frames/s and {fps:g} are given: leave "
                f"them out"
            )
        held = replace(held, fps=fps)
    held, more = norms(held)
    found += more
    if any(not finding.mendable for finding in more):
        return _Looked(held, found)
    held, more, fitted = fit(held, robot)
    found += more
    if any(not finding.mendable for finding in more):
        return _Looked(held, found)  # of two minds: what is left would be consequences
    held, more = stand(held, robot, fitted)
    found += more
    held, more = move(held)
    found += more
    held, more = rate.settled(held, said, fps)
    found += more
    for check in (jumps, limits, feet):
        held, more = check(held, robot)
        found += more
    held, more = signs(held)
    found += more
    if all(f.mendable for f in found if f.trap in ("joint-limits", "jump")):
        doubtful = any(f.trap == "frame-rate" and not f.note for f in found)
        found += deliver(held, robot, timed=held.fps is not None and not doubtful)
    return _Looked(held, _once(found))


def _once(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each finding once, faults before notes."""
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.note))


def _not_finite(held: Held) -> tuple[Finding, ...]:
    bodies = held.bodies
    arrays = {
        "place": held.place,
        "turn": held.turn,
        "joints": held.joints,
        "joint_rates": held.joint_rates,
        "root_rates": held.root_rates,
        "said": held.said,
        "bodies": None if bodies is None else bodies.places,
        "quaternions of bodies": None if bodies is None else bodies.turns,
        "linear": None if bodies is None else bodies.linear,
        "angular": None if bodies is None else bodies.angular,
    }
    named = {held.keys.get(key, key): values for key, values in arrays.items()}
    named |= held.tracks
    named |= {f"{name}, velocity": rates for name, rates in held.track_rates.items()}
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
