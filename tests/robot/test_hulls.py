from __future__ import annotations

import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from kinemesh.robot.model import robots_folder

ROBOTS = Path(__file__).resolve().parents[2] / "robots"
SOURCE = "share/example-robot-data/robots/g1_description/urdf/g1_29dof_rev_1_0.urdf"


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_every_hull_is_convex_small_and_belongs_to_a_link(name: str) -> None:
    folder = robots_folder() / name
    links = {link.get("name") for link in ET.parse(folder / "g1.urdf").getroot().iter("link")}
    files = sorted((folder / "hulls").glob("*.obj"))
    assert len(files) > 25
    for file in files:
        assert file.stem in links
        lines = file.read_text().splitlines()
        vertices = np.array([[float(x) for x in s.split()[1:]] for s in lines if s[:2] == "v "])
        most = 128 if "hand" in file.stem or "ankle_roll" in file.stem else 64
        assert 4 <= len(vertices) <= most, file.stem
        assert len(ConvexHull(vertices).vertices) == len(vertices), file.stem


@pytest.mark.parametrize("name", ["g1", "g1_base"])
def test_the_folder_needs_no_meshes_of_others(name: str) -> None:
    folder = robots_folder() / name
    for mesh in ET.parse(folder / "g1.urdf").getroot().iter("mesh"):
        assert (folder / str(mesh.get("filename"))).is_file()
    assert "BSD" in (folder / "NOTICE").read_text()


@pytest.mark.slow
def test_the_shipped_folders_agree_with_the_data_they_were_built_from() -> None:
    sites = {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]}
    roots = [Path(sys.prefix), *(Path(site) / "cmeel.prefix" for site in sites)]
    if not any((root / SOURCE).is_file() for root in roots):
        pytest.skip("the example-robot-data package, which the hulls come from, is not installed")
    ran = subprocess.run(
        [sys.executable, str(ROBOTS / "build_g1.py"), "--check"], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
