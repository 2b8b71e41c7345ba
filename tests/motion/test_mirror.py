from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinemesh.detection.facing import detect_facings
from kinemesh.detection.stance import detect_footing
from kinemesh.detection.touch import detect_touches
from kinemesh.geometry import poses
from kinemesh.motion import (
    LANDMARKS,
    SKELETONS,
    Clip,
    Prop,
    Scene,
    Shape,
    Skeleton,
    StanceEdit,
    Terrain,
    TouchEdit,
)
from kinemesh.motion.mirror import other_side, pairs

M = np.diag([1.0, -1.0, 1.0])
WEDGE = Shape.convex([[0, 0, 0], [0.4, 0, 0], [0, 0.3, 0], [0, 0, 0.2], [0.1, 0.3, 0.1]])
relaxed = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def full(clip: Clip) -> Clip:
    """A clip with a lopsided prop and terrain, rotations of every joint, labels and edits."""
    frames, joints = clip.positions.shape[:2]
    turns = Rotation.random(frames * joints, 3).as_quat().reshape(frames, joints, 4)
    track = np.hstack([clip.scene.props[0].track[:, :3], Rotation.random(frames, 4).as_quat()])
    scene = Scene((Prop("wedge", WEDGE, track),), Terrain(WEDGE))
    edits = (StanceEdit("left", 2, 4), TouchEdit("right_hand", "wedge", 1, 3, False))
    rng = np.random.default_rng(0)
    positions = clip.positions + rng.normal(0.0, 0.01, clip.positions.shape)
    return replace(clip, positions=positions, rotations=turns, scene=scene, edits=edits)


def test_left_and_right_landmarks_change_places_in_the_mirror(full: Clip) -> None:
    image = full.mirrored()
    for name in LANDMARKS:
        other = name.replace("left_", "#").replace("right_", "left_").replace("#", "right_")
        np.testing.assert_allclose(image.landmark(name), full.landmark(other) @ M, atol=1e-15)


def test_a_clip_mirrored_twice_is_the_same(full: Clip) -> None:
    again = full.mirrored().mirrored()
    np.testing.assert_array_equal(again.positions, full.positions)
    np.testing.assert_array_equal(again.rotations, full.rotations)
    prop, was = again.scene.props[0], full.scene.props[0]
    np.testing.assert_allclose(prop.track, was.track, atol=1e-12)
    np.testing.assert_array_equal(prop.shape.vertices, was.shape.vertices)
    np.testing.assert_array_equal(prop.shape.faces, was.shape.faces)
    assert again.scene.terrain is not None
    np.testing.assert_array_equal(again.scene.terrain.shape.vertices, WEDGE.vertices)
    assert again.edits == full.edits
    assert set(again.contacts) == set(full.contacts)
    np.testing.assert_array_equal(again.contacts["left_hand"], full.contacts["left_hand"])
    assert again.stature == full.stature


def test_every_point_of_a_prop_and_the_terrain_lands_on_its_image(full: Clip) -> None:
    image = full.mirrored()
    prop, was = image.scene.props[0], full.scene.props[0]
    np.testing.assert_allclose(
        poses.apply(prop.track, prop.shape.vertices),
        poses.apply(was.track, was.shape.vertices) @ M,
        atol=1e-12,
    )
    assert image.scene.terrain is not None
    np.testing.assert_array_equal(image.scene.terrain.shape.vertices, WEDGE.vertices @ M)


def test_faces_of_a_mirrored_shape_still_look_outwards(full: Clip) -> None:
    image = full.mirrored()
    assert image.scene.terrain is not None
    for shape in (image.scene.props[0].shape, image.scene.terrain.shape):
        for vertices, faces in ((shape.vertices, shape.faces), *shape_parts(shape)):
            a, b, c = (vertices[faces[:, k]] for k in range(3))
            out = np.sum(np.cross(b - a, c - a) * (a - vertices.mean(axis=0)), axis=1)
            assert (out > 0.0).all()


def shape_parts(shape: Shape) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(part.vertices, part.faces) for part in shape.parts]


def test_rotations_are_reflected_and_exchanged(full: Clip) -> None:
    image = full.mirrored()
    assert image.rotations is not None
    assert full.rotations is not None
    left, right = (full.skeleton.index(name) for name in ("LeftHand", "RightHand"))
    for here, there in ((left, right), (right, left)):
        turn = Rotation.from_quat(image.rotations[:, here]).as_matrix()
        was = Rotation.from_quat(full.rotations[:, there]).as_matrix()
        np.testing.assert_allclose(turn, M @ was @ M, atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_labels_and_edits_change_sides(full: Clip) -> None:
    image = full.mirrored()
    np.testing.assert_array_equal(image.contacts["right_hand"], full.contacts["left_hand"])
    assert "left_hand" not in image.contacts
    assert image.edits == (StanceEdit("right", 2, 4), TouchEdit("left_hand", "wedge", 1, 3, False))
    assert any(note.startswith("mirrored") for note in image.notes)


@pytest.mark.parametrize("name", list(SKELETONS))
def test_every_joint_of_the_known_skeletons_finds_its_partner(name: str) -> None:
    skeleton = SKELETONS[name]
    order = pairs(skeleton, np.zeros((2, len(skeleton.joints), 3)))
    np.testing.assert_array_equal(order[order], np.arange(len(order)))
    middle = {"Hips", "Pelvis", "Spine", "Spine1", "Spine2", "Torso", "Chest", "Neck", "Head"}
    middle |= {"Jaw", "Nose", "Neck1", "Neck2", "Root", "Belly", "Thorax"}
    for k, joint in enumerate(skeleton.joints):
        alone = joint in middle or joint in ("HeadEnd", "Nose")
        assert (order[k] == k) == alone, joint
        if not alone:
            assert skeleton.joints[order[k]] == other_side(joint)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("LeftHandThumb1", "RightHandThumb1"),
        ("mixamorig:LeftArm", "mixamorig:RightArm"),
        ("L_Index3", "R_Index3"),
        ("LToeEnd", "RToeEnd"),
        ("hand.l", "hand.r"),
        ("upperarm_twist_l", "upperarm_twist_r"),
        ("Bip01 L Thigh", "Bip01 R Thigh"),
        ("left_hip_roll", "right_hip_roll"),
        ("lShin", "rShin"),
    ],
)
def test_names_say_which_side_a_joint_is_on(left: str, right: str) -> None:
    assert other_side(left) == right
    assert other_side(right) == left


@pytest.mark.parametrize(
    "joint", ["Spine", "LowerBack", "Head", "Root", "Pelvis", "neck_1", "tail"]
)
def test_names_without_a_side_have_none(joint: str) -> None:
    assert other_side(joint) is None


def test_joints_without_names_are_paired_by_their_distances_to_the_landmarks(full: Clip) -> None:
    # Markers that say nothing: two on the forearms, one on the breastbone, one on one knee only.
    place = full.landmark
    extra = [
        0.4 * place(f"{side}_elbow") + 0.6 * place(f"{side}_hand") for side in ("left", "right")
    ]
    extra.append((place("left_shoulder") + place("right_shoulder")) / 2.0)
    extra.append(place("left_knee") + np.array([0.05, 0.05, 0.0]))
    joints = (*full.skeleton.joints, "m1", "m2", "m3", "m4")
    skeleton = Skeleton("markers", joints, full.skeleton.landmarks)
    positions = np.concatenate([full.positions, np.stack(extra, axis=1)], axis=1)
    order = pairs(skeleton, positions)
    first = len(full.skeleton.joints)
    assert order[first:].tolist() == [first + 1, first, first + 2, first + 3]


def test_a_joint_with_a_side_but_no_partner_stays_and_is_named(full: Clip) -> None:
    joints = (*full.skeleton.joints, "LeftWing")
    positions = np.concatenate([full.positions, full.positions[:, :1] + 0.1], axis=1)
    skeleton = Skeleton("angel", joints, full.skeleton.landmarks)
    clip = Clip(positions, skeleton, 30.0)
    image = clip.mirrored()
    np.testing.assert_array_equal(image.joint("LeftWing"), clip.joint("LeftWing") @ M)
    assert "without partner: LeftWing" in image.notes[-1]


@given(yaw=st.floats(-3.1, 3.1), x=st.floats(-5.0, 5.0), y=st.floats(-5.0, 5.0))
@relaxed
def test_a_turn_before_the_mirror_is_the_opposite_turn_after_it(
    full: Clip, yaw: float, x: float, y: float
) -> None:
    one = full.rotated(yaw).translated((x, y, 0.1)).mirrored()
    other = full.mirrored().rotated(-yaw).translated((x, -y, 0.1))
    same(one, other)


@given(factor=st.floats(0.6, 1.4))
@relaxed
def test_scaling_and_mirroring_commute(full: Clip, factor: float) -> None:
    same(full.scaled(factor).mirrored(), full.mirrored().scaled(factor))


@given(fps=st.floats(10.0, 120.0))
@relaxed
def test_resampling_and_mirroring_commute(full: Clip, fps: float) -> None:
    smooth = replace(full, rotations=None, scene=Scene(), edits=())
    one, other = smooth.resampled(fps).mirrored(), smooth.mirrored().resampled(fps)
    np.testing.assert_allclose(one.positions, other.positions, atol=1e-12)


def same(one: Clip, other: Clip) -> None:
    np.testing.assert_allclose(one.positions, other.positions, atol=1e-9)
    assert one.rotations is not None
    assert other.rotations is not None
    np.testing.assert_allclose(
        Rotation.from_quat(one.rotations.reshape(-1, 4)).as_matrix(),
        Rotation.from_quat(other.rotations.reshape(-1, 4)).as_matrix(),
        atol=1e-9,
    )
    a, b = one.scene.props[0], other.scene.props[0]
    np.testing.assert_allclose(
        poses.apply(a.track, a.shape.vertices), poses.apply(b.track, b.shape.vertices), atol=1e-9
    )
    assert one.scene.terrain is not None
    assert other.scene.terrain is not None
    np.testing.assert_allclose(
        one.scene.terrain.shape.vertices, other.scene.terrain.shape.vertices, atol=1e-9
    )
    assert one.scene.ground == pytest.approx(other.scene.ground)
    assert one.stature == pytest.approx(other.stature)


# ------------------------------------------------------------------ a recording


def test_the_right_wrist_of_a_mirrored_recording_goes_the_left_wrists_mirrored_way(
    carrying: Clip,
) -> None:
    image = carrying.mirrored()
    np.testing.assert_array_equal(image.joint("R_Wrist"), carrying.joint("L_Wrist") @ M)
    np.testing.assert_array_equal(image.joint("L_Index3"), carrying.joint("R_Index3") @ M)
    np.testing.assert_array_equal(image.contacts["left_hand"], carrying.contacts["right_hand"])


def test_the_box_of_a_mirrored_recording_stays_in_the_hands(carrying: Clip) -> None:
    def found(clip: Clip) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {t.part: (t.touching, t.distance) for t in detect_touches(clip)}

    was, image = found(carrying), found(carrying.mirrored())
    for hand, other in (("left_hand", "right_hand"), ("right_hand", "left_hand")):
        np.testing.assert_array_equal(image[hand][0], was[other][0])
        # Another sample of the surface: points are some millimetres apart.
        np.testing.assert_allclose(image[hand][1], was[other][1], atol=0.012)


def test_the_left_hand_of_a_mirrored_recording_is_on_the_persons_left(carrying: Clip) -> None:
    image = carrying.mirrored()
    ahead = image.landmark("left_toe") - image.landmark("left_ankle")
    across = image.landmark("left_shoulder") - image.landmark("right_shoulder")
    assert np.median(ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0]) > 0.0


@pytest.mark.parametrize("seed", [None, 1])
def test_parts_of_a_mirrored_recording_face_the_mirrored_way_whatever_the_bones_axes(
    carrying: Clip, seed: int | None
) -> None:
    clip = carrying
    assert clip.rotations is not None
    if seed is not None:  # give every bone axes of its own, alike on neither side
        turns = Rotation.random(len(clip.skeleton.joints), seed)
        own = [
            (Rotation.from_quat(clip.rotations[:, k]) * turn).as_quat()
            for k, turn in enumerate(turns)
        ]
        clip = replace(clip, rotations=np.stack(own, axis=1))
    was = {f.part: f for f in detect_facings(clip, detect_footing(clip))}
    image = clip.mirrored()
    found = {f.part: f for f in detect_facings(image, detect_footing(image))}
    assert (
        set(found)
        == set(was)
        == {
            "torso",
            *(f"{s}_{part}" for s in ("left", "right") for part in ("foot", "hand")),
        }
    )
    for part, facing in found.items():
        other = was[part.replace("left", "#").replace("right", "left").replace("#", "right")]
        # M R M keeps x and z and the order of axes: y stays left.
        np.testing.assert_allclose(facing.rotations, M @ other.rotations @ M, atol=1e-6)
        assert facing.residual == pytest.approx(other.residual, abs=1e-6)
