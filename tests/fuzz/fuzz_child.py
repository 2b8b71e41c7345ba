"""Reads damaged files in a process of its own, whose memory is bounded, and says how that went."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import pickle
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from damage import damages
from fuzz_files import FRAMES, Seed, omomo, saved, seeds
from fuzz_generated import generated
from fuzz_interactions import interactions

import kinemesh
from disks import specials
from kinemesh._files.disk import below
from kinemesh.augment import read_spec
from kinemesh.batch import card, read_sources
from kinemesh.batch.manifest import Manifest
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.newrobot import read_robot
from kinemesh.recordings import READERS, read_contacts, read_mesh, read_shape
from kinemesh.recordings.mapping import read_map
from kinemesh.recordings.scene.heightfield import Grid, read_heightfield
from kinemesh.result import Result
from kinemesh.robot import RobotModel, links_of
from kinemesh.trajectories import read_contents, read_layout

MEMORY = 1 << 30
"""A reader may take this many bytes more than the process has when all is loaded."""
SECONDS = 10
"""A file may take this long [s]."""


class TooLongError(BaseException):
    """Not an Exception, so that no reader takes it for a fault of the file."""


def readers() -> dict[str, Callable[[Path], object]]:
    """What reads a seed: by the word in it."""
    robot = RobotModel.load("g1")
    links = links_of(robot)

    def trajectory(path: Path) -> object:
        return read_layout(path, robot.joint_names, robot.name, links=links)

    return {
        "read": kinemesh.read,
        "read object": lambda path: kinemesh.read(path, object=path.parent / "crate.obj"),
        "read body": lambda path: kinemesh.read(path.parent / "a.npz", body_model=path),
        "read rest": lambda path: kinemesh.read(path.parent / "a.npz", rest_joints=path),
        "shape": read_shape,
        "mesh": read_mesh,
        "heights": lambda path: read_heightfield(path, Grid(cell=(0.1, 0.1))),
        "trajectory": trajectory,
        "contents": read_contents,
        "contacts": read_contacts,
        "result": Result.load,
        "robot": RobotModel.load,
        "new robot": read_robot,
        "spec": read_spec,
        "sources": lambda path: read_sources([path]),
        "map": read_map,
        "manifest": manifest,
    }


def manifest(path: Path) -> object:
    """What a batch does with a manifest: the lines it takes, the card, and the names of files."""
    with Manifest(path.parent) as lines:
        records = list(lines)
        assert all(below(path.parent, name) for line in records for name in line["files"])
        lines.tidy()
    if not records and path.read_bytes() == b"":
        raise ReadError("nothing in it was taken")
    return card(records)


def hostile(marker: Path) -> dict[str, bytes]:
    """Pickles that would make a file if they were run, and arrays that hold such."""

    class Run:
        def __init__(self, called: Any, *arguments: Any) -> None:
            self.reduced = called, arguments

        def __reduce__(self) -> Any:
            return self.reduced

    text = f"open({str(marker)!r}, 'w').close()"
    things = {"system": Run(os.system, f"touch {marker}"), "exec": Run(exec, text)}
    things |= {"open": Run(open, str(marker), "w"), "eval": Run(eval, text)}
    things["nested"] = {"root_pos": np.zeros((2, 3)), "x": [things["system"]]}
    made = {}
    for name, thing in things.items():
        for protocol in (0, 2, 4):
            made[f"{name} {protocol}"] = pickle.dumps(thing, protocol)
        made[f"{name} packed"] = zlib.compress(pickle.dumps(thing, 4))
        array = np.array([thing], dtype=object)
        made[f"{name} array"] = saved(np.save, array)
        keys: tuple[str, ...] = ("poses", "trans", "global_joint_positions", "qpos", "format")
        keys += ("v_template", "angles", "frame_times")
        made[f"{name} archive"] = saved(np.savez, **dict.fromkeys(keys, array))
        keys = ("body", "object", "n_frames", "contact", "gender")
        made[f"{name} grab"] = saved(np.savez, **dict.fromkeys(keys, array))
        good = omomo(Path(), np.zeros((FRAMES, 591), np.float32))
        made[f"{name} tensor"] = swapped(good, pickle.dumps(thing, 2))
    return made


def swapped(data: bytes, program: bytes) -> bytes:
    """A torch file with another program."""
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, program if name.endswith("data.pkl") else old.read(name))
    return stream.getvalue()


SUFFIXES = (
    *(
        ".npy",
        ".npz",
        ".pt",
        ".glb",
        ".c3d",
        ".amc",
        ".mvnx",
        ".trc",
        ".fbx",
        ".asf",
        ".toml",
        ".bvh",
        ".obj",
        ".stl",
        ".ply",
        ".urdf",
    ),
    *(".xml", ".csv", ".pkl", ".motion", ".txt", ""),
)


def cases(made: list[Seed], marker: Path, count: int) -> Iterator[tuple[str, Seed, str, bytes]]:
    """Name, seed, file and content of every damaged file, the same in every run."""
    for number, seed in enumerate(made):
        data = seed.files[seed.target]
        ways = damages(seed.target, data)
        for k in range(int(count * seed.share)):
            rng = np.random.default_rng([number, k])
            way = ways[k % len(ways)]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # numbers out of range are meant
                damaged = way(data, rng)
            yield f"{seed.name}: {way.__name__} {k}", seed, seed.target, damaged
        yield f"{seed.name}: empty", seed, seed.target, b""
    contents = {seed.name: seed.files[seed.target] for seed in made}
    bad = hostile(marker)
    contents |= bad
    contents |= {"chance": np.random.default_rng(0).bytes(500), "zeros": bytes(500)}
    reading = ("read", "shape", "trajectory", "contacts", "result", "read body", "heights")
    for k, (name, data) in enumerate(contents.items()):
        for j, suffix in enumerate(SUFFIXES):
            for i, reader in enumerate(reading):
                if i == (k + j) % len(reading) or (name in bad and reader == "read"):
                    file = f"b{suffix}"
                    files = {"a.npz": b"", "crate.obj": b""}
                    seed = Seed(name, reader, files, file)
                    yield f"{name} as {file}, by {reader}", seed, file, data


def special(made: list[Seed], folder: Path) -> Iterator[tuple[str, Seed, str, Path]]:
    """Every reader's file in turn a pipe, a device, a folder, far too large, ...: a link to it."""
    folder.mkdir()
    found = {k: p for k, p in specials(folder).items() if k not in ("long", "zero byte", "empty")}
    for seed in {seed.reader: seed for seed in made if seed.given != "."}.values():
        for what, where in found.items():
            yield f"{seed.name}: {what}", seed, seed.target, where


def count_for(made: list[Seed], marker: Path, wanted: int) -> int:
    """Damaged files of one kind so that all cases together are ``wanted`` or a few more."""
    kinds = sum(seed.share for seed in made)
    fixed = sum(1 for _ in cases(made, marker, 0))
    return max(1, -(-(wanted - fixed + len(made)) // max(1, int(kinds))))


def place(folder: Path, files: dict[str, bytes]) -> None:
    """``files`` and nothing else in ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def went(read: Callable[[Path], object], path: Path) -> str:
    """How the reading of ``path`` ended, in a word; what should not be begins with ``!``."""
    faulthandler.dump_traceback_later(2 * SECONDS, exit=True)
    signal.alarm(SECONDS)
    try:
        read(path)
        return "read"
    except KinemeshError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, MemoryError):
                return f"! more than {MEMORY >> 20} MiB: {error}"
            cause = cause.__cause__ or cause.__context__
        return "refused" if str(error).strip() else "! an error without a word"
    except TooLongError:
        return f"! more than {SECONDS} s\n{traceback.format_exc()[-1500:]}"
    except BaseException:
        return f"! {traceback.format_exc()[-1500:]}"
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()


def main(folder: Path, robots: Path, count: int, only: str = "", wanted: int = 0) -> None:
    """Run every case and write ``report.json`` into ``folder``.

    Args:
        folder: an empty one to work in.
        robots: the folder of the shipped robots.
        count: damaged files of one kind.
        only: cases whose name holds this.
        wanted: how many cases there are to be, in place of ``count``.
    """
    warnings.simplefilter("error")

    def stop(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, stop)
    (folder / "made").mkdir()
    marker, work = folder / "executed", folder / "work"
    made, read = (
        [*seeds(robots, folder / "made"), *generated(), *interactions(folder / "made")],
        readers(),
    )
    report: dict[str, Any] = {"seeds": {}, "bad": {}, "cases": 0, "read": 0, "refused": 0}
    for seed in made:  # which also loads all that is imported late
        place(work, seed.files)
        report["seeds"][seed.name] = went(read[seed.reader], work / seed.path)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, now + MEMORY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = count_for(made, marker, wanted) if wanted else count
    last: Seed | None = None
    slowest: tuple[float, str] = (0.0, "")
    every = chain(cases(made, marker, count), special(made, folder / "special"))
    for name, seed, file, data in every:
        if only not in name:
            continue
        if seed is not last or isinstance(data, Path):
            place(work, seed.files)
            last = seed
        (folder / "now").write_text(name)
        if isinstance(data, Path):
            (work / file).unlink()
            (work / file).symlink_to(data)
        else:
            (work / file).write_bytes(data)
        path = work / seed.path if seed.given != "." else work
        start = time.perf_counter()
        end = went(read[seed.reader], path)
        slowest = max(slowest, (time.perf_counter() - start, name))
        report["cases"] += 1
        if end.startswith("!"):
            report["bad"][name] = end
        else:
            report[end] += 1
    report["slowest"] = slowest
    report["grown"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    report["executed"] = marker.exists()
    warnings.simplefilter("ignore")
    for name, data in hostile(marker).items():  # that the pickles would do what they should not
        if name.endswith(" 2"):
            pickle.loads(data)
            report["hostile"] = report.get("hostile", 0) + marker.exists()
            marker.unlink(missing_ok=True)
    report["suffixes"] = sorted(READERS)
    (folder / "report.json").write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), wanted=int(sys.argv[4]))
