"""From a URDF with meshes to a folder with small hulls: what the build scripts share."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from hulls import beyond, distance, enclose, read_obj, read_stl, write_obj
from scipy.spatial import ConvexHull

CONTAINED = 1e-4
"""A hull this close to being inside another of the same rigid body is dropped [m]."""

MIRROR = np.array([1.0, -1.0, 1.0])

Meshes = dict[str, np.ndarray]
"""Vertices by link, shape (n, 3) [m]."""

Bounds = Callable[[str], tuple[int, float]]
"""Largest number of vertices and largest distance outside the mesh [m] of a link's hull."""


def read_meshes(root: ET.Element, folder: Path) -> Meshes:
    """Reads the vertices of each link's visual mesh, found by its file's name in ``folder``."""
    meshes = {}
    for link in root.iter("link"):
        mesh = link.find("visual/geometry/mesh")
        if mesh is not None:
            file = folder / mesh.attrib["filename"].rsplit("/", 1)[1]
            reader = read_obj if file.suffix == ".obj" else read_stl
            meshes[link.attrib["name"]] = reader(file)
    return meshes


def left_of(link: str) -> str | None:
    """The left twin of a right link by the names in use; None for any other link."""
    for right, left in (("right_", "left_"), ("AR", "AL")):
        if link.startswith(right):
            return left + link.removeprefix(right)
    return link.removesuffix("_Right") + "_Left" if link.endswith("_Right") else None


def build_hulls(meshes: Meshes, bounds: Bounds, soles: Sequence[str]) -> Meshes:
    """Makes the hull of every link; a right link's hull is its left twin's, mirrored.

    Args:
        meshes: Vertices of the meshes by link [m].
        bounds: How small and how close.
        soles: Links with a flat sole, below which no vertex may lie.

    Returns:
        Vertices of the hulls by link [m].
    """
    twins = {left_of(link): link for link in meshes if left_of(link) in meshes}
    hulls: Meshes = {}
    for link in sorted(meshes, key=lambda name: (left_of(name) in meshes, name)):
        left = left_of(link)
        if left in meshes:
            hulls[link] = hulls[left] * MIRROR
            continue
        points = meshes[link]
        if link in twins:
            points = np.vstack([points, meshes[twins[link]] * MIRROR])
        floor = sole_height(meshes, soles) if link in soles else None
        hulls[link] = enclose(points, *bounds(link), floor)
        print(f"hull of {link}: {len(hulls[link])} vertices", flush=True)
    return hulls


def sole_height(meshes: Meshes, soles: Sequence[str]) -> float:
    """Height of the flat sole in its links' frames, rounded down to 1e-6 [m]."""
    low = min(meshes[link][:, 2].min() for link in soles)
    return float(np.floor(low * 1e6) / 1e6)


def inside_another(root: ET.Element, meshes: Meshes, hulls: Meshes) -> dict[str, str]:
    """Finds links whose mesh lies inside the hull of another link of the same rigid body.

    Args:
        root: The source URDF.
        meshes: Vertices of the meshes by link [m].
        hulls: Vertices of the hulls that count, by link [m].

    Returns:
        The link whose hull contains it, by contained link.
    """
    placed = {link: (link, np.zeros(3)) for link in meshes}
    for joint in root.iter("joint"):
        child = joint.find("child").attrib["link"]
        if joint.attrib.get("type") == "fixed" and child in meshes:
            origin = joint.find("origin")
            xyz = "0 0 0" if origin is None else origin.attrib["xyz"]
            if origin is not None and any(float(x) for x in origin.attrib["rpy"].split()):
                raise ValueError(f"{child}: a turned fixed joint is not handled")
            parent = joint.find("parent").attrib["link"]
            placed[child] = (parent, np.array([float(x) for x in xyz.split()]))
    dropped: dict[str, str] = {}
    for link, (body, offset) in placed.items():
        for other, (same, shift) in placed.items():
            if other == link or same != body or other not in hulls or other in dropped:
                continue
            if beyond(meshes[link] + offset, hulls[other] + shift) < CONTAINED:
                dropped[link] = other
    return dropped


def bare(root: ET.Element, name: str, shapes: Mapping[str, Sequence[str]]) -> ET.Element:
    """A copy of a URDF without looks, whose collision shapes are hulls.

    Args:
        root: The source URDF; not changed.
        name: The robot's name.
        shapes: Names of the files in ``hulls`` by link.
    """
    robot = ET.fromstring(ET.tostring(root))
    robot.attrib["name"] = name
    for element in (*robot.findall("material"), *robot.findall("mujoco")):
        robot.remove(element)
    for link in robot.iter("link"):
        for tag in ("visual", "collision"):
            for element in link.findall(tag):
                link.remove(element)
        for shape in shapes.get(link.attrib["name"], ()):
            geometry = ET.SubElement(ET.SubElement(link, "collision"), "geometry")
            ET.SubElement(geometry, "mesh", filename=f"hulls/{shape}.obj")
    return robot


def write_urdf(robot: ET.Element, path: Path, script: str, title: str, remarks: Sequence[str]):
    """Writes a URDF with what is known of it in a comment at its head."""
    ET.indent(robot)
    header = [title, f"Made by robots/{script}; licence and changes: NOTICE.", ""]
    comment = "\n".join(f"  {line}".rstrip() for line in (*header, *remarks))
    text = ET.tostring(robot, encoding="unicode")
    path.write_text(f'<?xml version="1.0"?>\n<!--\n{comment}\n-->\n{text}\n', encoding="utf-8")


def write_hulls(folder: Path, hulls: Mapping[str, np.ndarray]) -> None:
    """Writes the hulls of a robot and takes away what was there."""
    (folder / "hulls").mkdir(parents=True, exist_ok=True)
    for old in (folder / "hulls").glob("*.obj"):
        old.unlink()
    for name, vertices in sorted(hulls.items()):
        write_obj(folder / "hulls" / f"{name}.obj", np.round(vertices, 6))


def read_hulls(folder: Path) -> Meshes:
    """Reads the hulls of a robot's folder."""
    return {file.stem: read_obj(file) for file in sorted((folder / "hulls").glob("*.obj"))}


def compare(name: str, meshes: Meshes, hulls: Meshes, bounds: Bounds) -> list[str]:
    """Compares hulls with the meshes that they should enclose; returns what is wrong."""
    wrong = []
    print(f"{name}: {'link':28} vertices  outside [mm]  lacking [um]")
    for link in sorted(hulls):
        limit, reach = bounds(link)
        lacking = beyond(meshes[link], hulls[link])
        outside = float(distance(hulls[link], meshes[link]).max())
        row = f"{len(hulls[link]):8d} {1e3 * outside:13.3f} {max(0.0, 1e6 * lacking):13.2f}"
        print(f"{name}: {link:28} {row}")
        if len(hulls[link]) > limit or outside > reach or lacking > 1e-6:
            wrong.append(f"{name}: hull of {link}")
    return wrong


def without_hull(
    name: str, root: ET.Element, meshes: Meshes, hulls: Meshes, left_out: Sequence[str] = ()
) -> list[str]:
    """Says of the links without a hull where they are; returns those that are nowhere."""
    dropped, wrong = inside_another(root, meshes, hulls), []
    for link in sorted(set(meshes) - set(hulls) - set(left_out)):
        print(f"{name}: {link:28} inside {dropped.get(link, 'NOTHING')}")
        if link not in dropped:
            wrong.append(f"{name}: no hull for {link}")
    return wrong


def surface(vertices: np.ndarray, x: float, z: float) -> float:
    """Where the side that looks along -y of a hull has ``x`` and ``z``: its y [m]."""
    planes = ConvexHull(vertices).equations
    planes = planes[planes[:, 1] < -1e-9]
    return float(np.max(-(planes[:, 0] * x + planes[:, 2] * z + planes[:, 3]) / planes[:, 1]))


def palm(
    vertices: np.ndarray, along: tuple[float, float], at: float
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the palm of a left hand along x on its hull: the side that looks along -y.

    Args:
        vertices: Hull of the hand in its link frame, shape (n, 3) [m].
        along: Where palm and finger roots begin and end in x [m].
        at: Where the middle of the palm is in x [m].

    Returns:
        Contact point over the middle of palm and finger roots [m], and the outward normal of the
        plane that the hull spans there between the heel of the hand and the curled finger tips.
    """
    grid = [(x, z) for x in np.linspace(*along, 15) for z in np.linspace(-0.02, 0.02, 9)]
    rows = np.array([(x, z, 1.0) for x, z in grid])
    heights = np.array([surface(vertices, x, z) for x, z in grid])
    slope = np.linalg.lstsq(rows, heights, rcond=None)[0]
    normal = np.array([slope[0], -1.0, slope[1]])
    return np.array([at, surface(vertices, at, 0.0), 0.0]), normal / np.linalg.norm(normal)


def run(build: Callable[[], None], check: Callable[[bool], list[str]]) -> int:
    """Builds unless told to check only, then checks; the exit status."""
    only = "--check" in sys.argv[1:]
    if not only:
        build()
    wrong = check(not only)
    for line in wrong:
        print(f"wrong: {line}")
    print("wrong" if wrong else "all right")
    return 1 if wrong else 0
