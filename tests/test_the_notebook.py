"""The notebook among the examples runs from top to bottom, and its cells show what they should."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "examples" / "kinemesh.ipynb"
STRICT = "import warnings; warnings.simplefilter('error')"
FRAME = re.compile(r'<iframe [^>]*srcdoc="([^"]*)"></iframe>')


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_the_notebook_is_stored_small_and_without_outputs(cells: list[dict[str, Any]]) -> None:
    assert NOTEBOOK.stat().st_size < 100_000
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    assert len(code) >= 8


def test_it_installs_only_where_kinemesh_is_not_there(cells: list[dict[str, Any]]) -> None:
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    guard, _, guarded = code[0].partition('if find_spec("kinemesh") is None:')
    assert guarded and "pip" not in guard
    assert all(line.startswith("    ") for line in guarded.splitlines()[1:])
    assert not any(re.search("pip|[!%]", text) for text in code[1:])


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # nbclient's own; those of the cells are errors by STRICT
def test_it_runs_from_top_to_bottom_and_shows_tables_scenes_and_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat = pytest.importorskip("nbformat", reason="notebooks are run by nbclient")
    nbclient = pytest.importorskip("nbclient", reason="notebooks are run by nbclient")
    pytest.importorskip("ipykernel", reason="notebooks are run by ipykernel")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    place = tmp_path / "place"
    place.mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    resources = {"metadata": {"path": str(place)}}
    client = nbclient.NotebookClient(notebook, timeout=None, resources=resources)
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    written = "".join(o.text for c in code for o in c.outputs if o.output_type == "stream")
    assert written == ("pass\ndropped: box: mjlab has room for no prop\nnothing is wrong in it\n")
    shown = [o.data for c in code for o in c.outputs if o.output_type != "stream"]
    tables = re.findall(r"<b>(.*?)</b>", "".join(d.get("text/html", "") for d in shown))
    assert tables == ["Clip lift_box", "Result of lift_box", "Verdict of lift_box on g1: pass"]
    frames = [found for data in shown for found in FRAME.findall(data.get("text/html", ""))]
    assert len(frames) == 2 and all("__VISER_EMBED_DATA__" in html.unescape(f) for f in frames)
    assert sum("image/png" in data for data in shown) == 1
    assert len(shown) == 6
    assert sorted(path.name for path in place.iterdir()) == ["lift_box.npz", "lift_box_mjlab.npz"]
    with np.load(place / "lift_box_mjlab.npz") as file:
        assert file["joint_pos"].shape == (421, 29)
