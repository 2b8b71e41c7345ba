"""Builds the folders ``robots/g1`` and ``robots/g1_base`` from the example-robot-data package.

Run it where ``example-robot-data``, ``pin``, ``numpy`` and ``scipy`` are installed::

    python robots/build_g1.py            # writes both folders, then checks them
    python robots/build_g1.py --check    # checks the folders as they are, 1 on failure

The folders need neither the package nor its meshes afterwards. A rerun writes the same bytes.
"""

from __future__ import annotations

import sys
import sysconfig
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from check_g1 import check_agreement, check_model
from g1_text import NOTICE, robot_toml
from hulls import beyond, distance, enclose, read_obj, read_stl, write_obj
from scipy.spatial import ConvexHull

SOURCE = Path("share/example-robot-data/robots/g1_description/urdf/g1_29dof_rev_1_0.urdf")
HERE = Path(__file__).resolve().parent
CONTAINED = 1e-4
"""A hull this close to being inside another of the same rigid body is dropped [m]."""


@dataclass(frozen=True)
class Family:
    """One of the two hardware families of the 29-dof G1.

    Attributes:
        folder: Name of the data folder.
        title: One line for the files' headers.
        remarks: What is known of the figures and from where.
        mass: Total mass [kg].
        joints: Corrected numbers by joint, as ``{"origin.xyz": "0 0 1"}`` [m, N m, rad/s].
        inertials: Mass [kg], centre of mass [m] and inertia xx xy xz yy yz zz [kg m^2] by link.
        raised: Height by which a link frame sits above its place in rev 1.0 at zero pose [m].
    """

    folder: str
    title: str
    remarks: tuple[str, ...]
    mass: float
    joints: dict[str, dict[str, str]] = field(default_factory=dict)
    inertials: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    raised: dict[str, float] = field(default_factory=dict)


def _base_joints() -> dict[str, dict[str, str]]:
    """What the base family's joints have otherwise than rev 1.0."""
    ankle = {"limit.effort": "50", "limit.velocity": "37"}
    joints = {
        "waist_roll_joint": {"origin.xyz": "-0.0039635 0 0.035", **ankle},
        "waist_pitch_joint": {"origin.xyz": "0 0 0.019", **ankle},
        "left_shoulder_pitch_joint": {"origin.xyz": "0.0039563 0.10022 0.23778"},
        "right_shoulder_pitch_joint": {"origin.xyz": "0.0039563 -0.10021 0.23778"},
        "logo_joint": {"origin.xyz": "0.0039635 0 -0.054"},
        "head_joint": {"origin.xyz": "0.0039635 0 -0.054"},
        "imu_in_torso_joint": {"origin.xyz": "-0.03959 -0.00224 0.13792"},
        "d435_joint": {"origin.xyz": "0.0576235 0.01753 0.41987"},
        "mid360_joint": {"origin.xyz": "0.0002835 0.00003 0.40618"},
    }
    for side in ("left", "right"):
        joints[f"{side}_hip_roll_joint"] = {"limit.effort": "88", "limit.velocity": "32"}
        joints[f"{side}_ankle_pitch_joint"] = dict(ankle)
        joints[f"{side}_ankle_roll_joint"] = dict(ankle)
    return joints


FAMILIES = (
    Family(
        folder="g1",
        title="Unitree G1, 29 dof, hardware family rev 1.0",
        remarks=("Kinematics, inertias and limits: unchanged from the source.",),
        mass=33.341,
    ),
    Family(
        folder="g1_base",
        title="Unitree G1, 29 dof, base hardware family",
        remarks=(
            "Figures that differ from rev 1.0 (source: Unitree G1 29dof base-family description):",
            "origins of waist_roll, waist_pitch, shoulder_pitch and of the frames fixed to the",
            "torso; effort and velocity of hip_roll, ankle_pitch, ankle_roll, waist_roll and",
            "waist_pitch; mass, centre of mass and inertia of waist_yaw, waist_roll and torso.",
            "Total 35.114 kg; the 35.149 kg often given count 0.035 kg of bodiless marker points.",
            "Its own shells of waist and torso are not shipped. The hulls are those of rev 1.0, at",
            "the same place in the world at zero pose: the rev 1.0 torso encloses the base one to",
            "1 mm and is up to 16 mm larger at the neck, where the head is; waist_yaw differs by",
            "up to 10 mm, and waist_roll by 11 mm, which is hidden inside its neighbours.",
        ),
        mass=35.114,
        joints=_base_joints(),
        inertials={
            "waist_yaw_link": (
                "0.244",
                "0.003964 0 0.018769",
                "9.9587E-05 -1.833E-06 -1.2617E-05 0.00012411 -1.18E-07 0.00015586",
            ),
            "waist_roll_link": (
                "0.047",
                "0 -0.000236 0.010111",
                "7.515E-06 0 0 6.398E-06 9.9E-08 3.988E-06",
            ),
            "torso_link": (
                "8.562",
                "0.002601 0.000257 0.153719",
                "0.065674966 -8.597E-05 -0.001737252 0.053535188 8.6899E-05 0.030808125",
            ),
        },
        raised={"waist_roll_link": -0.009, "torso_link": 0.010},
    ),
)


def find_source() -> Path:
    """Finds the rev 1.0 URDF in the installed example-robot-data package."""
    paths = sysconfig.get_paths()
    sites = {paths["purelib"], paths["platlib"], *(p for p in sys.path if p)}
    roots = [Path(sys.prefix), *(Path(site) / "cmeel.prefix" for site in sorted(sites))]
    for root in roots:
        if (root / SOURCE).is_file():
            return root / SOURCE
    raise SystemExit("example-robot-data is not installed: pip install example-robot-data")


def read_source() -> tuple[ET.Element, dict[str, np.ndarray]]:
    """Reads the source URDF and the vertices of each link's visual mesh [m]."""
    path = find_source()
    root = ET.parse(path).getroot()
    meshes = {}
    for link in root.iter("link"):
        mesh = link.find("visual/geometry/mesh")
        if mesh is not None:
            file = path.parents[1] / "meshes" / mesh.attrib["filename"].rsplit("/", 1)[1]
            meshes[link.attrib["name"]] = read_stl(file)
    return root, meshes


def bounds(link: str) -> tuple[int, float]:
    """Largest number of vertices and largest distance outside the mesh [m] for a link's hull."""
    fine = "ankle_roll" in link or "hand" in link
    return (128, 1e-3) if fine else (64, 3e-3)


def sole_height(meshes: dict[str, np.ndarray]) -> float:
    """Height of the flat sole in the ankle_roll frames, rounded down to 1e-6 [m]."""
    low = min(meshes[f"{side}_ankle_roll_link"][:, 2].min() for side in ("left", "right"))
    return float(np.floor(low * 1e6) / 1e6)


def build_hulls(meshes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Makes the hull of every link; a right link's hull is its left twin's, mirrored.

    Args:
        meshes: Vertices of the meshes by link [m].

    Returns:
        Vertices of the hulls by link [m].
    """
    mirror = np.array([1.0, -1.0, 1.0])
    hulls: dict[str, np.ndarray] = {}
    for link in sorted(meshes):
        if link.startswith("right_"):
            hulls[link] = hulls["left_" + link.removeprefix("right_")] * mirror
            continue
        points = meshes[link]
        if link.startswith("left_"):
            twin = meshes["right_" + link.removeprefix("left_")]
            points = np.vstack([points, twin * mirror])
        limit, reach = bounds(link)
        floor = sole_height(meshes) if "ankle_roll" in link else None
        hulls[link] = enclose(points, limit, reach, floor)
        print(f"hull of {link}: {len(hulls[link])} vertices", flush=True)
    return hulls


def inside_another(
    root: ET.Element, meshes: dict[str, np.ndarray], hulls: dict[str, np.ndarray]
) -> dict[str, str]:
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


def write_urdf(root: ET.Element, family: Family, links: set[str], path: Path) -> None:
    """Writes a family's URDF.

    Args:
        root: The source URDF; not changed.
        family: What differs.
        links: Links that have a hull.
        path: The file to write.
    """
    robot = ET.fromstring(ET.tostring(root))
    robot.attrib["name"] = family.folder
    for material in robot.findall("material"):
        robot.remove(material)
    for link in robot.iter("link"):
        name = link.attrib["name"]
        for tag in ("visual", "collision"):
            for element in link.findall(tag):
                link.remove(element)
        if name in family.inertials:
            mass, centre, inertia = family.inertials[name]
            link.find("inertial/mass").attrib["value"] = mass
            link.find("inertial/origin").attrib["xyz"] = centre
            keys = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
            link.find("inertial/inertia").attrib.update(zip(keys, inertia.split(), strict=True))
        if name in links:
            geometry = ET.SubElement(ET.SubElement(link, "collision"), "geometry")
            ET.SubElement(geometry, "mesh", filename=f"hulls/{name}.obj")
    for joint in robot.iter("joint"):
        for key, value in family.joints.get(joint.attrib["name"], {}).items():
            tag, attribute = key.split(".")
            joint.find(tag).attrib[attribute] = value
    ET.indent(robot)
    header = [family.title, "Made by robots/build_g1.py; licence and changes: NOTICE.", ""]
    comment = "\n".join(f"  {line}".rstrip() for line in (*header, *family.remarks))
    text = ET.tostring(robot, encoding="unicode")
    path.write_text(f'<?xml version="1.0"?>\n<!--\n{comment}\n-->\n{text}\n', encoding="utf-8")


def palm(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the palm of the left hand on its hull: the side that looks along -y.

    Args:
        vertices: Hull of the left rubber hand in its link frame, shape (n, 3) [m].

    Returns:
        Contact point over the middle of palm and finger roots [m], and the outward normal of the
        plane that the hull spans there between the heel of the hand and the curled finger tips.
    """
    planes = ConvexHull(vertices).equations
    planes = planes[planes[:, 1] < -1e-9]

    def surface(x: float, z: float) -> float:
        return float(np.max(-(planes[:, 0] * x + planes[:, 2] * z + planes[:, 3]) / planes[:, 1]))

    grid = [(x, z) for x in np.linspace(0.03, 0.10, 15) for z in np.linspace(-0.02, 0.02, 9)]
    rows = np.array([(x, z, 1.0) for x, z in grid])
    slope = np.linalg.lstsq(rows, np.array([surface(x, z) for x, z in grid]), rcond=None)[0]
    normal = np.array([slope[0], -1.0, slope[1]])
    return np.array([0.06, surface(0.06, 0.0), 0.0]), normal / np.linalg.norm(normal)


def build() -> None:
    """Writes both folders."""
    root, meshes = read_source()
    hulls = build_hulls(meshes)
    dropped = inside_another(root, meshes, hulls)
    for link, other in sorted(dropped.items()):
        print(f"hull of {link} dropped: inside that of {other}")
    point, normal = palm(hulls["left_rubber_hand"])
    for family in FAMILIES:
        folder = HERE / family.folder
        (folder / "hulls").mkdir(parents=True, exist_ok=True)
        for old in (folder / "hulls").glob("*.obj"):
            old.unlink()
        for link in sorted(set(hulls) - set(dropped)):
            shift = np.array([0.0, 0.0, -family.raised.get(link, 0.0)])
            write_obj(folder / "hulls" / f"{link}.obj", np.round(hulls[link] + shift, 6))
        write_urdf(root, family, set(hulls) - set(dropped), folder / "g1.urdf")
        raised = family.raised.get("torso_link", 0.0)
        text = robot_toml(family.folder, family.title, sole_height(meshes), point, normal, raised)
        (folder / "robot.toml").write_text(text, encoding="utf-8")
        (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")


def check() -> list[str]:
    """Compares the folders with the package; returns what is wrong."""
    root, meshes = read_source()
    wrong = []
    for family in FAMILIES:
        print(f"{family.folder}: {'link':28} vertices  outside [mm]  lacking [um]")
        hulls = {}
        for link, mesh in sorted(meshes.items()):
            path = HERE / family.folder / "hulls" / f"{link}.obj"
            if not path.is_file():
                continue
            hulls[link] = read_obj(path) + np.array([0.0, 0.0, family.raised.get(link, 0.0)])
            limit, reach = bounds(link)
            lacking, outside = beyond(mesh, hulls[link]), float(distance(hulls[link], mesh).max())
            row = f"{len(hulls[link]):8d} {1e3 * outside:13.3f} {max(0.0, 1e6 * lacking):13.2f}"
            print(f"{family.folder}: {link:28} {row}")
            if len(hulls[link]) > limit or outside > reach or lacking > 1e-6:
                wrong.append(f"{family.folder}: hull of {link}")
        dropped = inside_another(root, meshes, hulls)
        for link in sorted(set(meshes) - set(hulls)):
            print(f"{family.folder}: {link:28} inside {dropped.get(link, 'NOTHING')}")
            if link not in dropped:
                wrong.append(f"{family.folder}: no hull for {link}")
        wrong += check_model(HERE / family.folder, family.mass)
    return wrong + check_agreement(*(HERE / family.folder for family in FAMILIES))


def main() -> int:
    """Builds unless told to check only, then checks."""
    if "--check" not in sys.argv[1:]:
        build()
    wrong = check()
    for line in wrong:
        print(f"wrong: {line}")
    print("wrong" if wrong else "all right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
