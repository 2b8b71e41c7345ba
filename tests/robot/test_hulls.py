from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from kinemesh.robot import robot_names
from kinemesh.robot.shipped import robots_folder

ROBOTS = Path(__file__).resolve().parents[2] / "robots"
SOURCE = "share/example-robot-data/robots/g1_description/urdf/g1_29dof_rev_1_0.urdf"


@pytest.mark.parametrize("name", robot_names())
def test_every_hull_is_convex_small_and_belongs_to_a_link(name: str) -> None:
    folder = robots_folder() / name
    root = ET.parse(next(folder.glob("*.urdf"))).getroot()
    files = sorted((folder / "hulls").glob("*.obj"))
    used = [str(mesh.get("filename")) for mesh in root.iter("mesh")]
    assert sorted(used) == [f"hulls/{file.name}" for file in files]
    assert len(files) > 20
    for file in files:
        lines = file.read_text().splitlines()
        vertices = np.array([[float(x) for x in s.split()[1:]] for s in lines if s[:2] == "v "])
        most = 128 if any(part in file.stem for part in ("hand", "ankle", "elbow", "foot")) else 64
        assert 4 <= len(vertices) <= most, file.stem
        assert len(ConvexHull(vertices).vertices) == len(vertices), file.stem


@pytest.mark.parametrize("name", robot_names())
def test_the_folder_needs_no_meshes_of_others(name: str) -> None:
    folder = robots_folder() / name
    for mesh in ET.parse(next(folder.glob("*.urdf"))).getroot().iter("mesh"):
        assert (folder / str(mesh.get("filename"))).is_file()
    notice = (folder / "NOTICE").read_text()
    assert "BSD 3-Clause License" in notice or "Apache License, Version 2.0" in notice
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 500_000


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("g1_23dof", "holosoma_retargeting"),
        ("t1", "holosoma_retargeting"),
        ("h1", "humex_converter_lafan"),
    ],
)
def test_a_shipped_folder_agrees_with_the_package_it_was_built_from(name: str, module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"the package {module}, which the hulls come from, is not installed")
    ran = subprocess.run(
        [sys.executable, str(ROBOTS / f"build_{name}.py"), "--check"],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
