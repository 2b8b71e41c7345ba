"""When other parts of a person than feet rest on things, by the ruler's own rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinemesh import demos, read
from kinemesh.detection.bodies import detect_contacts
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person.bodies import on_bodies
from kinemesh.metrics.person.human import Hands
from kinemesh.metrics.score import runs
from kinemesh.motion import Clip, Prop, Scene, Shape, Terrain, TouchEdit
from recordings import fault, recording

WHOLE = ((0, 29),)


def found(clip: Clip) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    """Runs of frames by part and thing."""
    return {(t.part, t.thing): runs(t.flags) for t in on_bodies(Hands(clip, Surfaces()))}


def with_joint(clip: Clip, landmark: str, path: np.ndarray) -> Clip:
    """The clip with a landmark's joint on another path ``(T, 3)`` or at one place ``(3,)`` [m]."""
    positions = np.array(clip.positions)
    k = clip.skeleton.joints.index(clip.skeleton.landmarks[landmark])
    positions[:, k] = path
    return replace(clip, positions=positions)


def lying(clip: Clip, turn: float, height: float) -> Clip:
    """The clip's person turned over about y [deg], the middle of the hips at a height [m]."""
    turned = Rotation.from_euler("y", turn, degrees=True).apply(
        np.array(clip.positions).reshape(-1, 3)
    )
    positions = turned.reshape(clip.positions.shape)
    lain = replace(clip, positions=positions)
    hips = (lain.landmark("left_hip") + lain.landmark("right_hip"))[0, 2] / 2.0
    return replace(lain, positions=positions + np.array([0.0, 0.0, height - hips]))


def test_who_stands_rests_on_nothing_else(standing: Clip) -> None:
    assert found(standing) == {}


@pytest.mark.parametrize(("height", "rests"), [(0.05, True), (0.07, True), (0.09, False)])
def test_a_knee_in_the_air_of_a_squat_does_not_touch(
    standing: Clip, height: float, rests: bool
) -> None:
    clip = with_joint(standing, "left_knee", np.array([0.3, 0.1, height]))
    assert found(clip) == ({("left_knee", "ground"): WHOLE} if rests else {})


def test_a_knee_touches_while_it_is_slow_and_for_long_enough(standing: Clip) -> None:
    time = np.arange(30)[:, None] / 30.0
    low, away = np.array([0.3, 0.1, 0.05]), np.array([0.3, 0.0, 0.0])
    assert found(with_joint(standing, "left_knee", low + 0.3 * time * away)) != {}
    assert found(with_joint(standing, "left_knee", low + time * away)) == {}  # 0.3 m/s
    up = np.where((time > 0.31) & (time < 0.45), 0.0, 0.3) * [0.0, 0.0, 1.0]
    assert found(with_joint(standing, "left_knee", low + up)) == {}


def test_what_the_user_says_of_a_part_counts(standing: Clip) -> None:
    clip = with_joint(standing, "left_knee", np.array([0.3, 0.1, 0.05]))
    less = clip.with_contacts(TouchEdit("left_knee", "ground", 10, 19, False))
    assert found(less) == {("left_knee", "ground"): ((0, 9), (20, 29))}
    more = standing.with_contacts(TouchEdit("seat", "ground", 3, 5))
    assert found(more) == {("seat", "ground"): ((3, 5),)}


def test_the_back_touches_what_it_faces(standing: Clip) -> None:
    assert ("back", "ground") in found(lying(standing, -90.0, 0.10))
    prone = found(lying(standing, 90.0, 0.10))
    assert ("back", "ground") not in prone and ("seat", "ground") in prone


@pytest.mark.parametrize("kind", ["terrain", "prop", "true surface", "moving prop"])
def test_a_seat_is_taken_on_what_keeps_still(standing: Clip, kind: str) -> None:
    hips = (standing.landmark("left_hip") + standing.landmark("right_hip"))[0] / 2.0
    size = np.array([0.5, 0.5, hips[2] - 0.10])
    shape = Shape.box(size, (0.0, 0.0, size[2] / 2.0))
    if kind == "true surface":
        shape = replace(shape, warnings=("on its triangles",))
    track = np.tile([*hips[:2], 0.0, 0.0, 0.0, 0.0, 1.0], (30, 1))
    if kind == "terrain":
        place = Terrain(Shape.box(size, (*hips[:2], size[2] / 2.0)), "chair")
        scene = Scene((), place, 0.0)
    else:
        if kind == "moving prop":
            track[:, 0] += np.linspace(-0.1, 0.1, 30)
        scene = Scene((Prop("chair", shape, track),))
    taken = {} if kind == "moving prop" else {("seat", "chair"): WHOLE}
    seats = {key: value for key, value in found(replace(standing, scene=scene)).items()}
    assert {key: value for key, value in seats.items() if key[0] == "seat"} == taken


def test_a_hand_rests_on_the_ground_unless_it_holds_something(standing: Clip) -> None:
    clip = with_joint(standing, "left_elbow", np.array([0.5, 0.3, 0.35]))
    clip = with_joint(clip, "left_hand", np.array([0.5, 0.3, 0.05]))
    assert found(clip) == {("left_hand", "ground"): WHOLE}
    up = with_joint(clip, "left_hand", np.array([0.5, 0.3, 0.10]))
    assert found(up) == {}  # its fingers are not known to reach down
    box = Prop("box", Shape.box((0.1, 0.1, 0.1)), np.tile([0.5, 0.3, 0, 0, 0, 0, 1.0], (30, 1)))
    assert found(replace(clip, scene=Scene((box,)))) == {}


def test_a_recorded_knee_that_comes_down_rests_from_then_on() -> None:
    clip = read(fault("half_kneel/half_kneel.npy"))
    rests = found(clip)
    assert set(rests) == {("right_knee", "ground")}
    ((first, last),) = rests["right_knee", "ground"]
    assert 36 <= first <= 44 and last >= 100  # it is still from frame 38 on


def test_a_recorded_person_gets_up_from_the_floor() -> None:
    clip = read(recording("amass/140_02_stageii.npz")).resampled(30.0)
    rests = found(clip)
    assert {part for part, _ in rests} >= {"left_knee", "right_knee", "seat", "left_hand"}
    assert {thing for _, thing in rests} == {"ground"}
    assert max(last for each in rests.values() for _, last in each) < 125  # upright since
    for (part, _), each in rests.items():
        if part.endswith("knee"):
            heights = clip.landmark(part)[:, 2]
            assert max(heights[a : b + 1].max() for a, b in each) < 0.075


@pytest.mark.parametrize(
    "name", ["optitrack/walk.npz", "optitrack/squat.npz", "lafan1/dance1_subject1.npy"]
)
def test_feet_alone_carry_who_walks_squats_and_dances(name: str) -> None:
    assert found(read(recording(name))) == {}


SAME_HULLS = {"knee": "shin", "shin": "knee", "elbow": "forearm", "forearm": "elbow"}
"""What the solver holds for a part that it does not name: the same links."""


@pytest.mark.parametrize("name", ["kneel", "crawl", "sit", "lie", "get_up", "half_kneel"])
def test_what_the_ruler_sees_to_rest_the_solver_holds(name: str) -> None:
    clip = (
        read(fault("half_kneel/half_kneel.npy")) if name == "half_kneel" else getattr(demos, name)()
    )
    held = {(touch.part, touch.thing): touch.touching for touch in detect_contacts(clip)}
    rests = on_bodies(Hands(clip, Surfaces()))
    assert rests
    for rest in rests:
        side, _, what = rest.part.rpartition("_")
        names = (rest.part, f"{side}_{SAME_HULLS.get(what, what)}")
        flags = [held[one, rest.thing] for one in names if (one, rest.thing) in held]
        assert flags, (rest.part, rest.thing)
        assert not (rest.flags & ~np.any(flags, axis=0)).any(), (rest.part, rest.thing)
