"""The report's page: what it says, what it draws, and that it asks for nothing."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from commands import Command
from kinemesh import Clip, Result, RobotModel, demos, metrics, retarget, write
from kinemesh.errors import KinemeshError, WriteError
from kinemesh.matching import match
from kinemesh.report import Entry, check_page, entry, report
from kinemesh.report.words import words
from kinemesh.viewer.stage import stage

pytest.importorskip("plotly", reason="reports need the extra report")
pytest.importorskip("viser", reason="reports need the extra report")

NASTY = "<script>window.cracked = 1</script><img src=x onerror='window.cracked = 1'>"
FRAMES = 12
PATIENCE = 120e3
CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)


@pytest.fixture(scope="module")
def clip() -> Clip:
    return demos.lift_box().crop(60, 60 + FRAMES)


@pytest.fixture(scope="module")
def result(clip: Clip) -> Result:
    return retarget(clip)


@pytest.fixture(scope="module")
def pair(result: Result, clip: Clip, robot: RobotModel) -> list[Entry]:
    """Ours, and the same motion without what only a result says, 5 cm lower."""
    q = result.trajectory.q + np.eye(1, 36, 2)[0] * -0.05
    lower = replace(result.trajectory, q=q)
    theirs = match(lower, clip, robot=robot, scene=result.scene)
    return [
        entry(match(result, robot=robot), name="ours", notes=(f"floor: {NASTY}",)),
        entry(theirs, name=NASTY, warnings=("looks odd",)),
    ]


@pytest.fixture(scope="module")
def page(pair: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(pair, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def light(
    pair: list[Entry],
    result: Result,
    clip: Clip,
    robot: RobotModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The page with hulls in place of the true meshes, which software draws in minutes."""
    drawn = stage(result, robot, clip, result.scene, meshes="hulls")
    entries = [replace(each, stage=drawn) for each in pair]
    return report(entries, tmp_path_factory.mktemp("light") / "report.html")


class Tags(HTMLParser):
    """Everything that a page could fetch, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag in ("script", "style")
        self.tags.append(tag)
        self.fetched += [v or "" for k, v in attrs if k in ("src", "href", "action", "srcset")]

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if not self._script:
            self.words.append(data)


def read(page: Path) -> Tags:
    tags = Tags()
    tags.feed(page.read_text(encoding="utf-8"))
    return tags


@pytest.mark.slow
def test_progress_counts_judging_and_the_frames_of_the_scene(
    result: Result, clip: Clip, robot: RobotModel, tmp_path: Path
) -> None:
    judged: list[tuple[int, int]] = []
    made = entry(match(result, clip, robot=robot), progress=lambda *at: judged.append(at))
    played: list[tuple[int, int]] = []
    report(made, tmp_path / "page.html", progress=lambda *at: played.append(at))
    assert judged[-1] == (judged[0][1],) * 2
    assert played == [(k + 1, len(played)) for k in range(len(played))]
    assert len(played) == len(result)


@pytest.mark.slow
def test_the_page_fetches_nothing_and_is_not_large(page: Path) -> None:
    tags = read(page)
    assert tags.fetched == []
    assert "img" not in tags.tags and "link" not in tags.tags
    assert page.stat().st_size < 15e6
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_row_of_the_ruler_has_its_value_and_plain_words(
    page: Path, pair: list[Entry]
) -> None:
    said = " ".join(read(page).words)
    for measure in pair[0].score:
        if measure.value is not None:
            assert measure.name in said
        assert words(measure.name), measure.name
        assert words(measure.name) in said or measure.value is None
    assert "fail" in said and "pass" in said
    assert f"{pair[1].score.value('penetration.ground.max'):.3g} mm" in said


def test_text_from_files_is_text(page: Path) -> None:
    assert NASTY not in page.read_text(encoding="utf-8")
    said = " ".join(read(page).words)
    assert NASTY in said  # as it is, to be read


def test_series_agree_with_the_figures_that_they_explain(pair: list[Entry]) -> None:
    for one in pair:
        for name in ("penetration.ground.max", "stance.drift_max", "limits.velocity_excess"):
            measure = one.score[name]
            assert measure.series is not None and len(measure.series) == FRAMES
            assert np.nanmax(measure.series) == pytest.approx(measure.value)
        error = one.score["tracking.landmark_error"]
        assert error.series is not None
        assert error.series.mean() == pytest.approx(error.value)
    sunk = pair[1].score["penetration.ground.max"].series
    assert sunk is not None and sunk.min() == pytest.approx(50.0, abs=2.0)


def test_the_timeline_says_who_stands_and_who_holds(pair: list[Entry]) -> None:
    ours, lower = ({t.name: t for t in one.touching} for one in pair)
    for name in ("left hand on box", "right hand on box", "left foot stands"):
        assert ours[name].person.all() and ours[name].robot.all()
    assert not lower["left foot stands"].robot.any()  # 5 cm under the ground it does not stand


def test_without_the_clip_the_persons_side_is_not_known(result: Result, robot: RobotModel) -> None:
    rows = metrics.timeline(result.trajectory, robot, scene=result.scene)
    assert rows and all(row.person is None for row in rows)


def test_what_cannot_be_written_is_refused(pair: list[Entry], tmp_path: Path) -> None:
    for wrong in (tmp_path / "report.pdf", tmp_path / "nowhere" / "report.html", tmp_path):
        with pytest.raises(WriteError):
            check_page(wrong)
    with pytest.raises(KinemeshError, match="expected 1 to 6"):
        report([pair[0]] * 7, tmp_path / "report.html")
    with pytest.raises(KinemeshError, match="expected 1 to 6"):
        report([], tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_command_compares_ours_with_a_table(
    kinemesh_command: Command, result: Result, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours.npz", tmp_path / "theirs.csv"
    result.save(ours)
    write(result, theirs, format="unitree-csv", fps=result.trajectory.fps)
    wrong = ("--fps", "25")  # a result states its own rate
    run = kinemesh_command("report", ours, theirs, "-o", tmp_path / "two.html", *wrong)
    assert run.status == 2 and not (tmp_path / "two.html").exists()
    run = kinemesh_command("report", ours, theirs, "-o", tmp_path / "two.html", "--no-scene")
    assert run.status == 0, run.err
    assert "theirs: unsure: not measured" in run.out  # no clip
    assert "ours: " in run.out and "ours: unsure" not in run.out  # in its file
    said = " ".join(read(tmp_path / "two.html").words)
    assert re.search(r"\? unsure: all rows kept, \d+ not measured", said)
    assert "theirs" in said and "Cost by term of ours" in said
    assert "Cost by term of theirs" not in said


@pytest.mark.parametrize("command, output", [("report", "out.html"), ("render", "out.png")])
def test_bad_files_are_refused_in_a_line(
    kinemesh_command: Command, result: Result, tmp_path: Path, command: str, output: str
) -> None:
    good, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    result.save(good)
    bad.write_bytes(good.read_bytes()[:2000])
    for arguments in (
        (bad, "-o", tmp_path / output),
        (tmp_path / "none.npz", "-o", tmp_path / output),
        (good, "-o", tmp_path / "out.docx"),
        (good, "-o", tmp_path / "nowhere" / output),
        (good, "-o", tmp_path / output, "--clip", bad),
        (good, "-o", tmp_path / output, "--robot", "nobody"),
    ):
        run = kinemesh_command(command, *arguments)
        assert run.status == 2, run.out
        assert run.err.startswith("error: ") and len(run.err.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.npz", "good.npz"]


@pytest.mark.slow
def test_render_draws_what_the_command_says(
    kinemesh_command: Command, result: Result, tmp_path: Path
) -> None:
    pytest.importorskip("embreex", reason="films are drawn by embreex: the extra render")
    from PIL import Image

    motion = tmp_path / "motion.npz"
    result.save(motion)
    options = ("--frames", "2", "--size", "96x72", "--camera", "left", "--meshes", "hulls")
    run = kinemesh_command("render", motion, "-o", tmp_path / "sheet.png", *options)
    assert run.status == 0, run.err
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.size == (192, 72)
    for wrong in (("--size", "big"), ("--camera", "moon"), ("--person", "twice")):
        run = kinemesh_command("render", motion, "-o", tmp_path / "wrong.png", *wrong)
        assert run.status == 2 and "expected" in run.err
    assert not (tmp_path / "wrong.png").exists()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="driving a browser needs playwright (extra test)"
    )
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: apt install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.mark.slow
def test_a_browser_draws_plots_and_scene_without_error_or_request(
    browser: object, light: Path
) -> None:
    from matplotlib import image

    errors: list[str] = []
    requests: list[str] = []
    tab = browser.new_page(viewport={"width": 480, "height": 400})
    tab.set_default_timeout(PATIENCE)
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(light.as_uri(), wait_until="load", timeout=PATIENCE)
    assert tab.locator(".plot .main-svg").count() >= 12
    lines = tab.locator(".plot .scatterlayer .trace path.js-line").count()
    assert lines >= 10
    assert tab.locator(".plot .barlayer path").count() >= 8
    frame = tab.frame_locator("#scene iframe")
    frame.locator("canvas").first.wait_for()
    box = tab.locator("#scene iframe")

    def scene() -> np.ndarray:
        return np.asarray(image.imread(io.BytesIO(box.screenshot()), format="png"))[..., :3]

    time.sleep(3.0)  # a look takes ten seconds while software draws: not one too early
    end = time.monotonic() + PATIENCE / 1e3
    orange = 0
    while time.monotonic() < end and orange < 100:  # the boxes, and not only a grid
        seen = scene()
        orange = int(((seen[..., 0] > seen[..., 2] + 0.3) & (seen[..., 1] > 0.3)).sum())
    assert orange >= 100
    assert tab.evaluate("window.cracked") is None
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 844})
        # plots follow the window a moment later
        tab.wait_for_function(f"document.documentElement.scrollWidth <= {width}", timeout=2e4)
    tab.close()
    assert errors == []
    assert [url for url in requests if not re.match(r"(file|data|blob|about):", url)] == []
