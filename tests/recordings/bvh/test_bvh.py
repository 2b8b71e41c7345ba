from __future__ import annotations

import dataclasses
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kinemesh
from bvh_files import DIALECTS, body_of, write_bvh
from kinemesh.errors import ClipError, ReadError
from kinemesh.motion import LANDMARKS, SKELETONS, Clip
from kinemesh.recordings import read
from kinemesh.recordings.bvh.reader import read_bvh
from recordings import fault, recording

FILES = {
    # stature [m], frames per second, frames, the file's axis that is up
    "lafan1/dance1_subject2_fragment.bvh": (1.75, 30.0, 10, "y"),
    "cmu/cmu_12_01_walk.bvh": (1.60, 120.0, 524, "y"),
    "cmu/01_01.bvh": (1.70, 120.0, 2752, "y"),
    "animated_drawings/dab.bvh": (1.70, 30.0, 339, "z"),
    "animated_drawings/jumping.bvh": (1.70, 120.0 / 1.001, 654, "z"),
}
MIXAMO = DIALECTS["mixamo"]


def plain_kinematics(path: Path, frame: int) -> dict[str, np.ndarray]:
    """Joint places in one frame: matrices multiplied down the hierarchy, word by word."""
    head, _, tail = path.read_text().partition("MOTION")
    numbers = [float(word) for word in tail.split("\n")[3 + frame].split()]
    words = head.split()
    open_: list[np.ndarray] = [np.eye(4)]
    found: dict[str, np.ndarray] = {}
    name, offset = "", np.zeros(3)
    k = 0
    while k < len(words):
        if words[k] in ("ROOT", "JOINT"):
            name, k = words[k + 1], k + 2
        elif words[k] == "End":
            name, k = "", k + 2
        elif words[k] == "OFFSET":
            offset = np.array([float(word) for word in words[k + 1 : k + 4]])
            pose = open_[-1].copy()
            pose[:3, 3] += pose[:3, :3] @ offset
            open_.append(pose)
            k += 4
        elif words[k] == "CHANNELS":
            count = int(words[k + 1])
            above, moved, turn = open_[-2], offset.copy(), np.eye(3)
            for channel in words[k + 2 : k + 2 + count]:
                value, axis = numbers.pop(0), "XYZ".index(channel[0])
                if channel.endswith("position"):
                    moved[axis] = value
                else:
                    c, s = np.cos(np.deg2rad(value)), np.sin(np.deg2rad(value))
                    one = np.eye(3)
                    i, j = (axis + 1) % 3, (axis + 2) % 3
                    one[i, i], one[j, j], one[i, j], one[j, i] = c, c, -s, s
                    turn = turn @ one
            pose = np.eye(4)
            pose[:3, :3], pose[:3, 3] = turn, moved
            open_[-1] = above @ pose
            found[name] = open_[-1]
            k += 2 + count
        elif words[k] == "}":
            open_.pop()
            k += 1
        else:
            k += 1
    assert not numbers
    return found


# ------------------------------------------------------------------ real recordings


@cache
def recorded(file: str) -> Clip:
    """A recording, read once for all tests."""
    return read(recording(file))


@pytest.mark.parametrize("file", FILES)
def test_places_and_turns_are_those_of_plain_matrices(file: str) -> None:
    path = recording(file)
    got = read_bvh(path)
    assert got.rotations is not None
    frames = len(got.positions)
    for frame in (0, 1, frames // 2, frames - 1):
        for name, pose in plain_kinematics(path, frame).items():
            k = got.skeleton.index(name)
            np.testing.assert_allclose(got.positions[frame, k], pose[:3, 3], atol=1e-9)
            x, y, z, w = got.rotations[frame, k]
            axis_x = [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)]
            axis_y = [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)]
            np.testing.assert_allclose(pose[:3, 0], axis_x, atol=1e-9)
            np.testing.assert_allclose(pose[:3, 1], axis_y, atol=1e-9)


@pytest.mark.parametrize("file", FILES)
def test_a_recording_reads_without_a_word(file: str) -> None:
    stature, fps, frames, up = FILES[file]
    clip = recorded(file)
    assert len(clip) == frames
    assert clip.fps == pytest.approx(fps, rel=1e-9)
    assert clip.stature == pytest.approx(stature, abs=0.005)
    assert any(note.startswith(f"up axis: {up} (found") for note in clip.notes)
    assert any(note.startswith("unit: ") for note in clip.notes)
    # Feet on the floor, head and shoulders above: nothing hangs or sinks.
    toes = np.stack([clip.landmark("left_toe"), clip.landmark("right_toe")])[..., 2]
    assert -0.05 < np.percentile(toes, 5) < 0.05
    assert np.median(clip.landmark("pelvis")[:, 2]) > 0.45 * clip.stature
    assert clip.rotations is not None


@pytest.mark.parametrize("file", FILES)
def test_the_left_hand_hangs_on_the_left(file: str) -> None:
    clip = recorded(file)
    ahead = sum(clip.landmark(f"{s}_toe") - clip.landmark(f"{s}_ankle") for s in ("left", "right"))
    left = np.cross([0.0, 0.0, 1.0], np.asarray(ahead))
    for part in ("hip", "shoulder", "elbow"):
        across = clip.landmark(f"left_{part}") - clip.landmark(f"right_{part}")
        assert np.mean(np.sum(across * left, axis=1) > 0.0) > 0.9
    assert not any("mirrored" in warning for warning in clip.warnings)


@pytest.mark.parametrize("file", FILES)
def test_bones_keep_their_length(file: str) -> None:
    clip = recorded(file)
    for side in ("left", "right"):
        for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "hand")):
            bone = clip.landmark(f"{side}_{a}") - clip.landmark(f"{side}_{b}")
            assert np.ptp(np.linalg.norm(bone, axis=1)) < 1e-12


def test_lafan1_as_bvh_has_the_bones_of_lafan1_as_positions() -> None:
    clip = read(recording("lafan1/dance1_subject2_fragment.bvh"))
    other = read(recording("lafan1/dance1_subject1.npy"))
    assert clip.skeleton == SKELETONS["lafan22"] == other.skeleton
    for a, b in (("Hips", "LeftUpLeg"), ("LeftUpLeg", "LeftLeg"), ("LeftArm", "LeftForeArm")):
        here = np.linalg.norm(clip.joint(a) - clip.joint(b), axis=1).mean()
        there = np.linalg.norm(other.joint(a) - other.joint(b), axis=1).mean()
        assert here == pytest.approx(there, abs=0.05)  # another person, the same unit


def test_the_rest_pose_before_a_motion_is_kept_and_said() -> None:
    clip = read(recording("cmu/cmu_12_01_walk.bvh"))
    assert any("the first frame stands apart" in warning for warning in clip.warnings)
    shoulder, hand = clip.landmark("left_shoulder")[0], clip.landmark("left_hand")[0]
    assert abs(shoulder[2] - hand[2]) < 0.1  # it is a T-pose
    assert clip.trimmed(0.00833).warnings == ()  # as it advises: nothing is left to say
    for longer in (clip.trimmed(None, 1.0), clip.resampled(50.0).trimmed(0.0, 1.0)):
        assert longer.warnings == clip.warnings
    later = read(recording("animated_drawings/dab.bvh"))
    assert not any("stands apart" in warning for warning in later.warnings)


def test_the_unit_of_a_drawing_is_assumed_with_a_warning() -> None:
    path = recording("animated_drawings/dab.bvh")
    clip = read(path)
    assert any("unit of length cannot be known" in warning for warning in clip.warnings)
    given_ = read(path, unit=0.042)
    assert not given_.warnings
    assert given_.stature == pytest.approx(1.70 * 0.042 / 0.038505, rel=1e-3)
    tall = read(path, height=1.9)
    assert tall.stature == 1.9
    assert not tall.warnings
    ratio = np.linalg.norm(tall.joint("LeftArm") - tall.joint("LeftForeArm"), axis=1)
    ratio = ratio / np.linalg.norm(clip.joint("LeftArm") - clip.joint("LeftForeArm"), axis=1)
    np.testing.assert_allclose(ratio, 1.9 / 1.7, rtol=1e-6)


def test_a_long_recording_reads_in_little_time() -> None:
    path = recording("cmu/01_01.bvh")
    began = time.process_time()
    read_bvh(path)
    assert time.process_time() - began < 3.0  # 0.3 s on a quiet core


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_robot_follows_it(file: str) -> None:
    clip = recorded(file)
    clip = clip.crop(1, min(len(clip), 1 + round(1.5 * clip.fps)))
    clip = clip.resampled(30.0) if clip.fps > 60.0 else clip
    result = kinemesh.retarget(clip)
    assert len(result) == len(clip)
    score = kinemesh.metrics.evaluate(
        result.trajectory, kinemesh.RobotModel.load("g1"), scene=clip.scene, clip=clip
    )
    rows = {measure.name: measure.value for measure in score}
    error = rows["tracking.landmark_error"]
    assert error is not None
    assert error < 8.0  # [cm]
    assert len(result.failures) <= 0.05 * len(result)


# ------------------------------------------------------------------ dialects


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_reads_without_a_word(tmp_path: Path, name: str) -> None:
    dialect = DIALECTS[name]
    clip = read(write_bvh(tmp_path / "a.bvh", dialect))
    assert clip.warnings == ()
    assert clip.fps == 30.0
    assert clip.stature == pytest.approx(0.841 / 0.491, abs=0.002)
    assert any(f"up axis: {dialect.up} (found" in note for note in clip.notes)
    for landmark, joint in body_of(dialect).landmarks.items():
        assert joint.endswith(str(clip.skeleton.landmarks[landmark]))
    # The person stands at the toes and faces what was +z in the file, which is now -y.
    assert clip.landmark("left_toe")[:, 2] == pytest.approx(0.0, abs=1e-6)
    assert clip.landmark("left_shoulder")[:, 2] == pytest.approx(1.40, abs=1e-6)
    ahead = clip.landmark("left_toe") - clip.landmark("left_ankle")
    assert np.all(ahead[:, 1] < -0.1)
    across = clip.landmark("left_hand") - clip.landmark("right_hand")
    assert np.all(across[:, 0] > 0.3)
    assert np.all(clip.landmark("left_hand")[:, 2] < 1.1)  # the arms hang


def test_a_dialect_agrees_with_every_other(tmp_path: Path) -> None:
    clips = [
        read(write_bvh(tmp_path / f"{k}.bvh", dialect))
        for k, dialect in enumerate(DIALECTS.values())
    ]
    for landmark in LANDMARKS[1:]:
        if landmark.endswith("toe"):
            continue  # not all have a toe joint
        places = np.stack([clip.landmark(landmark) for clip in clips])
        assert np.abs(places - places[0]).max() < 1e-6


def test_position_channels_below_the_root_move_the_person(tmp_path: Path) -> None:
    clip = read(write_bvh(tmp_path / "a.bvh", DIALECTS["bandai-namco"]))
    np.testing.assert_allclose(clip.joint("joint_Root") - clip.joint("joint_Root")[0], 0, atol=1e-9)
    assert np.ptp(clip.joint("Hips")[:, 0]) > 0.01


def test_position_channels_that_stay_zero_do_not_pull_bones_together(tmp_path: Path) -> None:
    """Some tools write them as what is added to the OFFSET."""
    path = write_bvh(tmp_path / "a.bvh", DIALECTS["noitom"])
    got = read_bvh(path)
    head, _, tail = path.read_text().partition("Frame Time")
    time_, *rows = tail.strip().split("\n")
    table = np.array([[float(v) for v in row.split()] for row in rows])
    for k in range(6, table.shape[1], 6):
        table[:, k : k + 3] = 0.0
    lines = [" ".join(f"{v:.9f}" for v in row) for row in table]
    path.write_text("\n".join([head + "Frame Time" + time_, *lines]))
    np.testing.assert_allclose(read_bvh(path).positions, got.positions, atol=1e-5)


def test_rotations_turn_about_the_axes_in_the_order_of_the_channels(tmp_path: Path) -> None:
    orders = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
    files = [
        write_bvh(tmp_path / f"{order}.bvh", dataclasses.replace(MIXAMO, order=order), yaw=0.7)
        for order in orders
    ]
    first = read(files[0])
    for file in files[1:]:
        np.testing.assert_allclose(read(file).positions, first.positions, atol=1e-6)


@pytest.mark.slow
@given(
    yaw=st.floats(-3.0, 3.0),
    shift=st.tuples(*[st.floats(-300.0, 300.0)] * 3),
    size=st.floats(0.8, 1.2),
    name=st.sampled_from(["mixamo", "xsens segments", "bandai-namco", "cmu"]),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_turning_moving_and_scaling_commute_with_reading(
    tmp_path: Path, yaw: float, shift: tuple[float, float, float], size: float, name: str
) -> None:
    dialect = DIALECTS[name]
    plain = read(write_bvh(tmp_path / "plain.bvh", dialect))
    clip = read(write_bvh(tmp_path / "moved.bvh", dialect, yaw=yaw, shift=shift, size=size))
    across = np.array([shift[0], -shift[2], 0.0] if dialect.up == "y" else [*shift[:2], 0.0])
    wanted = plain.scaled(size).rotated(yaw).translated(across * dialect.unit)
    body = [k for k, j in enumerate(clip.skeleton.joints) if "oot" not in j or "oo" in j[1:3]]
    kept = [k for k in body if clip.skeleton.joints[k] not in dialect.above]
    np.testing.assert_allclose(clip.positions[:, kept], wanted.positions[:, kept], atol=1e-5)
    assert clip.stature == pytest.approx(wanted.stature, abs=1e-3)


def test_a_unit_given_is_the_same_as_a_file_in_it(tmp_path: Path) -> None:
    odd = write_bvh(tmp_path / "odd.bvh", dataclasses.replace(MIXAMO, unit=0.031))
    plain = write_bvh(tmp_path / "plain.bvh", MIXAMO)
    np.testing.assert_allclose(read(odd, unit=0.031).positions, read(plain).positions, atol=1e-6)


def lying(path: Path, *turn: str) -> Path:
    """A mixamo file whose person lies all the time: the root is turned, about X first."""
    write_bvh(path, MIXAMO)
    lines = path.read_text().split("\n")
    first = next(k for k, line in enumerate(lines) if line.startswith("Frame Time")) + 1
    for k in range(first, len(lines) - 1):
        row = lines[k].split()
        row[3:6] = turn
        lines[k] = " ".join(row)
    path.write_text("\n".join(lines))
    return path


def test_where_the_motion_does_not_say_the_rest_pose_does(tmp_path: Path) -> None:
    clip = read(lying(tmp_path / "a.bvh", "90", "0", "45"))
    assert any("up axis: y (found: the rest pose stands along it)" in n for n in clip.notes)
    assert np.ptp(clip.landmarks()[0, :, 2]) < 0.5


def test_where_motion_and_rest_pose_differ_it_is_said(tmp_path: Path) -> None:
    path = lying(tmp_path / "a.bvh", "90", "0", "0")
    clip = read(path)
    assert any('if the person lies all the time, give up="y"' in w for w in clip.warnings)
    assert np.ptp(clip.landmarks()[0, :, 2]) > 1.2
    flat = read(path, up="y")
    assert np.ptp(flat.landmarks()[0, :, 2]) < 0.5
    assert not flat.warnings


# ------------------------------------------------------------------ the user's word


def test_a_map_file_names_joints_that_nobody_knows(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    path.write_text(path.read_text().replace("LeftUpLeg", "Piernota").replace("LeftLeg", "Rodil"))
    with pytest.raises(ReadError, match=r"a\.bvh: no joint was found for left_hip, left_knee"):
        read(path)
    table = tmp_path / "map.toml"
    table.write_text('left_hip = "Piernota"\nleft_knee = "Rodil"\n')
    for word in (table, str(table), {"left_hip": "Piernota", "left_knee": "Rodil"}):
        clip = read(path, map=word)
        assert clip.skeleton.landmarks["left_knee"] == "Rodil"
        assert clip.skeleton.landmarks["right_knee"] == "RightLeg"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("left_hip = ", "is not valid TOML"),
        ("", "is empty"),
        ("# nothing", "says nothing"),
        ('left_paw = "Hips"', "left_paw"),
        ("left_hip = 3", "left_hip = 3; expected lines such as"),
        ('left_hip = "Nobody"', "'Nobody', which is no joint"),
        ("pelvis = { Hips = 0.7 }", "sum to 0.7"),
    ],
)
def test_a_wrong_map_file_is_an_error(tmp_path: Path, content: str, message: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    (tmp_path / "map.toml").write_text(content)
    with pytest.raises(ReadError, match=message):
        read(path, map=tmp_path / "map.toml")


def test_a_map_is_for_files_that_name_their_joints(
    tmp_path: Path, person: Callable[..., np.ndarray]
) -> None:
    np.save(tmp_path / "a.npy", person())
    with pytest.raises(
        ReadError, match=r"a hierarchy of joints .*which this is not; give skeleton="
    ):
        read(tmp_path / "a.npy", map={"left_hip": "LeftUpLeg"})
    with pytest.raises(ReadError, match=r"both skeleton= and map="):
        read(write_bvh(tmp_path / "a.bvh", MIXAMO), skeleton="lafan22", map={"left_hip": "a"})


def test_a_skeleton_given_takes_its_joints_from_the_file(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", DIALECTS["lafan1"])
    assert read(path, skeleton="lafan22").skeleton == SKELETONS["lafan22"]
    with pytest.raises(ReadError, match=r"lacks the joints Pelvis, L_Hip"):
        read(path, skeleton="smpl22")


@pytest.mark.parametrize(
    ("written", "fps"),
    [
        ("0.0333333", 30.0),
        ("0.033333", 30.0),
        ("0.033", 30.0),
        ("0.0333667", 30.0 / 1.001),
        (".0083333", 120.0),
        ("0.008342", 120.0 / 1.001),
        ("0.0083", 120.0),
        ("0.016667", 60.0),
        ("0.01", 100.0),
        ("0.04", 25.0),
        ("0.0416667", 24.0),
        ("8.3333e-3", 120.0),
        ("0.0076923", 130.0),
        ("0.012345678", 1.0 / 0.012345678),
    ],
)
def test_rounded_frame_times_are_the_rates_they_stand_for(
    tmp_path: Path, written: str, fps: float
) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    path.write_text(path.read_text().replace("Frame Time: 0.0333333", f"Frame Time: {written}"))
    assert read_bvh(path).fps == pytest.approx(fps, rel=1e-12)


@pytest.mark.parametrize("written", ["0", "-0.03", "nan", "inf", "soon", "", "1e-9"])
def test_a_frame_time_that_is_none_asks_for_the_rate(tmp_path: Path, written: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    path.write_text(path.read_text().replace("Frame Time: 0.0333333", f"Frame Time: {written}"))
    with pytest.raises(ReadError, match=r"give fps="):
        read(path)
    assert read(path, fps=50.0).fps == 50.0


# ------------------------------------------------------------------ spellings and damage


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\t", "   ").replace(" {", "{"),
        lambda text: text.replace("\n{", " {").replace("HIERARCHY", "hierarchy"),
        lambda text: text.replace("Frames: ", "Frames:\t").replace("Frame Time: ", "Frame Time:"),
        lambda text: text + "\n\n \n",
        lambda text: text.replace("rotation", "Rotation").replace("position", "POSITION"),
        lambda text: text.replace(".", ","),
    ],
)
def test_spellings_of_the_same_file_read_the_same(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    wanted = read(path).positions
    path.write_text(change(path.read_text()), encoding="utf-8", newline="")
    np.testing.assert_allclose(read(path).positions, wanted, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "latin-1"])
def test_any_encoding_of_names_is_read(tmp_path: Path, encoding: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    other = {"gbk": "头", "latin-1": "Kopf-Höhe", "utf-16": "頭"}[encoding]
    text = path.read_text().replace("mixamorig:Head", other)
    path.write_bytes(text.encode(encoding))
    assert len(read(path)) == 40


def damaged(text: str) -> dict[str, tuple[str, str]]:
    """How a file may be damaged, and what the message says."""
    head, _, tail = text.partition("MOTION\n")
    rows = tail.split("\n")[2:]
    width = len(rows[0].split())
    return {
        "cut in the hierarchy": (text[:400], "no MOTION"),
        "cut after MOTION": (head + "MOTION\n", "'Frames:'"),
        "cut in the motion": (text[: -len(text) // 5], "cut short"),
        "cut after a frame": (head + "MOTION\n" + "\n".join(tail.split("\n")[:20]), "holds 18"),
        "too few announced": (text.replace("Frames: 40", "Frames: 38"), "announces 38"),
        "too many announced": (text.replace("Frames: 40", "Frames: 41"), "announces 41"),
        "endlessly many": (text.replace("Frames: 40", "Frames: 99999999999999"), "holds 40"),
        "digits without end": (text.replace("Frames: 40", "Frames: " + "9" * 9999), "whole number"),
        "negative": (text.replace("Frames: 40", "Frames: -40"), "announces -40"),
        "no number of frames": (text.replace("Frames: 40", "Frames: many"), "whole number"),
        "one frame": (head + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + rows[0], "1 frames"),
        "no frames": (head + "MOTION\nFrames: 0\nFrame Time: 0.03\n", "0 frames"),
        "a column more": (
            head + "MOTION\n" + "\n".join([*tail.split("\n")[:2], *(r + " 1" for r in rows if r)]),
            "hierarchy and motion do not belong together",
        ),
        "a word among numbers": (text.replace(rows[3].split()[0], "beep", 1), "'beep'"),
        "not a number throughout": (
            head + "MOTION\n" + "\n".join([*tail.split("\n")[:2]] + ["nan " * width] * 40),
            "NaN",
        ),
        "not a number in an OFFSET": (text.replace("OFFSET 0.0", "OFFSET nan", 1), "three numbers"),
        "huge": (text.replace(rows[3].split()[0], "1e300", 1), "1e\\+300"),
        "two numbers in an OFFSET": (text.replace("OFFSET 0.0", "OFFSET", 1), "OFFSET"),
        "no OFFSET": ("\n".join(x for x in text.split("\n") if "OFFSET" not in x), "no OFFSET"),
        "no CHANNELS": ("\n".join(x for x in text.split("\n") if "CHANN" not in x), "CHANNELS"),
        "wrong number of channels": (text.replace("CHANNELS 3", "CHANNELS 4", 1), "CHANNELS 4"),
        "unknown channel": (text.replace("Xrotation", "Wrotation", 1), "Wrotation"),
        "channel twice": (text.replace("Yrotation", "Xrotation", 1), "different"),
        "brace lost": (text.replace("{", "", 1), "brace"),
        "brace too many": (text.replace("MOTION", "}\nMOTION"), "brace"),
        "no root": (text.replace("ROOT ", "JOINT "), "outside of every joint"),
        "a word in the hierarchy": (text.replace("OFFSET", "OFFCUT", 1), "'OFFCUT"),
        "zero bytes": (text.replace("Hips", "Hi\0ps"), "zero bytes"),
        "something else": ("solid cube\n" + text, "HIERARCHY"),
        "a picture": ("\x89PNG\r\n" + text, "HIERARCHY"),
    }


@pytest.mark.parametrize("how", damaged("MOTION\n" + "0 0\n" * 9))
def test_damage_is_named(tmp_path: Path, how: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    content, message = damaged(path.read_text())[how]
    path.write_text(content, encoding="utf-8")
    with pytest.raises((ReadError, ClipError), match=message) as caught:
        read(path)
    assert "a.bvh" in str(caught.value)


@pytest.mark.parametrize("dialect", ["mixamo", "rokoko", "bandai-namco"])
def test_one_frame_more_than_announced_is_read_with_a_warning(tmp_path: Path, dialect: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", DIALECTS[dialect])
    whole = read(path)
    path.write_text(path.read_text().replace("Frames: 40", "Frames: 39"))
    clip = read(path)
    assert len(clip) == 40
    np.testing.assert_array_equal(clip.positions, whole.positions)
    (warning,) = clip.warnings
    assert "announces 39 frames and holds 40" in warning


def test_rokokos_file_is_read() -> None:
    clip = read(fault("n_plus_1_bvh/n1.bvh"))
    assert len(clip) == 41
    assert any("announces 40 frames and holds 41" in warning for warning in clip.warnings)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_bytes(b"")
    with pytest.raises(ReadError, match=r"is empty"):
        read(tmp_path / "a.bvh")


def test_a_few_lost_frames_are_filled(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    wanted = read(path)
    lines = path.read_text().split("\n")
    first = next(k for k, line in enumerate(lines) if line.startswith("Frame Time")) + 1
    for k in (first + 10, first + 11):
        lines[k] = " ".join(["-1.#IND0"] * len(lines[k].split()))
    path.write_text("\n".join(lines))
    clip = read(path)
    assert any("gap" in note or "fill" in note for note in clip.notes)
    np.testing.assert_allclose(clip.positions, wanted.positions, atol=5e-3)


def test_a_thing_beside_the_person_does_not_matter(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    wanted = read(path)
    head, _, tail = path.read_text().partition("MOTION")
    rows = tail.strip().split("\n")
    thing = "ROOT Ball\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\n}\n"
    path.write_text(
        "\n".join([head + thing + "MOTION", *rows[:2], *(f"{r} 9 9 9" for r in rows[2:])])
    )
    clip = read(path)
    np.testing.assert_allclose(clip.landmarks(), wanted.landmarks(), atol=1e-9)


def test_depth_without_end_takes_neither_time_nor_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_text("HIERARCHY\nROOT a\n{\nOFFSET 0 1 0\n" + "JOINT a\n{\nOFFSET 0 1 0\n" * 200_000)
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(ReadError):
        read(path)
    deep = (
        "HIERARCHY\nROOT a\n{\nOFFSET 0 1 0\nCHANNELS 3 Xrotation Yrotation Zrotation\n"
        + "JOINT a\n{\nOFFSET 0 1 0\n" * 100_000
        + "}\n" * 100_001
        + "MOTION\nFrames: 2\nFrame Time: 0.03\n0 0 0\n0 0 0\n"
    )
    path.write_text(deep)
    with pytest.raises(ReadError, match=r"more than 1000 joints"):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 2**20
    assert time.process_time() - began < 10.0


def test_names_that_stand_twice_are_told_apart(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", MIXAMO)
    path.write_text(path.read_text().replace("mixamorig:Neck", "mixamorig:Spine1"))
    clip = read(path)
    assert "Spine1_2" in clip.skeleton.joints


@given(st.binary(max_size=200), st.integers(0, 5000), st.integers(0, 200))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_garbage_raises_anything_else(
    tmp_path: Path, garbage: bytes, place: int, gone: int
) -> None:
    path = tmp_path / "whole.bvh"
    if not path.exists():
        write_bvh(path, MIXAMO, frames=6)
    data = path.read_bytes()
    broken = tmp_path / "broken.bvh"
    broken.write_bytes(data[:place] + garbage + data[place + gone :])
    try:
        read(broken)
    except (ReadError, ClipError):
        pass
