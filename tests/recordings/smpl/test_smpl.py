from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from commands import Command
from kinemesh.errors import KinemeshError, ReadError
from kinemesh.motion import SKELETONS, Clip
from kinemesh.recordings import read
from kinemesh.recordings.smpl.bones import ORDERS, PARENTS, Bones, posed, read_rest_joints, standin
from kinemesh.recordings.smpl.planted import planted_scale
from recordings import recording

AMASS = "amass/140_02_stageii.npz"
STATURE = 1.774
Z_UP = np.array([np.pi / 2, 0.0, 0.0])
"""The turn of a pelvis that stands upright in a world whose z is up."""


def walking(frames: int = 40, joints: int = 22, up: str = "z") -> dict[str, np.ndarray]:
    """Turns ``(T, 3 J)`` and translation of somebody who marches on the spot and turns."""
    turns = np.zeros((frames, joints, 3))
    swing = np.sin(np.arange(frames) / 6.0)
    turns[:, 1, 0], turns[:, 2, 0] = -0.4 * np.maximum(swing, 0), -0.4 * np.maximum(-swing, 0)
    turns[:, 4, 0], turns[:, 5, 0] = 0.8 * np.maximum(swing, 0), 0.8 * np.maximum(-swing, 0)
    turns[:, 16, 2], turns[:, 17, 2] = -1.2, 1.2
    turns[:, 20, 1] = 0.3
    if joints > 24:
        turns[:, -30:] = 0.1
    yaw = Rotation.from_rotvec(np.outer(np.arange(frames) / 80.0, [0.0, 0.0, 1.0]))
    base = yaw * Rotation.from_rotvec(Z_UP) if up == "z" else Rotation.from_rotvec([0, 0.3, 0])
    turns[:, 0] = base.as_rotvec()
    root = np.zeros((frames, 3))
    root[:, 0] = 0.1 * np.sin(np.arange(frames) / 20.0)
    root[:, "xyz".index(up)] = 0.9
    return {"poses": turns.reshape(frames, -1), "trans": root}


def amass(path: Path, joints: int = 52, **changed: object) -> Path:
    arrays: dict[str, object] = {
        **walking(joints=joints),
        "betas": np.zeros(16),
        "mocap_framerate": np.array(120.0),
        "gender": np.array("female"),
    }
    arrays.update(changed)
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


@pytest.fixture(scope="module")
def risen() -> Clip:
    """Somebody who gets up from the ground, with no word on the person."""
    return read(recording(AMASS))


# ------------------------------------------------------------------ the recording


def test_a_real_clip_lies_at_first_and_stands_at_the_end(risen: Clip) -> None:
    assert len(risen) == 937
    assert risen.fps == 120.0
    chest = risen.joint("Chest")[:, 2]
    assert chest[:180].max() < 0.1
    assert chest[600:].min() > 0.85  # leaning on a knee; up to 1.12 m upright
    assert chest.max() > 1.1


def test_a_real_clips_lowest_joint_stays_on_the_floor(risen: Clip) -> None:
    """The recording's own pelvis is right to the centimetre, the stand-in's bones are not."""
    lowest = risen.positions[..., 2].min(axis=1)
    assert lowest.min() > -0.06
    assert lowest.max() < 0.03


def test_a_real_clips_person_is_of_plausible_size_and_not_mirrored(risen: Clip) -> None:
    assert 1.65 < risen.stature < 1.80
    assert not any("mirrored" in warning for warning in risen.warnings)
    standing = risen.crop(len(risen) - 60, len(risen))
    up = np.array([0.0, 0.0, 1.0])
    toes = [
        standing.landmark(f"{s}_toe") - standing.landmark(f"{s}_ankle") for s in ("left", "right")
    ]
    left = np.cross(up, toes[0] + toes[1])
    hands = standing.joint("L_Wrist") - standing.joint("R_Wrist")
    assert np.all(np.sum(left * hands, axis=1) > 0.0)


def test_a_real_clips_bones_keep_their_length(risen: Clip) -> None:
    for joint, parent in enumerate(PARENTS[22]):
        if parent >= 0:
            bone = risen.positions[:, joint] - risen.positions[:, parent]
            assert np.ptp(np.linalg.norm(bone, axis=1)) < 1e-9


def test_the_notes_say_that_the_bones_are_not_the_persons(risen: Clip) -> None:
    text = "\n".join(risen.notes)
    assert "stand-in" in text
    assert "betas" in text
    assert "body_model=" in text
    assert "height=" in text


def test_rest_joints_in_place_of_the_stand_in_put_the_body_where_it_was(risen: Clip) -> None:
    """Against another person's measured rest joints, at one length of leg: 2 cm rms."""
    own = read(recording(AMASS), rest_joints=recording("amass/smplx22_rest_joints.p"))
    assert own.skeleton.name == "smpl22"
    np.testing.assert_allclose(own.rotations, risen.rotations, atol=1e-12)
    own_legs = own.stature * SKELETONS["smpl22"].leg_ratio
    factor = own_legs / (risen.stature * risen.skeleton.leg_ratio)
    apart = (own.positions - own.positions[:, :1]) / factor - (
        risen.positions - risen.positions[:, :1]
    )
    assert np.sqrt(np.mean(np.sum(apart**2, axis=-1))) < 0.025


def test_the_stand_ins_pelvis_is_beside_the_translation_as_a_models_is(risen: Clip) -> None:
    """Objects lie in the file's world, so the person has to: within 2 cm, whoever it is."""
    with np.load(recording(AMASS)) as file:
        trans = file["trans"]
    (pelvis,) = read_rest_joints(recording("amass/smplx22_rest_joints.p")).joints[:1]
    off = (risen.positions[:, 0] - trans - pelvis)[:, :2]  # the height is the floor's
    assert np.linalg.norm(off, axis=1).max() < 0.02


def test_planted_feet_give_two_different_bodies_legs_of_one_length() -> None:
    """The person's legs are as long whoever's rest joints are scaled to them."""
    with np.load(recording(AMASS)) as file:
        turns, root = file["poses"].reshape(-1, 55, 3)[:, :22], file["trans"]
    lengths = []
    for bones in (
        standin().first(22),
        read_rest_joints(recording("amass/smplx22_rest_joints.p")),
    ):
        places, _ = posed(bones, turns, root)
        scale = planted_scale(places[:, [7, 8, 10, 11]] - places[:, :1], places[:, 0], 120.0)
        assert scale is not None
        lengths.append(scale * bones.leg())
    assert lengths[0] == pytest.approx(lengths[1], rel=0.015)


def test_terrain_keypoints_are_read_once_their_rate_is_given() -> None:
    file = recording("terrain/smpl_keypoints.npy")
    with pytest.raises(ReadError, match="give fps="):
        read(file)
    clip = read(file, fps=30.0)
    assert clip.skeleton.name == "smpl45"
    assert 1.5 < clip.stature < 1.9
    big, heel = clip.joint("L_BigToe"), clip.joint("L_Heel")
    ankle, toe = clip.landmark("left_ankle"), clip.landmark("left_toe")
    assert np.all(np.sum((big - heel) * (toe - ankle), axis=1) > 0.0)  # the order of the 21 others
    for tip in ("ThumbTip", "IndexTip", "PinkyTip"):
        reach = np.linalg.norm(clip.joint(f"L_{tip}") - clip.joint("L_Wrist"), axis=1)
        assert 0.05 < reach.min()
        assert reach.max() < 0.25
    assert not any("mirrored" in warning for warning in clip.warnings)


def test_info_shows_the_file_and_where_the_bones_are_from(kinemesh_command: Command) -> None:
    run = kinemesh_command("info", recording(AMASS))
    assert run.status == 0
    assert "stand-in" in run.out
    run = kinemesh_command("info", recording("terrain/smpl_keypoints.npy"))
    assert run.status == 2
    assert "give --source-fps" in run.err


# ------------------------------------------------------------------ kinematics


@pytest.mark.parametrize("count", PARENTS)
def test_forward_kinematics_agrees_with_a_plain_recursion(
    count: int, rng: np.random.Generator
) -> None:
    rest = rng.normal(size=(count, 3))
    turns = rng.normal(scale=1.5, size=(7, count, 3))
    turns[0] = 0.0
    root = rng.normal(size=(7, 3))
    bones = Bones(rest, None, "random")
    places, world = posed(bones, turns, root)
    names = bones.skeleton().joints

    def frame(t: int, joint: int) -> np.ndarray:
        """The homogeneous matrix of a joint, from the pelvis down by recursion."""
        parent = PARENTS[count][joint]
        own = np.eye(4)
        own[:3, :3] = Rotation.from_rotvec(turns[t, joint]).as_matrix()
        own[:3, 3] = rest[joint] - (rest[parent] if parent >= 0 else -root[t])
        return own if parent < 0 else frame(t, parent) @ own

    for t in (0, 3, 6):
        for joint, name in enumerate(ORDERS[count]):
            matrix = frame(t, joint)
            k = names.index(name)
            np.testing.assert_allclose(places[t, k], matrix[:3, 3], atol=1e-12)
            turned = Rotation.from_quat(world[t, k]).as_matrix()
            np.testing.assert_allclose(turned, matrix[:3, :3], atol=1e-12)


@pytest.mark.parametrize("count", [52, 55])
def test_fingers_hang_on_their_own_wrist_in_chains_of_three(count: int) -> None:
    names, parents = ORDERS[count], PARENTS[count]
    for joint, name in enumerate(names):
        if name[-1:] in "23" and name[:2] in ("L_", "R_"):
            assert names[parents[joint]] == f"{name[:-1]}{int(name[-1]) - 1}"
        elif name[-1:] == "1":
            assert names[parents[joint]] == f"{name[0]}_Wrist"


def test_the_stand_in_is_even_and_stands_in_the_familys_axes() -> None:
    bones = standin()
    names = SKELETONS["smpl24"].joints
    for k, name in enumerate(names):
        if name.startswith("L_"):
            other = bones.joints[names.index(f"R_{name[2:]}")]
            np.testing.assert_array_equal(bones.joints[k] * (-1.0, 1.0, 1.0), other)
    assert bones.joints[10, 2] > bones.joints[7, 2] + 0.1  # toes ahead of ankles
    assert 0.0 < bones.joints[:, 1].min() < bones.joints[:, 1].max() < STATURE
    assert bones.leg() / STATURE == pytest.approx(SKELETONS["smpl22"].leg_ratio, rel=0.03)


# ------------------------------------------------------------------ layouts


@pytest.mark.parametrize("joints", [52, 55])
def test_both_layouts_of_keys_give_one_clip(tmp_path: Path, joints: int) -> None:
    whole = read(amass(tmp_path / "a.npz", joints))
    poses = walking(joints=joints)["poses"]
    parts = {
        "poses": None,
        "root_orient": poses[:, :3],
        "pose_body": poses[:, 3:66],
        "pose_hand": poses[:, -90:],
    }
    if joints == 55:
        parts |= {"pose_jaw": poses[:, 66:69], "pose_eye": poses[:, 69:75]}
    split = read(amass(tmp_path / "b.npz", joints, **parts))
    np.testing.assert_array_equal(whole.positions, split.positions)
    np.testing.assert_array_equal(whole.rotations, split.rotations)
    shaped = read(amass(tmp_path / "c.npz", joints, poses=poses.reshape(len(poses), -1, 3)))
    np.testing.assert_array_equal(whole.positions, shaped.positions)


def test_both_layouts_of_the_real_file_give_one_clip(tmp_path: Path, risen: Clip) -> None:
    with np.load(recording(AMASS)) as file:
        np.savez(tmp_path / "a.npz", poses=file["poses"], trans=file["trans"], mocap_framerate=120)
    again = read(tmp_path / "a.npz")
    np.testing.assert_allclose(again.positions, risen.positions, atol=1e-12)


@pytest.mark.parametrize("key", ["mocap_frame_rate", "mocap_framerate", "fps"])
def test_the_rate_is_kept_as_it_is_under_any_name(tmp_path: Path, key: str) -> None:
    rate = {"mocap_framerate": None, key: np.array(59.94)}
    assert read(amass(tmp_path / "a.npz", **rate)).fps == 59.94
    whole = {"mocap_framerate": None, key: np.array([120])}
    assert read(amass(tmp_path / "b.npz", **whole)).fps == 120.0


def test_a_file_without_a_rate_says_what_is_assumed(tmp_path: Path) -> None:
    clip = read(amass(tmp_path / "a.npz", mocap_framerate=None))
    assert clip.fps == 30.0
    assert any("assumed" in note and "fps=" in note for note in clip.notes)


@pytest.mark.parametrize(
    ("joints", "skeleton"), [(22, "smpl22"), (24, "smpl24"), (52, "smpl22"), (55, "smpl22")]
)
def test_a_body_of_any_kind_is_read_without_a_model(
    tmp_path: Path, joints: int, skeleton: str
) -> None:
    clip = read(amass(tmp_path / "a.npz", joints))
    assert clip.skeleton.name == skeleton
    assert clip.joint("L_Wrist").shape == (40, 3)
    assert clip.rotations is not None
    assert not clip.warnings
    assert read(tmp_path / "a.npz", skeleton=skeleton).skeleton.joints == clip.skeleton.joints
    with pytest.raises(ReadError, match=r"leave out skeleton='lafan22'"):
        read(tmp_path / "a.npz", skeleton="lafan22")


def test_a_height_scales_the_stand_in(tmp_path: Path) -> None:
    file = amass(tmp_path / "a.npz")
    tall, small = read(file, height=1.9), read(file, height=1.5)
    for clip, height in ((tall, 1.9), (small, 1.5)):
        assert clip.stature == height
        thigh = clip.landmark("left_knee") - clip.landmark("left_hip")
        expected = np.linalg.norm(standin().joints[4] - standin().joints[1]) * height / STATURE
        np.testing.assert_allclose(np.linalg.norm(thigh, axis=1), expected)
        assert not clip.warnings
    with pytest.raises(ReadError, match=r"height=190"):
        read(file, height=190)


@pytest.mark.parametrize("size", [0.8, 1.0, 1.15])
def test_planted_feet_give_the_size_of_who_walked(size: float) -> None:
    """Feet that stand in turn, by construction: the pelvis moves as the planted leg says."""
    turns = walking(200)["poses"].reshape(200, 22, 3)
    turns[:, [1, 2], 0] += 0.4 * np.cos(np.arange(200) / 6.0)[:, None] * (1.0, -1.0)  # stride
    bones = standin().first(22).scaled(size)
    places, _ = posed(bones, turns, np.zeros((200, 3)))
    feet = places[:, [7, 8, 10, 11]] - places[:, :1]
    swing = np.sin(np.arange(200) / 6.0) > 0.0
    steps = np.where(swing[1:, None], -np.diff(feet[:, 1], axis=0), -np.diff(feet[:, 0], axis=0))
    root = np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])
    assert planted_scale(feet / size, root, 30.0) == pytest.approx(size, abs=0.011)


def test_feet_that_never_stand_give_no_size(rng: np.random.Generator) -> None:
    feet, root = rng.normal(size=(200, 4, 3)), rng.normal(size=(200, 3))
    assert planted_scale(feet, root, 30.0) is None
    assert planted_scale(feet[:1], root[:1], 30.0) is None
    assert planted_scale(np.zeros((200, 4, 3)), np.zeros((200, 3)), 30.0) is None


def test_whams_arrays_are_y_up_and_the_cameras_are_left_alone(tmp_path: Path) -> None:
    world = walking(joints=24, up="y")
    file = tmp_path / "wham.npz"
    camera = np.full((40, 72), 9.0)
    np.savez(
        file,
        **{"pose_world": world["poses"], "trans_world": world["trans"]},
        **{"pose": camera, "trans": np.ones((40, 3)), "betas": np.zeros((40, 10))},
    )
    clip = read(file)
    assert any("up axis: y (by the format)" in note for note in clip.notes)
    assert clip.skeleton.name == "smpl24"
    assert np.all(clip.joint("Head")[:, 2] > clip.landmark("left_toe")[:, 2] + 1.3)


# ------------------------------------------------------------------ GVHMR's .pt


def torch_dict(path: Path, tree: dict[str, object], extra: bytes = b"") -> Path:
    """A file as ``torch.save`` writes it for nested dictionaries of float tensors."""
    storages: list[np.ndarray] = []

    def text(value: str) -> bytes:
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    def whole(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    def tuple_of(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(whole(v) for v in values) + b"t"

    def saved(value: object) -> bytes:
        if isinstance(value, dict):
            items = b"".join(text(k) + saved(v) for k, v in value.items())
            return b"}(" + items + b"u"
        if isinstance(value, bool):
            return b"\x88" if value else b"\x89"
        array = np.ascontiguousarray(value)
        kinds = {"f4": b"Float", "i8": b"Long", "f8": b"Double"}
        kind = kinds[array.dtype.str[1:]]
        key = str(len(storages))
        storages.append(array)
        stride = tuple(step // array.itemsize for step in array.strides)
        reference = b"(" + text("storage") + b"ctorch\n" + kind + b"Storage\n" + text(key)
        reference += text("cpu") + whole(array.size) + b"tQ"
        hooks = b"\x89ccollections\nOrderedDict\n)R"
        arguments = reference + whole(0) + tuple_of(array.shape) + tuple_of(stride) + hooks
        return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"

    program = b"\x80\x02" + extra + saved(tree) + b"."
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hmr4d_results/data.pkl", program)
        archive.writestr("hmr4d_results/byteorder", "little")
        for k, array in enumerate(storages):
            archive.writestr(f"hmr4d_results/data/{k}", array.tobytes())
    return path


def gvhmr() -> dict[str, object]:
    found = walking(joints=22, up="y")
    poses = found["poses"].astype(np.float32)
    params = {
        "body_pose": poses[:, 3:],
        "betas": np.zeros((40, 10), np.float32),
        "global_orient": poses[:, :3],
        "transl": found["trans"].astype(np.float32),
    }
    camera = {name: value + np.float32(7.0) for name, value in params.items()}
    return {
        "smpl_params_global": params,
        "smpl_params_incam": camera,
        "K_fullimg": np.zeros((40, 3, 3), np.float32),
        "net_outputs": {"flag": True, "frame_ids": np.arange(40)},
    }


def test_gvhmrs_world_is_read_and_turned_from_y_up(tmp_path: Path) -> None:
    clip = read(torch_dict(tmp_path / "hmr4d_results.pt", gvhmr()))
    assert any("up axis: y (by the format)" in note for note in clip.notes)
    assert clip.fps == 30.0
    found = walking(joints=22, up="y")
    np.savez(tmp_path / "same.npz", **found, mocap_framerate=30)
    same = read(tmp_path / "same.npz", up="y")
    np.testing.assert_allclose(clip.positions, same.positions, atol=1e-5)


def test_a_pt_without_the_worlds_pose_says_what_is_expected(tmp_path: Path) -> None:
    tree = gvhmr()
    del tree["smpl_params_global"]["transl"]
    with pytest.raises(ReadError, match=r"no 'transl'"):
        read(torch_dict(tmp_path / "a.pt", tree))
    del tree["smpl_params_global"]
    with pytest.raises(ReadError, match=r"holds no pose where one is expected.*smpl_params_global"):
        read(torch_dict(tmp_path / "b.pt", tree))


def test_a_pt_that_asks_for_more_than_tensors_is_refused(tmp_path: Path) -> None:
    evil = b"cos\nsystem\nX" + struct.pack("<I", 4) + b"true\x85Rq\x07"
    with pytest.raises(ReadError, match=r"os\.system.*Nothing was run"):
        read(torch_dict(tmp_path / "a.pt", gvhmr(), evil))
    swollen = b"Nr" + struct.pack("<I", 1 << 30)
    with pytest.raises(ReadError, match=r"memory of values"):
        read(torch_dict(tmp_path / "b.pt", gvhmr(), swollen))


def test_a_dictionary_inside_itself_is_no_trap(tmp_path: Path) -> None:
    """900 keys that all hold the dictionary itself: followed blindly they never end."""

    def text(value: str) -> bytes:
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    keys = b"".join(text(f"k{k}") + b"h\x01" for k in range(900))
    names = text("body_pose") + text("global_orient")
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("x/data.pkl", b"\x80\x02" + names + b"}q\x01(" + keys + b"u.")
    with pytest.raises(ReadError, match="holds no pose"):
        read(tmp_path / "a.pt")


# ------------------------------------------------------------------ what is refused


BROKEN: dict[str, tuple[dict[str, object], str]] = {
    "no translation": ({"trans": None}, r"no 'trans' \(T, 3\)"),
    "translation of another length": ({"trans": np.zeros((7, 3))}, r"\(7, 3\) for 40 frames"),
    "translation in two axes": ({"trans": np.zeros((40, 2))}, r"\(40, 2\)"),
    "no frames": ({"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))}, r"at least one frame"),
    "one number": ({"poses": np.float64(1.0)}, r"shape \(\)"),
    "another width": ({"poses": np.zeros((40, 150))}, r"150 numbers a frame"),
    "matrices": ({"poses": np.zeros((40, 24, 3, 3))}, r"axis-angles"),
    "six numbers": ({"poses": np.zeros((40, 24, 6))}, r"axis-angles"),
    "NaN": ({"poses": np.full((40, 156), np.nan)}, r"turns are NaN.*first in frame 0"),
    "a wild turn": ({"poses": np.full((40, 156), 1e9)}, r"turns are NaN, infinite or beyond"),
    "a wild place": ({"trans": np.full((40, 3), 1e30)}, r"trans are NaN, infinite or beyond"),
    "text": ({"poses": np.full((40, 156), "a")}, r"expected real numbers"),
    "objects": ({"poses": np.full((40, 156), None)}, r"a pickle can run any program"),
    "no rate": ({"mocap_framerate": np.array(0.0)}, r"'mocap_framerate' is 0"),
    "rates": ({"mocap_framerate": np.ones(3)}, r"expected a number"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_arrays_that_are_wrong_are_named(tmp_path: Path, fault: str) -> None:
    changed, message = BROKEN[fault]
    with pytest.raises(ReadError, match=message):
        read(amass(tmp_path / "a.npz", **changed))


def test_a_missing_frame_count_between_parts_is_named(tmp_path: Path) -> None:
    poses = walking()["poses"]
    parts = {"poses": None, "root_orient": poses[:9, :3], "pose_body": poses[:, 3:66]}
    with pytest.raises(ReadError, match="differ in their number of frames"):
        read(amass(tmp_path / "a.npz", **parts))
    hands = {**parts, "root_orient": poses[:, :3], "pose_hand": np.zeros((5, 90))}
    with pytest.raises(ReadError, match=r"'pose_hand' has shape \(5, 90\)"):
        read(amass(tmp_path / "b.npz", **hands))


def test_one_frame_is_no_motion(tmp_path: Path) -> None:
    one = {"poses": np.zeros((1, 156)), "trans": np.zeros((1, 3))}
    with pytest.raises(KinemeshError, match="at least 2"):
        read(amass(tmp_path / "a.npz", **one))


def test_objects_beside_the_pose_are_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (pytest.fail, ("a pickle was run",))

    file = amass(tmp_path / "a.npz", gender=np.array("male", object), labels=np.array([Trap()]))
    assert len(read(file)) == 40


def test_an_archive_of_other_arrays_says_what_would_be_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", betas=np.zeros(16), gender="male", v_template=np.zeros((5, 3)))
    with pytest.raises(ReadError, match=r"global_joint_positions.*poses.*trans.*it holds betas"):
        read(tmp_path / "a.npz")


def test_bones_for_a_file_that_has_its_own_are_refused(
    tmp_path: Path, person: Callable[..., np.ndarray]
) -> None:
    np.save(tmp_path / "a.npy", person())
    with pytest.raises(ReadError, match=r"no pose of SMPL's family.*leave it out"):
        read(tmp_path / "a.npy", body_model=tmp_path)
    with pytest.raises(ReadError, match="give one of them"):
        read(amass(tmp_path / "b.npz"), body_model=tmp_path, rest_joints=tmp_path / "a.npy")


def test_a_pickle_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "wham_output.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(ReadError, match=r"pickle.*numpy\.savez.*pose_world"):
        read(tmp_path / "wham_output.pkl")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_are_refused_or_read_whole(tmp_path: Path, data: st.DataObject) -> None:
    whole = amass(tmp_path / "whole.npz").read_bytes()
    broken = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(broken) - 1))
        broken[place] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "a.npz").write_bytes(bytes(broken))
    try:
        clip = read(tmp_path / "a.npz")
    except KinemeshError as error:
        assert "\n" not in str(error)
        return
    assert np.all(np.isfinite(clip.positions))


def test_a_header_far_larger_than_the_file_is_refused(tmp_path: Path) -> None:
    file = amass(tmp_path / "a.npz", poses=None)
    header = io.BytesIO()
    huge = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 156)}
    np.lib.format.write_array_header_1_0(header, huge)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("poses.npy", header.getvalue() + bytes(800))
    with pytest.raises(ReadError, match="declares an array"):
        read(file)


def test_a_word_of_characters_that_are_none_is_passed_over(tmp_path: Path) -> None:
    file = amass(tmp_path / "a.npz", surface_model_type=np.array("smplh"))
    with zipfile.ZipFile(file) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    entries["surface_model_type.npy"] = entries["surface_model_type.npy"][:-4] + b"\xff" * 4
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as new:
        for name, data in entries.items():
            new.writestr(name, data)
    assert len(read(tmp_path / "b.npz")) == 40
