"""The source that ``kinemesh live`` names, with the options that are for it."""

from __future__ import annotations

import ipaddress
from dataclasses import fields
from pathlib import Path

import numpy as np

from kinemesh import live
from kinemesh.cli.wording import options_of, spoken
from kinemesh.errors import OptionError
from kinemesh.matching import RecordingOptions
from kinemesh.motion import Clip, Prop, Scene, Terrain
from kinemesh.recordings import read, read_shape

_SHAPES = ("object", "terrain", "decompose")
_TAKEN = {
    "lines": ("skeleton", "height", "floor", *_SHAPES),
    "zmq": ("skeleton", "height", "floor", *_SHAPES),
    "bvh": ("skeleton", "height", "map", "unit", "up", "floor", *_SHAPES),
    "mvn": ("height", "up", "floor", *_SHAPES),
}
"""Kind of a stream to what of a recording's options says something of it."""


def opened(
    address: live.Address,
    options: RecordingOptions,
    *,
    speed: float = 1.0,
    fps: float | None = None,
    robot: str | None = None,
    bind: str = "127.0.0.1",
) -> tuple[live.Source, Clip | None]:
    """The source at an address, and the recording that was read for it, where one was.

    Args:
        address: where it is.
        options: what is known of the person, as of a recording's.
        speed: how fast a recording is played; 0: no frame is left out or waited for.
        fps: its frames a second [1/s], where it does not say.
        robot: whose trajectory the recording is, where it is a robot's.
        bind: the address of this machine that is listened at, where senders come to it.

    Raises:
        OptionError: an option that says nothing of such a source.
        KinemeshError: the source is not there, or a file is not what it should be.
    """
    if address.kind == "file":
        with spoken(options_of(options)):
            clip = options.read_from(Path(address.text), fps, robot)
        return live.RecordedSource(clip, speed), clip
    _check(address, options, speed, robot)
    scene, floor = _scene(options), options.floor
    given = live.Header(options.skeleton, options.height, fps)
    if address.kind == "lines":
        return live.ToldSource(
            live.Lines(), given, scene=scene, floor=floor, paced=speed > 0.0
        ), None
    if address.kind == "zmq":
        topic = address.query.get("topic", "")
        published = live.Subscription(_host(address), address.port, topic)
        return live.ToldSource(published, given, scene=scene, floor=floor), None
    if address.kind == "mvn":
        _check_bind(address, bind)
        up, height = options.up, options.height
        return live.MvnSource(address.port, bind, height=height, fps=fps, up=up, scene=scene), None
    if "skeleton" not in address.query:
        raise OptionError(
            f"{address.text} does not say the skeleton",
            given=address.text,
            expected="bvh://host:port?skeleton=FILE.bvh, a file of the same performer exported by "
            "what streams",
        )
    file = Path(address.query["skeleton"])
    with spoken(options_of(options)):
        clip = read(
            file,
            skeleton=options.skeleton,
            height=options.height,
            fps=fps,
            floor=options.floor,
            up=options.up,
            unit=options.unit,
            map=options.map,
        )
    body = live.BvhBody(file, clip)
    return live.BvhSource(_host(address), address.port, body, clip, scene=scene), clip


def _check(
    address: live.Address, options: RecordingOptions, speed: float, robot: str | None
) -> None:
    """Say which options are for recordings alone."""
    taken = _TAKEN[address.kind]
    for field in fields(options):
        if field.name not in taken and getattr(options, field.name) != field.default:
            name = field.name.replace("_", "-")
            raise OptionError(f"--{name} says nothing of {address.text}: leave it out")
    if robot is not None:
        raise OptionError(f"--source-robot says nothing of {address.text}: leave it out")
    if speed != 1.0 and not (address.kind == "lines" and speed == 0.0):
        raise OptionError(
            f"--speed {speed:g}: {address.text} comes in its own time",
            given=speed,
            expected="a recording, or 0 and -",
        )


def _scene(options: RecordingOptions) -> Scene | None:
    """What is touched, by the shapes that are given; an object is at the origin until it comes."""
    if options.object is None and options.terrain is None:
        return None
    props: tuple[Prop, ...] = ()
    terrain = None
    if options.object is not None:
        shape = read_shape(options.object, decompose=options.decompose)
        still = np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
        props = (Prop(options.object.stem, shape, still),)
    if options.terrain is not None:
        shape = read_shape(options.terrain, decompose=options.decompose)
        terrain = Terrain(shape, options.terrain.stem)
    return Scene(props, terrain)


def _host(address: live.Address) -> str:
    return address.host or "127.0.0.1"


def _check_bind(address: live.Address, bind: str) -> None:
    """A stream that comes to this machine is listened for at --bind, and nowhere else."""
    if address.host in ("", bind):
        return
    try:
        loopback = ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        loopback = address.host == "localhost"
    if not (loopback and bind == "127.0.0.1"):
        raise OptionError(
            f"{address.text} is to be listened for at {address.host}, and --bind is {bind}",
            given=bind,
            expected=f"--bind {address.host}, if other machines are meant to send",
        )
