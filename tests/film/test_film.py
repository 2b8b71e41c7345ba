"""Films and contact sheets, judged by what is in their pixels."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from kinemesh import Result, RobotModel, Scene, Trajectory
from kinemesh.errors import KinemeshError, WriteError
from kinemesh.film import Angle, film, pictures
from kinemesh.film.camera import Camera, cameras
from kinemesh.motion import Prop, Shape
from kinemesh.viewer import HULLS, Mesh, Stage, stage

pytest.importorskip("embreex", reason="films are drawn by embreex: the extra render")

from kinemesh.film.rays import draw
from kinemesh.film.surface import Surface, corner_normals, tubes

FRAMES = 6
SIZE = (160, 120)


@pytest.fixture(scope="module")
def walking(robot: RobotModel) -> Result:
    """The robot slides two metres along x with a box at its side."""
    q = np.tile(robot.rest, (FRAMES, 1))
    q[:, 0] += np.linspace(0.0, 2.0, FRAMES)
    track = np.tile([0.4, -0.3, 0.6, 0.0, 0.0, 0.0, 1.0], (FRAMES, 1))
    track[:, 0] += np.linspace(0.0, 2.0, FRAMES)
    box = Prop("box", Shape.box((0.3, 0.3, 0.3)), track)
    landmarks = np.array([robot.configuration(row).landmarks() for row in q])
    trajectory = Trajectory(q, 3.0, robot.joint_names, robot.name)
    return Result(trajectory, Scene((box,)), landmarks, (), clip="sliding")


@pytest.fixture(scope="module")
def staged(walking: Result, robot: RobotModel) -> Stage:
    return stage(walking, robot, meshes=HULLS)


@pytest.fixture(scope="module")
def drawn(staged: Stage) -> list[np.ndarray]:
    return list(pictures(staged, size=SIZE))


def ball(radius: float, centre: tuple[float, float, float]) -> Mesh:
    import trimesh

    mesh = trimesh.creation.icosphere(4, radius)
    return Mesh("ball", mesh.vertices + centre, mesh.faces, (0.9, 0.1, 0.1))


def red(picture: np.ndarray) -> np.ndarray:
    wide = picture.astype(int)
    return wide[..., 0] > wide[..., 1] + 40


def test_a_ball_covers_as_many_pixels_as_a_pinhole_sees() -> None:
    radius, away, height = 0.4, 3.0, 200
    axes = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    camera = Camera(np.array([0.0, -away, 1.0]), axes, (height, height))
    picture = draw(Surface.from_mesh(ball(radius, (0.0, 0.0, 1.0))), camera, ground=None)
    focal = height / 2.0 / np.tan(np.radians(35.0) / 2.0)
    edge = focal * radius / np.sqrt(away**2 - radius**2)
    assert red(picture).sum() == pytest.approx(np.pi * edge**2, rel=0.01)
    rows, columns = np.nonzero(red(picture))
    assert abs(rows.mean() - 99.5) < 0.5 and abs(columns.mean() - 99.5) < 0.5


def test_right_is_right_and_up_is_up() -> None:
    axes = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])
    camera = Camera(np.array([3.0, 0.0, 1.0]), axes, (100, 100))  # looks at the robot's face
    picture = draw(Surface.from_mesh(ball(0.1, (0.0, 0.5, 1.4))), camera, ground=None)
    rows, columns = np.nonzero(red(picture))
    assert columns.mean() > 60  # its left is on the picture's right
    assert rows.mean() < 40


def test_the_shadow_lies_away_from_the_light() -> None:
    axes = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]])
    camera = Camera(np.array([0.0, 0.0, 6.0]), axes, (120, 120))  # from above, y up
    light = np.array([1.0, 0.0, 1.0]) / np.sqrt(2.0)
    bare = draw(None, camera).astype(int)
    with_ball = draw(Surface.from_mesh(ball(0.2, (0.0, 0.0, 0.8))), camera, light=light).astype(int)
    dark = (bare[..., 2] - with_ball[..., 2] > 25) & (np.ptp(with_ball, axis=2) < 3)
    focal = 60.0 / np.tan(np.radians(35.0) / 2.0)
    _, columns = np.nonzero(dark)
    # the ball's shadow is 0.8 m beside it, 6 m under the camera
    assert (columns.mean() - 59.5) / focal * 6.0 == pytest.approx(-0.8, abs=0.05)


def test_what_is_behind_is_hidden() -> None:
    axes = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    camera = Camera(np.array([0.0, -3.0, 1.0]), axes, (64, 64))
    wall = Shape.box((3.0, 0.1, 3.0), (0.0, 0.0, 1.0))
    both = [
        Surface.from_mesh(Mesh("wall", wall.vertices, wall.faces, (0.2, 0.2, 0.9))),
        Surface.from_mesh(ball(0.3, (0.0, 1.0, 1.0))),
    ]
    from kinemesh.film.surface import joined

    assert not red(draw(joined(both), camera)).any()
    assert red(draw(both[0], camera, over=both[1])).sum() > 20  # unless it is to be seen through


def test_a_floor_that_lies_in_the_ground_plane_is_seen_without_speckles() -> None:
    axes = np.array([[1.0, 0.0, 0.0], [0.0, -0.2, -0.98], [0.0, 0.98, -0.2]])
    camera = Camera(np.array([0.0, -3.0, 1.3]), axes, (96, 64))
    box = Shape.box((40.0, 40.0, 0.2), (0.0, 0.0, -0.1))
    slab = Surface.from_mesh(Mesh("slab", box.vertices, box.faces, (0.9, 0.1, 0.1)))
    seen = red(draw(slab, camera, ground=0.0))
    assert seen[40:].all()
    deep = Shape.box((40.0, 40.0, 0.2), (0.0, 0.0, -0.15))
    slab = Surface.from_mesh(Mesh("slab", deep.vertices, deep.faces, (0.9, 0.1, 0.1)))
    assert not red(draw(slab, camera, ground=0.0))[40:].any()  # below it, it is not


def test_a_box_keeps_its_edges_and_a_ball_is_round() -> None:
    box = Shape.box((1.0, 1.0, 1.0))
    corners = corner_normals(box.vertices, box.faces)
    assert np.allclose(np.abs(corners).max(axis=2), 1.0)
    mesh = ball(1.0, (0.0, 0.0, 0.0))
    outward = mesh.vertices[mesh.faces]
    assert np.abs(corner_normals(mesh.vertices, mesh.faces) - outward).max() < 0.02


def test_bones_are_tubes_around_their_ends() -> None:
    ends = np.array([[[0.0, 0.0, 0.0], [0.0, 0.3, 0.4]], [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    tube = tubes(ends, 0.02, (0.0, 0.0, 1.0))
    along = np.clip(tube.vertices[:80] @ [0.0, 0.6, 0.8], 0.0, 0.5)[:, None] * [0.0, 0.6, 0.8]
    assert np.allclose(np.linalg.norm(tube.vertices[:80] - along, axis=1), 0.02)
    assert np.isfinite(tube.vertices).all() and np.isfinite(tube.normals).all()


def test_every_picture_shows_the_robot_in_its_middle(drawn: list[np.ndarray]) -> None:
    assert len(drawn) == FRAMES
    for picture in drawn:
        assert picture.shape == (SIZE[1], SIZE[0], 3) and picture.dtype == np.uint8
        bluish = picture.astype(int).min(axis=2) < 150
        rows, columns = np.nonzero(bluish & ~red(picture))
        assert 200 < len(rows) < 6000
        assert abs(columns.mean() - SIZE[0] / 2) < 0.2 * SIZE[0]  # the camera goes along
        assert red(picture).sum() > 60  # the box, orange


def test_the_camera_goes_along_without_haste(staged: Stage) -> None:
    eyes = np.array([camera.eye for camera in cameras(staged, Angle(), SIZE)])
    assert 0.5 < eyes[-1, 0] - eyes[0, 0] <= 2.0
    assert np.abs(eyes[:, 1:] - eyes[0, 1:]).max() < 1e-9


def test_a_film_is_as_long_as_the_motion(staged: Stage, tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="mp4 needs it: the extra render")
    path = film(staged, tmp_path / "film.mp4", size=(162, 121))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader leaves a pipe to the collector
        reader = ffmpeg.read_frames(str(path))
        about = next(reader)
        frames = [np.frombuffer(data, np.uint8).reshape(120, 162, 3) for data in reader]
    assert about["size"] == (162, 120) and about["fps"] == pytest.approx(3.0, rel=0.01)
    assert len(frames) == FRAMES
    assert all(red(frame).sum() > 60 for frame in frames)


def test_a_gif_has_its_frames_and_its_time(staged: Stage, tmp_path: Path) -> None:
    from PIL import Image

    path = film(staged, tmp_path / "film.gif", size=SIZE, frames=3)
    with Image.open(path) as image:
        assert image.n_frames == 3 and image.size == SIZE
        assert image.info["duration"] == pytest.approx(5.0 / 3.0 / 2.0 * 1e3, abs=20)


def test_a_contact_sheet_has_a_tile_a_frame(staged: Stage, tmp_path: Path) -> None:
    from PIL import Image

    path = film(staged, tmp_path / "sheet.png", size=SIZE, frames=[0, 3, 5], columns=2)
    with Image.open(path) as image:
        sheet = np.asarray(image.convert("RGB"))
    assert sheet.shape == (2 * SIZE[1], 2 * SIZE[0], 3)
    tiles = sheet.reshape(2, SIZE[1], 2, SIZE[0], 3).swapaxes(1, 2).reshape(4, SIZE[1], SIZE[0], 3)
    assert [bool(red(tile).sum() > 60) for tile in tiles] == [True, True, True, False]


def test_above_the_robot_the_person(staged: Stage) -> None:
    (picture,) = pictures(staged, frames=[2], size=SIZE, person="above")
    assert picture.shape[0] == 2 * SIZE[1]
    wide = picture.astype(int)
    blue = wide[..., 2] > wide[..., 0] + 60
    assert blue[: SIZE[1]].sum() > 50 and not blue[SIZE[1] :].any()


def test_over_the_robot_and_above_it_at_once(staged: Stage) -> None:
    pictured = {
        person: next(iter(pictures(staged, frames=[2], size=SIZE, person=person)))
        for person in ("over", "above", "both")
    }
    assert np.array_equal(pictured["both"][: SIZE[1]], pictured["above"][: SIZE[1]])
    assert np.array_equal(pictured["both"][SIZE[1] :], pictured["over"])


def test_a_caption_stands_below_the_tiles_and_is_broken_where_it_is_long(
    staged: Stage, tmp_path: Path
) -> None:
    from PIL import Image

    def drawn(caption: str) -> np.ndarray:
        path = film(staged, tmp_path / "sheet.png", size=SIZE, frames=[0, 5], caption=caption)
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB")).astype(int)

    bare, short, long = drawn(""), drawn("pass"), drawn("WIDE WORDS " * 20)
    assert bare.shape[0] == SIZE[1] < short.shape[0] < long.shape[0]
    below = [sheet[SIZE[1] :].max(axis=2) < 150 for sheet in (short, long)]
    assert 10 < below[0].sum() < below[1].sum()
    assert not below[1][:, -4:].any()  # nothing runs out of the sheet
    assert not below[1][-2:].any()


def test_what_cannot_be_is_refused_and_nothing_is_written(staged: Stage, tmp_path: Path) -> None:
    for wrong in ({"size": (10, 10)}, {"frames": 0}, {"frames": [99]}, {"person": "below"}):
        with pytest.raises(KinemeshError, match=r"expected|has frames"):
            film(staged, tmp_path / "film.png", **wrong)
    for name in ("film.avi", "nowhere/film.png"):
        with pytest.raises(WriteError):
            film(staged, tmp_path / name)
    for text in ("sideways", "1,2,3,4", "0,95", "0,nan", "0,10,0"):
        with pytest.raises(KinemeshError, match="camera"):
            Angle.parse(text)
    assert not list(tmp_path.iterdir())


def test_a_film_that_breaks_off_leaves_nothing(
    staged: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("kinemesh.film.frames.draw", full)
    for suffix in ("mp4", "gif", "png"):
        with pytest.raises(WriteError, match="no space left"):
            film(staged, tmp_path / f"film.{suffix}", size=SIZE)
    assert not list(tmp_path.iterdir())
