"""The gallery: its films, its sheets, and the motions that it makes itself."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import kinemesh
from kinemesh import demos
from kinemesh.arrays import Array
from kinemesh.demos import SEGMENTS, SKELETON
from kinemesh.geometry import poses
from kinemesh.motion import Clip
from winter import LIMBS, SIDES

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = ("suitcase", "backflip")

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Modules that lie beside the documents."""
    if not DOCS.is_dir():
        pytest.skip("there is no folder of documents")
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module


@pytest.fixture
def made(load: Load) -> Callable[[str], Clip]:
    motions = load("gallery.motions")
    return lambda name: getattr(motions, name)()


def still(clip: Clip, joint: str) -> Array:
    """Between which frames a joint does not move at all."""
    return np.linalg.norm(np.diff(clip.joint(joint), axis=0), axis=1) < 1e-9


@pytest.mark.parametrize("name", MADE)
def test_a_made_person_keeps_his_bones_and_stays_over_the_ground(
    name: str, made: Callable[[str], Clip]
) -> None:
    clip = made(name)
    assert clip.name == name and clip.fps == 30.0 and clip.stature == 1.75
    for a, b in SEGMENTS:
        assert np.ptp(np.linalg.norm(clip.joint(a) - clip.joint(b), axis=1)) < 1e-9, (a, b)
    assert clip.positions[..., 2].min() > -1e-9
    for side in SIDES:
        down = clip.joint(f"{side}_toe")[:, 2] < 0.025 + 1e-9
        assert 0.6 < down.mean() <= 1.0
        assert still(clip, f"{side}_toe")[down[1:] & down[:-1]].mean() > 0.97
    for window in (clip.positions[:4], clip.positions[-4:]):
        assert np.abs(np.diff(window, axis=0)).max() < 1e-3


def test_the_suitcase_hangs_in_the_hand_and_stands_otherwise(
    load: Load, made: Callable[[str], Clip]
) -> None:
    clip, module = made("suitcase"), load("gallery.motions.suitcase")
    (case,) = clip.scene.props
    held = clip.contacts["right_hand"]
    wrist = poses.apply(poses.inverse(case.track), clip.joint("right_hand")[:, None])[:, 0]
    assert np.ptp(wrist[held], axis=0).max() < 1e-9
    assert np.abs(wrist[held, :2]).max() < 1e-9  # over the middle of the handle
    assert np.all(held[case.lowest() > 1e-9]) and case.lowest().min() > -1e-9
    assert case.lowest().max() > 0.3 and np.ptp(case.track[:, 0]) > 1.0
    half = module.CASE[1] / 2.0
    for joint in SKELETON.joints:
        if joint.startswith("right_") and joint.split("_")[1] in ("hip", "knee", "ankle", "toe"):
            assert np.min(clip.joint(joint)[:, 1] - case.track[:, 1]) > half + 0.06, joint


def test_a_backflip_turns_once_over_while_gravity_alone_moves_its_middle(
    load: Load, made: Callable[[str], Clip]
) -> None:
    clip, module = made("backflip"), load("gallery.motions.backflip")
    total = 0.081 * clip.joint("head")
    for side in SIDES:
        total = total + 0.497 / 4.0 * (clip.joint(f"{side}_hip") + clip.joint(f"{side}_shoulder"))
        for near, far, mass, share in LIMBS:
            ends = clip.joint(f"{side}_{near}"), clip.joint(f"{side}_{far}")
            total = total + mass * ((1.0 - share) * ends[0] + share * ends[1])
    times = np.arange(len(clip)) / clip.fps
    air = np.flatnonzero((times >= module.OFF) & (times <= module.LAND))
    fall = np.diff(total[air], 2, axis=0) * clip.fps**2
    assert np.allclose(fall, [0.0, 0.0, -9.81], atol=0.02)
    lowest = np.minimum(clip.joint("left_toe")[air, 2], clip.joint("left_heel")[air, 2])
    assert lowest[2:-2].min() > 0.1 and lowest.max() > 1.0
    trunk = clip.joint("neck") - clip.joint("pelvis")
    pitch = np.unwrap(np.arctan2(trunk[:, 0], trunk[:, 2]))
    assert pitch[-1] - pitch[0] == pytest.approx(-2.0 * np.pi, abs=1e-6)


@pytest.mark.slow
def test_a_sheet_shows_robot_and_person_and_says_the_verdict(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("embreex", reason="sheets are drawn by embreex: the extra render")
    from PIL import Image

    pictures, entries = load("pictures"), load("gallery.entries")
    tiny = entries.Entry("tiny", lambda _: demos.walk().crop(0, 6), frames=(0, 5))
    lost = replace(tiny, name="lost", needs="nowhere/walk.npy")
    monkeypatch.setattr(pictures, "ENTRIES", (tiny, lost, replace(tiny, name="other")))
    out = tmp_path / "sheets"
    pictures.main(["--gallery", "--out", str(out), "--only", "tiny", "lost"])
    said = capsys.readouterr().out
    assert [path.name for path in out.iterdir()] == ["tiny.png"]
    assert "lost: left out" in said and "tiny on g1, 6 frames" in said
    with Image.open(out / "tiny.png") as image:
        sheet = np.asarray(image.convert("RGB")).astype(int)
    assert sheet.shape[1] == 600 and 630 < sheet.shape[0] < 800
    person, robot, words = sheet[:300], sheet[300:600], sheet[600:]
    blue = [int((part[..., 2] > part[..., 0] + 60).sum()) for part in (person, robot, words)]
    assert blue[0] > 1500 and blue[1] > 150 and blue[2] == 0
    assert (words.max(axis=2) < 120).sum() > 500


def test_the_gallery_has_fifteen_motions_and_three_on_either_other_robot(load: Load) -> None:
    entries = load("gallery.entries").ENTRIES
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names)
    robots = [entry.robot for entry in entries]
    assert [robots.count(robot) for robot in ("g1", "h1", "t1")] == [15, 3, 3]


@pytest.mark.slow
def test_the_pictures_of_the_tutorials_are_made_small_and_shown(load: Load, tmp_path: Path) -> None:
    pytest.importorskip("embreex", reason="pictures are drawn by the extra render")
    shown = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "tutorials").glob("*.md"))
    for path in load("gallery.tutorials").draw(tmp_path):
        assert 1_000 < path.stat().st_size < 200_000
        assert f"]({path.name})" in shown and (DOCS / "tutorials" / path.name).is_file()


def test_every_film_of_the_page_is_there_small_and_written_by_what_stands_under_it(
    load: Load,
) -> None:
    films = load("gallery.films")
    shown = films.shown()
    folder = DOCS / "films"
    assert {path.stem for path in folder.glob("*.mp4")} == set(shown)
    assert films.PAGE.read_text(encoding="utf-8").count("<video") == len(shown) >= 12
    sizes = [(folder / f"{name}.mp4").stat().st_size for name in shown]
    assert max(sizes) < 300e3 and sum(sizes) < 3e6
    for name, blocks in shown.items():
        language, last = blocks[-1]
        assert language == "sh" and last.endswith(f" -o {name}.mp4\n"), name
    home = (DOCS / "index.md").read_text(encoding="utf-8")
    assert set(films._FILM.findall(home)) <= set(shown)


@pytest.mark.slow
def test_a_film_is_made_by_the_blocks_under_it_in_order_and_made_smaller(
    load: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embreex", reason="films are drawn by embreex: the extra render")
    films, pictures = load("gallery.films"), load("pictures")
    monkeypatch.setenv("PYTHONPATH", str(Path(kinemesh.__file__).parents[1]))
    drawn = "-m kinemesh.cli render a.npz --meshes hulls --size 128x96 --frames 3"
    page = tmp_path / "page.md"
    page.write_text(
        '# Films\n\n## One\n\n<video src="films/one.mp4">\n\n```python\nimport kinemesh\n\n'
        'kinemesh.retarget(kinemesh.demos.walk().crop(0, 9)).save("a.npz")\n```\n\n'
        f'```sh\n"{sys.executable}" {drawn} -o one.mp4\n```\n\n## Sheets\n\n```sh\nfalse\n```\n\n'
        '## Two\n\n<video src="films/two.mp4">\n\n```sh\ntest -e a.npz\n```\n'
    )
    monkeypatch.setattr(pictures, "films", partial(films.films, page=page))
    monkeypatch.setattr(pictures, "shown", partial(films.shown, page))
    out = tmp_path / "films"
    pictures.main(["--films", "--out", str(out), "--only", "one"])
    assert [path.name for path in out.iterdir()] == ["one.mp4"]
    assert "one.mp4: " in capsys.readouterr().out
    assert (out / "one.mp4").read_bytes()[4:8] == b"ftyp"
    with pytest.raises(subprocess.CalledProcessError):  # no a.npz: what stands before is not run
        pictures.main(["--films", "--out", str(out), "--only", "two"])
    with pytest.raises(FileNotFoundError, match="do not make it"):
        pictures.main(["--films", "--out", str(out)])
