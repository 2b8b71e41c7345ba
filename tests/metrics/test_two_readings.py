"""The solver's detectors and the ruler share no code, and say the same of who stands and touches.

What the ruler judges, the solver must have held: every frame of the ruler's lies in one of the
solver's. The solver may hold more (a landing foot, a hand that slides).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import made_person
from kinemesh.demos import DEMOS, walk
from kinemesh.detection.palm import hand_points
from kinemesh.detection.stance import Footing, detect_footing
from kinemesh.detection.touch import detect_touches
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.person import human, touches
from kinemesh.motion import SKELETONS, Clip, Prop, Scene, Shape, Terrain
from kinemesh.recordings import read
from recordings import recording

SIDES = ("left", "right")
FRAMES = 45


def stands(clip: Clip, side: str) -> tuple[human.Standing, Footing]:
    return human.standing(clip, side, Surfaces()), detect_footing(clip)[side]


def holds(clip: Clip, hand: str, thing: str) -> np.ndarray:
    """When the solver says that a hand touches ``(T,)``."""
    found = [t.touching for t in detect_touches(clip) if (t.part, t.thing) == (hand, thing)]
    return found[0] if found else np.zeros(len(clip), dtype=bool)


def judged(clip: Clip, side: str, thing: str) -> np.ndarray:
    """When the ruler says so ``(T,)``."""
    terrain = clip.scene.terrain
    if terrain is not None and terrain.name == thing:
        return touches.on_terrain(human.Hands(clip, Surfaces()), side).flags
    return touches.on_props(human.Hands(clip, Surfaces()), side)[thing].flags


def agree(clip: Clip) -> None:
    """Fails where the ruler sees a stance or a touch that the solver does not."""
    things = [prop.name for prop in clip.scene.props]
    things += [] if clip.scene.terrain is None else [clip.scene.terrain.name]
    for side in SIDES:
        said, foot = stands(clip, side)
        assert not (said.toe & ~(foot.toe | foot.landing)).any(), np.flatnonzero(said.toe)
        assert not (said.heel & ~foot.heel).any(), side
        planted_anew = np.flatnonzero(foot.touchdown[1:]) + 1
        assert not (said.toe[planted_anew] & said.toe[planted_anew - 1]).any(), side
        for thing in things:
            missed = judged(clip, side, thing) & ~holds(clip, f"{side}_hand", thing)
            assert not missed.any(), (side, thing, np.flatnonzero(missed))


@pytest.fixture(scope="module")
def still() -> Clip:
    """A person who stands still on a plane, in a skeleton without fingers."""
    clip = walk()
    positions = np.repeat(clip.positions[:1], FRAMES, axis=0)
    return Clip(positions, clip.skeleton, 30.0, Scene(), height=clip.stature)


def put(clip: Clip, **places: np.ndarray) -> Clip:
    """``clip`` with landmarks at ``places`` ``(3,)`` or ``(T, 3)`` [m]."""
    positions = clip.positions.copy()
    for landmark, place in places.items():
        (joint,) = clip.skeleton.weights(landmark)
        positions[:, clip.skeleton.index(joint)] = place
    return replace(clip, positions=positions, height=clip.stature)


def moved(clip: Clip, turn: Rotation, lowest: float = 0.0) -> Clip:
    """The whole person turned, with the lowest joint at a height [m]."""
    positions = turn.apply(np.array(clip.positions).reshape(-1, 3)).reshape(clip.positions.shape)
    positions[..., 2] += lowest - positions[..., 2].min()
    return replace(clip, positions=positions, height=clip.stature)


def neither(clip: Clip) -> bool:
    """Whether both say that no foot stands at any time."""
    readings = [stands(clip, side) for side in SIDES]
    return not any(r.toe.any() or r.heel.any() for pair in readings for r in pair) and not any(
        foot.landing.any() for _, foot in readings
    )


def test_who_stands_still_stands_on_both_soles_by_both_readings(still: Clip) -> None:
    for side in SIDES:
        for reading in stands(still, side):
            assert reading.toe.all() and reading.heel.all()


def test_nobody_stands_on_his_toes_in_a_handstand(still: Clip) -> None:
    assert neither(moved(still, Rotation.from_euler("x", 180, degrees=True)))


@pytest.mark.parametrize("turn", [("y", 90), ("y", -90), ("x", 90)])
def test_nobody_stands_who_lies_on_his_belly_back_or_side(
    still: Clip, turn: tuple[str, float]
) -> None:
    assert neither(moved(still, Rotation.from_euler(*turn, degrees=True), lowest=0.05))


@pytest.mark.parametrize("height", [0.2, 0.5, 2.0])
def test_toes_in_the_air_do_not_stand(still: Clip, height: float) -> None:
    assert neither(moved(still, Rotation.identity(), lowest=height))


def test_a_person_sunk_into_the_ground_stands_nowhere() -> None:
    clip = walk()
    sunk = replace(clip, positions=clip.positions - [0, 0, 0.5], height=clip.stature)
    assert neither(sunk)


def test_a_joint_that_rides_high_over_its_toe_stands_by_both_readings(still: Clip) -> None:
    high = moved(still, Rotation.identity(), lowest=0.06)
    for side in SIDES:
        for reading in stands(high, side):
            assert reading.toe.all()


def test_a_kneeling_foot_on_its_ball_stands_by_its_toe_and_one_on_its_instep_does_not(
    still: Clip,
) -> None:
    toe = still.landmark("right_toe")[0]
    for ankle, on_ball in (((-0.04, 0.0, 0.13), True), ((0.14, 0.0, 0.0), False)):
        knee = np.array([toe[0] + 0.35, toe[1], 0.03])
        kneeling = put(still, right_ankle=toe + np.array(ankle), right_knee=knee)
        for reading in stands(kneeling, "right"):
            assert reading.toe.all() if on_ball else not reading.toe.any()
            assert not reading.heel.any()
        for reading in stands(kneeling, "left"):
            assert reading.toe.all()


@pytest.mark.parametrize("part", ["all along", "half the clip"])
def test_who_stands_on_tiptoe_has_no_heel_down_however_long(still: Clip, part: str) -> None:
    """The ankle keeps its height: rest is told by how the foot rises from toe to ankle."""
    up = slice(0 if part == "all along" else FRAMES // 2, FRAMES)
    positions = np.array(still.positions)
    for side in SIDES:
        toe = still.landmark(f"{side}_toe")[0]
        positions[up, still.skeleton.index(f"{side}_ankle")] = toe + np.array([-0.04, 0.0, 0.13])
    tiptoe = replace(still, positions=positions, height=still.stature)
    for side in SIDES:
        for reading in stands(tiptoe, side):
            assert reading.toe.all()
            assert not reading.heel[up].any()
    agree(tiptoe)


def test_feet_that_are_swept_back_by_a_treadmill_do_not_stand() -> None:
    clip = walk()
    gone = clip.landmark("pelvis") * [1.0, 1.0, 0.0]
    middle = slice(40, 130)  # at the ends he stands
    treadmill = replace(clip, positions=clip.positions - gone[:, None], height=clip.stature)
    for side in SIDES:
        said, _ = stands(treadmill, side)
        assert not said.toe[middle].any()
    agree(treadmill)


def beside(clip: Clip, gap: float, size: float = 0.3) -> Clip:
    """``clip`` with a box whose face is ``gap`` [m] from the palm of the left hand."""
    palm = hand_points(clip, "left_hand")[0][:, 0]
    centre = palm + np.array([0.0, gap + size / 2.0, 0.0])
    track = np.column_stack([centre, np.tile([0.0, 0.0, 0.0, 1.0], (len(clip), 1))])
    box = Prop("box", Shape.box((size, size, size)), track)
    return replace(clip, scene=replace(clip.scene, props=(box,)))


@pytest.mark.parametrize(("gap", "touching"), [(0.03, True), (0.1, False), (-0.15, True)])
def test_a_palm_near_a_box_or_inside_it_touches_by_both_readings(
    still: Clip, gap: float, touching: bool
) -> None:
    clip = beside(still, gap)
    for flags in (judged(clip, "left", "box"), holds(clip, "left_hand", "box")):
        assert flags.all() if touching else not flags.any()


def test_a_hand_that_passes_a_box_by_does_not_touch_it(still: Clip) -> None:
    clip = beside(still, 0.03)
    (box,) = clip.scene.props
    for pace, touching in ((0.5, False), (0.05, True)):
        track = np.array(box.track)
        track[:, 0] += pace * (np.arange(FRAMES) - FRAMES // 2) / 30.0
        gliding = replace(clip, scene=replace(clip.scene, props=(replace(box, track=track),)))
        for flags in (judged(gliding, "left", "box"), holds(gliding, "left_hand", "box")):
            assert flags.any() == touching


def test_a_label_makes_no_touch_where_the_hand_is_out_of_reach(still: Clip) -> None:
    flags = np.ones(FRAMES, dtype=bool)
    for gap, touching in ((0.09, True), (0.3, False)):
        clip = replace(beside(still, gap), contacts={"left_hand": flags})
        for found in (judged(clip, "left", "box"), holds(clip, "left_hand", "box")):
            assert found.all() if touching else not found.any()


@pytest.mark.parametrize("gap", [-0.2, 0.0, 0.02, 0.045])
def test_a_hand_on_a_floor_of_hundred_square_metres_touches_by_both_readings(
    still: Clip, gap: float
) -> None:
    palm = hand_points(still, "left_hand")[0][0, 0]
    top = palm[2] - gap
    slab = Shape.box((10.0, 10.0, 0.6), (palm[0] + 1.37, palm[1] + 0.83, top - 0.3))
    clip = replace(still, scene=Scene(terrain=Terrain(slab, "floor")))
    for flags in (judged(clip, "left", "floor"), holds(clip, "left_hand", "floor")):
        assert flags.all()
    (touch,) = (t for t in detect_touches(clip) if t.part == "left_hand")
    np.testing.assert_allclose(touch.places[:, 2], top, atol=1e-9)
    np.testing.assert_allclose(touch.distance, max(gap, 0.0), atol=1e-9)


@pytest.mark.parametrize("name", sorted(SKELETONS))
def test_both_readings_find_the_same_hand(name: str) -> None:
    rng = np.random.default_rng(0)
    positions = made_person.standing(name)
    positions += rng.normal(0.0, 1e-3, positions.shape)  # no two joints in one place
    clip = Clip(positions, SKELETONS[name], 30.0, Scene(), height=1.75)
    for side in SIDES:
        ours, has_fingers = hand_points(clip, f"{side}_hand")
        theirs, fingers = human.hand_points(clip, side)
        assert has_fingers == fingers
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("name", sorted(DEMOS))
def test_both_readings_agree_on_the_demos_with_and_without_labels(name: str) -> None:
    clip = DEMOS[name]()
    agree(clip)
    agree(replace(clip, contacts={}))


def climb(name: str) -> Clip:
    folder = recording(f"climb/{name}")
    (path,) = folder.glob("*.npy")
    return read(path, terrain=folder / "multi_boxes.obj", height=1.78).resample(30.0)


def carried(name: str, height: float) -> Clip:
    thing = name.split("_")[1]
    mesh = recording(f"omomo/objects/{thing}.obj")
    return read(recording(f"omomo/{name}.pt"), object=mesh, height=height)


RECORDINGS: dict[str, Callable[[], Clip]] = {
    "sub3": lambda: carried("sub3_largebox_003", 1.941),
    "table": lambda: carried("sub2_largetable_000", 1.844),
    "chair": lambda: carried("sub2_woodchair_000", 1.844),
    "chair without labels": lambda: replace(carried("sub2_woodchair_000", 1.844), contacts={}),
    "climb 0": lambda: climb("seq_0").crop(0, 400),
    "crawl": lambda: climb("seq_4"),
    "dance": lambda: read(recording("lafan1/dance1_subject1.npy")).crop(0, 1200),
    "walk": lambda: read(recording("optitrack/walk.npz")).crop(0, 600),
    "squat": lambda: read(recording("optitrack/squat.npz")).crop(0, 600),
    "CMU walk": lambda: read(recording("cmu/cmu_12_01_walk.bvh")),
    "CMU playground": lambda: read(recording("cmu/01_01.bvh")).resample(30.0),
    "dab": lambda: read(recording("animated_drawings/dab.bvh")),
    "jumping": lambda: read(recording("animated_drawings/jumping.bvh")),
    "getting up": lambda: read(recording("amass/140_02_stageii.npz")),
    "shelf": lambda: read(recording("humoto/lift_shelf_lie_to_stand-867.glb")),
    "half kneel": lambda: read(recording("../faults/half_kneel/half_kneel.npy"), fps=30),
    "box": lambda: read(recording("../faults/kept_mismatch/lift.toml")),
    "in place": lambda: read(recording("../faults/in_place_walk/treadmill.npy")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(RECORDINGS))
def test_both_readings_agree_on_real_recordings(name: str) -> None:
    agree(RECORDINGS[name]())
