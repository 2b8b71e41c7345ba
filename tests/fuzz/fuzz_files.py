"""Small files that kinemesh reads, one of every kind: what the fuzz test damages.

Each is written here, by the package's own writers or by hand.
"""

from __future__ import annotations

import importlib.util
import io
import json
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import kinemesh
from acclaim_files import write_acclaim
from bvh_files import DIALECTS, write_bvh
from fbx_files import Fbx, person
from glb_files import scene_with_box
from kinemesh import demos
from kinemesh.motion import LANDMARKS, SKELETONS, Prop, Scene, Shape, Trajectory
from kinemesh.recordings.smpl.bones import PARENTS, standin
from kinemesh.result import FrameReport, Result
from kinemesh.robot import RobotModel
from kinemesh.trajectories import WRITERS
from kinemesh.trajectories.containers.torch_writer import save_tensors
from made_robot import ROBOT, limbs
from moving_bodies import moves_of
from mvnx_files import write_mvnx
from point_files import bones, centres, write_motive, write_trc
from simulations import happened

FRAMES = 4


@dataclass(frozen=True)
class Seed:
    """A folder of files that is read, and which of them is damaged."""

    name: str
    reader: str
    """A key of the readers of ``fuzz_child``."""
    files: dict[str, bytes]
    target: str
    """The file that is damaged."""
    given: str = ""
    """What the reader is given; the target if left out, the folder itself if ``.``."""
    share: float = 1.0
    """How many of the usual number of cases are made of it: fewer where reading takes long."""

    @property
    def path(self) -> str:
        return self.given or self.target


def seeds(robots: Path, folder: Path) -> list[Seed]:
    """All of them; ``folder`` is an empty one to write in, ``robots`` that of the robots."""
    made = [*people(folder), *shapes(), *scenes(), *contacts()]
    made += trajectories(folder)
    made += robot(robots)
    return [*made, *lists(), *descriptions()]


def saved(save: Callable[..., None], *arrays: Any, **named: Any) -> bytes:
    stream = io.BytesIO()
    save(stream, *arrays, **named)
    return stream.getvalue()


def standing(name: str = "lafan22", frames: int = FRAMES) -> np.ndarray:
    """A person ``(T, J, 3)`` [m] who faces +x."""
    places = {
        **{"pelvis": (0.0, 0.0, 1.0), "hip": (0.0, 0.1, 0.9), "knee": (0.02, 0.1, 0.48)},
        **{"ankle": (0.0, 0.1, 0.08), "toe": (0.15, 0.1, 0.0), "shoulder": (0.0, 0.18, 1.4)},
        **{"elbow": (0.0, 0.2, 1.12), "hand": (0.05, 0.2, 0.88)},
    }
    skeleton = SKELETONS[name]
    result = np.zeros((frames, len(skeleton.joints), 3))
    result[..., 2] = np.linspace(0.9, 1.6, len(skeleton.joints))
    for landmark in skeleton.landmarks:
        side, _, part = landmark.rpartition("_")
        for joint in skeleton.weights(landmark):
            place = np.array(places[part]) * [1.0, -1.0 if side == "right" else 1.0, 1.0]
            result[:, skeleton.index(joint)] = place
    return result


def turns(joints: int) -> np.ndarray:
    """Turns ``(T, 3 J)`` of SMPL's family, of somebody upright."""
    result = np.zeros((FRAMES, joints, 3))
    result[:, 0, 0] = np.pi / 2
    return result.reshape(FRAMES, -1)


def people(folder: Path) -> list[Seed]:
    """Recorded motions."""
    table = np.zeros((FRAMES, 591), np.float32)
    person = standing("smplh52")
    table[:, 162:318] = person.reshape(FRAMES, -1)
    table[:, 0:3] = person[:, 0]
    table[:, 383:591].reshape(FRAMES, 52, 4)[..., 3] = 1.0
    table[:, 3:7] = (0.0, 0.0, 0.0, 1.0)
    table[:, 318:325] = (1.0, 0.0, 0.25, 0.0, 0.0, 0.0, 1.0)
    table[:, 331:383] = -1.0
    crate = {"crate.obj": obj()}
    moves = np.tile([0.0, 0.0, 0.9], (FRAMES, 1))
    amass = {"poses": turns(52), "trans": moves, "betas": np.zeros(4), "mocap_framerate": 60.0}
    split = {"root_orient": turns(22)[:, :3], "pose_body": turns(22)[:, 3:], "trans": moves}
    wham = {"pose_world": turns(24), "trans_world": moves, "betas": np.zeros((FRAMES, 10))}
    flat = {"global_orient": turns(22)[:, :3], "body_pose": turns(22)[:, 3:], "transl": moves}
    return [
        Seed("array", "read", {"a.npy": saved(np.save, standing())}, "a.npy"),
        Seed("fortran", "read", {"a.npy": saved(np.save, np.asfortranarray(standing()))}, "a.npy"),
        Seed("table", "read", {"a.pt": omomo(folder, table)}, "a.pt"),
        Seed("tracked", "read object", {"a.pt": omomo(folder, table), **crate}, "a.pt"),
        Seed(
            "named",
            "read",
            {"a.npz": saved(np.savez, global_joint_positions=standing(), height=1.7, fps=30)},
            "a.npz",
        ),
        Seed(
            "amass",
            "read",
            {"a.npz": saved(np.savez, **amass, gender="female", surface_model_type="smplh")},
            "a.npz",
        ),
        Seed("amass split", "read", {"a.npz": saved(np.savez, **split)}, "a.npz"),
        Seed("wham", "read", {"a.npz": saved(np.savez_compressed, **wham)}, "a.npz"),
        Seed("gvhmr", "read", {"a.pt": tensors(folder, flat)}, "a.pt"),
        *bodies(saved(np.savez, **{**amass, "poses": turns(24)})),
        Seed("glb", "read", {"a.glb": scene_with_box(frames=FRAMES).bytes()}, "a.glb"),
        *(Seed("c3d", "read", {"a.c3d": data}, "a.c3d") for data in c3d()),
        *acclaim(folder),
        mvnx(folder),
        motive(folder),
        *fbx(folder),
        Seed(
            "trc",
            "read",
            {"a.trc": write_trc(folder / "a.trc", *centres(FRAMES)).read_bytes()},
            "a.trc",
        ),
        *(
            Seed("bvh", "read", {"a.bvh": bvh()}, "a.bvh")
            for suffix in kinemesh.recordings.READERS
            if suffix == ".bvh"
        ),
    ]


def omomo(folder: Path, table: np.ndarray) -> bytes:
    """One bare tensor, as ``torch.save`` writes it."""
    import zipfile

    from kinemesh.trajectories.containers.pickle_writer import integer, numbers, text

    reference = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu")
    program = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + reference + integer(table.size)
    program += b"tQ" + integer(0) + numbers(table.shape) + numbers((table.shape[1], 1))
    program += b"\x89ccollections\nOrderedDict\n)RtR."
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("clip/data.pkl", program)
        archive.writestr("clip/byteorder", "little")
        archive.writestr("clip/data/0", table.tobytes())
    return stream.getvalue()


def tensors(folder: Path, table: dict[str, Any]) -> bytes:
    save_tensors(folder / "t.pt", {k: v.astype(np.float32) for k, v in table.items()})
    return (folder / "t.pt").read_bytes()


def bodies(motion: bytes) -> list[Seed]:
    """Body models and rest joints."""
    rng = np.random.default_rng(24)
    regressor = rng.random((24, 30))
    model = {
        "v_template": rng.uniform((-0.9, -1.0, -0.1), (0.9, 0.7, 0.1), (30, 3)),
        "shapedirs": rng.normal(scale=0.01, size=(30, 3, 4)),
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "kintree_table": np.array([PARENTS[24], range(24)]).astype(np.uint32),
    }
    rest = standin().joints
    said = {"a.npz": motion}
    files = {
        "SMPL_NEUTRAL.npz": saved(np.savez, **model),
        "SMPL_NEUTRAL.pkl": pickle.dumps(model, protocol=2),
    }
    made = [Seed(n, "read body", {**said, n: d}, n, share=0.8) for n, d in files.items()]
    files = {"rest.npy": saved(np.save, rest), "rest.npz": saved(np.savez, J=rest)}
    return [*made, *(Seed(n, "read rest", {**said, n: d}, n, share=0.5) for n, d in files.items())]


def c3d() -> list[bytes]:
    """Joint centres in millimetres; nothing where the package is not installed."""
    try:
        import c3d as package
    except ImportError:
        return []
    names = {"hip": "HJC", "knee": "KJC", "ankle": "AJC", "toe": "TOE"}
    names |= {"shoulder": "SJC", "elbow": "EJC", "hand": "WJC"}
    labels, points = [], []
    for landmark in LANDMARKS[1:]:
        side, _, part = landmark.partition("_")
        labels.append(side[0].upper() + names[part])
        points.append(SKELETONS["lafan22"].place(standing(), landmark) * 1000.0)
    writer = package.Writer(point_rate=100)
    frames = []
    for row in np.stack(points, axis=1):
        entry = np.zeros((len(labels), 5), np.float32)
        entry[:, :3] = row
        frames.append((entry, np.zeros((0, 0))))
    writer.add_frames(frames)
    writer.set_point_labels(labels)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer.write(stream)
        return [stream.getvalue()]


def acclaim(folder: Path) -> list[Seed]:
    """A motion, and the skeleton that is read with it."""
    moves = moves_of(write_bvh(folder / "a.bvh", DIALECTS["asf"], frames=FRAMES))
    write_acclaim(folder / "a.amc", moves)
    files = {name: (folder / name).read_bytes() for name in ("a.amc", "a.asf")}
    return [Seed(name, "read", files, name, given="a.amc") for name in files]


def mvnx(folder: Path) -> Seed:
    moves = moves_of(write_bvh(folder / "m.bvh", DIALECTS["xsens segments"], frames=FRAMES))
    return Seed(
        "mvnx", "read", {"a.mvnx": write_mvnx(folder / "a.mvnx", moves).read_bytes()}, "a.mvnx"
    )


def motive(folder: Path) -> Seed:
    moves = moves_of(write_bvh(folder / "o.bvh", DIALECTS["optitrack"], frames=FRAMES))
    file = write_motive(folder / "a.csv", bones(moves))
    return Seed("motive", "read", {"a.csv": file.read_bytes()}, "a.csv")


def fbx(folder: Path) -> list[Seed]:
    """A person and a box; nothing where the package is not installed."""
    if importlib.util.find_spec("ufbx") is None:
        return []
    moves = moves_of(write_bvh(folder / "f.bvh", DIALECTS["mixamo"], frames=FRAMES))
    file = Fbx()
    layer = file.take("t")
    person(file, moves, [layer])
    box = file.mesh("box", 0, Shape.box((40.0, 30.0, 20.0)))
    times = np.arange(FRAMES) / moves.fps
    file.move(layer, box, "Lcl Translation", times, np.full((FRAMES, 3), 60.0))
    data = file.write(folder / "a.fbx").read_bytes()
    return [Seed("fbx", "read", {"a.fbx": data}, "a.fbx")]


def bvh() -> bytes:
    """LAFAN1's skeleton in centimetres, y up."""
    skeleton = SKELETONS["lafan22"]
    place = dict(zip(skeleton.joints, standing()[0][:, [1, 2, 0]] * 100.0, strict=True))
    children: dict[str, list[str]] = {"Hips": ["LeftUpLeg", "RightUpLeg", "Spine"]}
    for side in ("Left", "Right"):
        for chain in ("UpLeg Leg Foot Toe", "Shoulder Arm ForeArm Hand"):
            joints = [side + part for part in chain.split()]
            children |= {a: [b] for a, b in pairwise(joints)}
    children |= {"Spine": ["Spine1"], "Spine1": ["Spine2"], "Neck": ["Head"]}
    children["Spine2"] = ["Neck", "LeftShoulder", "RightShoulder"]
    lines = ["HIERARCHY"]

    def joint(name: str, parent: str | None) -> None:
        offset = place[name] - (place[parent] if parent else 0.0 * place[name])
        lines.append(f"{'JOINT' if parent else 'ROOT'} {name}")
        lines.append("{")
        lines.append("OFFSET {:.4f} {:.4f} {:.4f}".format(*offset))
        turn = "Zrotation Yrotation Xrotation"
        lines.append(
            f"CHANNELS 3 {turn}" if parent else f"CHANNELS 6 Xposition Yposition Zposition {turn}"
        )
        for child in children.get(name, []):
            joint(child, name)
        if name not in children:
            lines.append("End Site\n{\nOFFSET 0.0 5.0 0.0\n}")
        lines.append("}")

    joint("Hips", None)
    row = [*place["Hips"], *[0.0] * (3 * len(skeleton.joints))]
    lines += ["MOTION", f"Frames: {FRAMES}", "Frame Time: 0.033333"]
    lines += [" ".join(f"{x:.4f}" for x in row)] * FRAMES
    return ("\n".join(lines) + "\n").encode()


def obj() -> bytes:
    box = Shape.box((0.4, 0.4, 0.5))
    lines = ["mtllib missing.mtl", "o crate"]
    lines += [f"v {x} {y} {z}" for x, y, z in box.vertices]
    return "\n".join([*lines, *(f"f {a} {b} {c}" for a, b, c in box.faces + 1)]).encode()


URDF = b"""<?xml version="1.0"?>
<robot name="crate">
<link name="a"><collision><origin xyz="0 0 0.1" rpy="0 0 0.5"/>
<geometry><box size="0.4 0.3 0.2"/></geometry></collision></link>
<link name="b"><visual>
<geometry><mesh filename="crate.obj" scale="1 1 1"/></geometry></visual></link>
<link name="c"><collision>
<geometry><cylinder radius="0.1" length="0.3"/></geometry></collision></link>
<joint name="j" type="fixed"><parent link="a"/><child link="b"/><origin xyz="0 0 0.3"/></joint>
<joint name="k" type="revolute"><parent link="b"/><child link="c"/><axis xyz="0 1 0"/>
<limit lower="0.1" upper="1.5"/></joint></robot>
"""
MJCF = b"""<mujoco model="crate"><compiler angle="degree"/>
<asset><mesh name="m" file="crate.obj"/></asset>
<worldbody><body name="crate" pos="0 0 0.3" euler="0 0 30">
<geom type="box" size="0.2 0.2 0.1"/><geom type="sphere" size="0.1" pos="0 0 0.2"/>
<geom type="capsule" size="0.05" fromto="0 0 0 0 0 0.4"/><geom type="mesh" mesh="m"/>
</body></worldbody></mujoco>
"""


def shapes() -> list[Seed]:
    """Meshes, descriptions of objects, height fields."""
    import trimesh

    box = Shape.box((0.4, 0.4, 0.5))
    mesh = trimesh.Trimesh(box.vertices, box.faces, process=False)
    files = {f"m.{kind}": mesh.export(file_type=kind) for kind in ("stl", "ply", "glb")}
    files["n.ply"] = trimesh.exchange.ply.export_ply(mesh, encoding="ascii")
    files["n.stl"] = trimesh.exchange.stl.export_stl_ascii(mesh).encode()
    files["m.obj"] = obj()
    made = [Seed(f"mesh {n}", "shape", {n: bytes(d)}, n) for n, d in files.items()]
    beside = {"crate.obj": obj()}
    made.append(Seed("urdf", "shape", {"a.urdf": URDF, **beside}, "a.urdf"))
    made.append(Seed("mjcf", "shape", {"a.xml": MJCF, **beside}, "a.xml"))
    heights = np.zeros((4, 5))
    heights[1:3, 1:4] = 0.3
    made.append(Seed("heights", "heights", {"h.npy": saved(np.save, heights)}, "h.npy"))
    return made


SCENE = b"""[clip]
file = "person.npy"
fps = 30
height = 1.75
contacts = "contacts.toml"
[[prop]]
name = "crate"
file = "crate.obj"
scale = 1.0
track = { file = "track.csv", quaternion = "wxyz" }
[[prop]]
name = "post"
box = [0.1, 0.1, 1.0]
pose = [1.0, 2.0, 0.5, 0.0, 0.0, 0.0, 1.0]
[terrain]
heightfield = "h.npy"
cell = [0.2, 0.2]
centre = [3.0, 0.0]
parts = 8
tolerance = 0.01
"""
CONTACTS = b"""[[stance]]
foot = "left"
frames = [0, 2]
planted = true
[[touch]]
part = "right_hand"
thing = "crate"
frames = [1, 3]
touching = true
"""


def scenes() -> list[Seed]:
    """A scene, and the files that it names."""
    heights = np.zeros((3, 3))
    heights[1, 1] = 0.3
    track = np.tile([1.0, 0.0, 0.25, 1.0, 0.0, 0.0, 0.0], (FRAMES, 1))
    lines = ["x,y,z,qw,qx,qy,qz", *(",".join(map(str, row)) for row in track)]
    files = {
        "scene.toml": SCENE,
        "person.npy": saved(np.save, standing()),
        "crate.obj": obj(),
        "track.csv": "\n".join(lines).encode(),
        "h.npy": saved(np.save, heights),
        "contacts.toml": CONTACTS,
    }
    shares = {"scene.toml": 1.0, "track.csv": 0.6, "contacts.toml": 0.6}
    return [
        Seed(f"scene, its {name}", "read", files, name, given="scene.toml", share=share)
        for name, share in shares.items()
    ]


def contacts() -> list[Seed]:
    return [Seed("contacts", "contacts", {"c.toml": CONTACTS}, "c.toml")]


def trajectories(folder: Path) -> list[Seed]:
    """A trajectory in every layout, and a result."""
    model = RobotModel.load("g1")
    q = np.tile(model.rest, (FRAMES, 1))
    q[:, 0] = np.linspace(0.0, 0.1, FRAMES)
    trajectory = Trajectory(q, 50.0, model.joint_names, model.name)
    track = np.tile([1.0, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    made = []
    for format, writer in WRITERS.items():
        name = f"m{writer.suffixes[0]}" if writer.suffixes else "m"
        path = folder / format / name
        path.parent.mkdir()
        tracks = {"crate": track} if writer.props else {}
        kinemesh.write(trajectory, path, format=format, robot=model, tracks=tracks)
        apart = format in ("parquet", "lerobot")  # read in a process of its own, which takes long
        share = 0.2 if apart else 1.0
        if path.is_file():
            made.append(Seed(format, "trajectory", {name: path.read_bytes()}, name, share=share))
            continue
        inside = sorted(file for file in path.rglob("*") if file.is_file())
        files = {str(file.relative_to(path)): file.read_bytes() for file in inside}
        unread = ("vel.csv", "stats.json", "tasks.parquet")
        share *= 0.4
        for name in (name for name in files if not name.endswith(unread)):
            made.append(Seed(f"{format} {name}", "trajectory", files, name, ".", share))
    packed = [seed for seed in made if seed.name == "motionlib"]
    made += [
        replace(seed, name="plain motionlib", files={"m.pkl": plain(seed.files["m.pkl"])})
        for seed in packed
    ]
    headed = b"Frame,root_translateX\n0,1\n"
    made.append(Seed("names of columns", "contents", {"m.csv": headed}, "m.csv", share=0.4))
    reports = tuple(
        FrameReport(k, 2, {"laplacian": 0.5}, {"footstance": 1e-4}, ()) for k in range(FRAMES)
    )
    result = Result(
        trajectory,
        Scene((Prop("crate", Shape.box((1, 1, 1)), track),)),
        np.zeros((FRAMES, len(LANDMARKS), 3)),
        reports,
        stance={"left_toe": np.ones(FRAMES, bool)},
        touch={("left_hand", "crate"): np.ones(FRAMES, bool)},
        notes=("a note",),
        demonstration=replace(demos.lift_box().crop(0, FRAMES), fps=50.0),
        simulation=happened(FRAMES),
    )
    result.save(folder / "result.npz")
    data = (folder / "result.npz").read_bytes()
    made.append(Seed("result", "result", {"r.npz": data}, "r.npz", share=2.0))
    made.append(Seed("result as others'", "trajectory", {"r.npz": data}, "r.npz"))
    return made


def plain(data: bytes) -> bytes:
    """A pickle that joblib packed, unpacked."""
    import zlib

    return zlib.decompressobj(wbits=47).decompress(data) if data[:1] != b"\x80" else data


def robot(robots: Path) -> list[Seed]:
    """The shipped robot's description, its hulls left out."""
    folder = robots / "g1"
    files = {name: (folder / name).read_bytes() for name in ("robot.toml", "g1.urdf")}
    files |= {f"hulls/{p.name}": p.read_bytes() for p in sorted((folder / "hulls").iterdir())}
    return [
        Seed("robot.toml", "robot", files, "robot.toml", given=".", share=0.6),
        Seed("robot urdf", "robot", files, "g1.urdf", given=".", share=0.4),
    ]


SPEC = b"""
original = false
[[grid]]
name = "fast"
motion.speed = [1.1, 1.3]
prop.x = [-0.1, 0.2]
prop.shape = "crate.obj"
[[random]]
name = "some"
count = 3
seed = 1
scene.turn = [-30, 30]
"""
LISTING = b"""
[[clip]]
path = "a.npy"
skeleton = "lafan22"
fps = 30
height = 1.75
start = 0.0
[[clip]]
path = "b.npy"
name = "other"
clean = true
"""


def lists() -> list[Seed]:
    """What batches read: specs, listings and their own manifest."""
    record = {
        **{"clip": "w", "variant": "original", "key": "0", "status": "kept", "version": "0"},
        **{"files": {"kept/w/original.npz": "0"}, "frames": 6, "fps": 30.0, "reason": ""},
        **{"options": {"robot": "g1", "format": None}, "settings": {"prop.x": 0.1}},
        **{"measures": {"a": None, "b": 1.0}, "failed": [], "relaxed": 0, "timings": {"all": 1.0}},
        "simulation": {"followed": True, "reason": "", "ended": 1.0, "prop_error_max": None},
    }
    skipped = {**record, "clip": "v", "status": "skipped", "files": {}}
    manifest = "".join(json.dumps(line) + "\n" for line in (record, skipped)).encode()
    return [
        Seed("spec", "spec", {"s.toml": SPEC, "crate.obj": obj()}, "s.toml", share=2.0),
        Seed("listing", "sources", {"l.toml": LISTING}, "l.toml", share=2.0),
        Seed("map", "map", {"m.toml": MAP}, "m.toml"),
        Seed("manifest", "manifest", {"manifest.jsonl": manifest}, "manifest.jsonl", "", 2.0),
    ]


MAP = b"""
pelvis = "Hips"
left_hip = "LeftUpLeg"
"""


def descriptions() -> list[Seed]:
    """A robot as others describe it."""
    text = ROBOT.format(limbs=limbs(), more="").encode()
    return [Seed("new robot", "new robot", {"r.xml": text}, "r.xml")]
