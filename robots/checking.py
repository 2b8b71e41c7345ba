"""Checks of the built folders with Pinocchio and coal, as a user of the folder would load it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import coal
import numpy as np
import pinocchio as pin
from hulls import read_obj
from scipy.spatial import ConvexHull

SIDES = ("left", "right")


def load(folder: Path) -> tuple[pin.Model, pin.GeometryModel, dict]:
    """Loads a folder: the model on a floating base, its convex hulls and its robot.toml."""
    robot = tomllib.loads((folder / "robot.toml").read_text(encoding="utf-8"))
    urdf = str(folder / robot["urdf"])
    model = pin.buildModelFromUrdf(urdf, pin.JointModelFreeFlyer())
    hulls = pin.buildGeomFromUrdf(model, urdf, pin.COLLISION, package_dirs=[str(folder)])
    for item in hulls.geometryObjects:
        item.geometry.buildConvexHull(True, "Qt")
        item.geometry = item.geometry.convex
    return model, hulls, robot


def posture(model: pin.Model, angles: dict[str, float]) -> np.ndarray:
    """Configuration with the pelvis at the origin and joints at the given angles [rad]."""
    q = pin.neutral(model)
    for name, angle in angles.items():
        q[model.joints[model.getJointId(name)].idx_q] = angle
    return q


def place(model: pin.Model, q: np.ndarray, link: str, offset: list[float]) -> np.ndarray:
    """World position of a point of a link [m]."""
    data = model.createData()
    pin.framesForwardKinematics(model, data, q)
    return data.oMf[model.getFrameId(link)].act(np.array(offset))


def joints_between(model: pin.Model, a: int, b: int) -> int:
    """Number of joints on the way from one joint's body to another's."""
    up = [list(model.supports[j]) for j in (a, b)]
    common = len(set(up[0]) & set(up[1]))
    return len(up[0]) + len(up[1]) - 2 * common


def far_pairs(model: pin.Model, hulls: pin.GeometryModel, reach: int) -> list[tuple[int, int]]:
    """Pairs of hulls more than ``reach`` joints apart."""
    items = hulls.geometryObjects
    return [
        (i, j)
        for i in range(len(items))
        for j in range(i + 1, len(items))
        if joints_between(model, items[i].parentJoint, items[j].parentJoint) > reach
    ]


def gaps(
    model: pin.Model, hulls: pin.GeometryModel, q: np.ndarray, pairs: list[tuple[int, int]]
) -> np.ndarray:
    """Signed distance of each pair of hulls at a configuration [m]."""
    data, places = model.createData(), hulls.createData()
    pin.updateGeometryPlacements(model, data, hulls, places, q)
    items, out = hulls.geometryObjects, []
    for i, j in pairs:
        request, result = coal.DistanceRequest(), coal.DistanceResult()
        a, b = (coal.Transform3s(places.oMg[k].rotation, places.oMg[k].translation) for k in (i, j))
        out.append(coal.distance(items[i].geometry, a, items[j].geometry, b, request, result))
    return np.array(out)


def check_model(folder: Path, mass: float) -> list[str]:
    """Loads a folder and compares it with what it claims.

    Args:
        folder: The data folder.
        mass: Total mass that is expected [kg].

    Returns:
        What is wrong, one line each.
    """
    model, hulls, robot = load(folder)
    wrong = []
    total = sum(inertia.mass for inertia in model.inertias)
    if abs(total - mass) > 1e-3:
        wrong.append(f"mass {total:.4f} kg, expected {mass} kg")
    for part in ("landmarks", "soles", "hands"):
        for name, entry in robot[part].items():
            if not model.existFrame(entry["link"]):
                wrong.append(f"{part}.{name}: no link {entry['link']}")
    names = set(model.names[2:])
    if set(robot["rest"]) != names or not set(robot.get("limits", {})) <= names:
        wrong.append("rest or limits do not name the joints")
    q = posture(model, robot["rest"])
    lower, upper = model.lowerPositionLimit.copy(), model.upperPositionLimit.copy()
    for name, limit in robot.get("limits", {}).items():
        k = model.joints[model.getJointId(name)].idx_q
        if not lower[k] <= limit["lower"] < limit["upper"] <= upper[k]:
            wrong.append(f"limits.{name} are not inside the URDF's")
        lower[k], upper[k] = limit["lower"], limit["upper"]
    if np.any(q[7:] < lower[7:]) or np.any(q[7:] > upper[7:]):
        wrong.append("rest posture outside limits")

    soles = {
        side: np.array([place(model, q, s["link"], c) for c in s["corners"]])
        for side, s in robot["soles"].items()
    }
    heights = np.vstack(list(soles.values()))[:, 2]
    if np.ptp(heights) > 1e-4:
        wrong.append(f"soles not level at rest: {np.ptp(heights):.6f} m")
    sides = [
        [place(model, q, robot[p][n]["link"], robot[p][n][k]) for p, n, k in places]
        for places in (
            [("hands", side, "point")]
            + [("landmarks", n, "offset") for n in robot["landmarks"] if n.startswith(side)]
            for side in SIDES
        )
    ]
    skew = np.abs(np.array(sides[0]) * (1.0, -1.0, 1.0) - np.array(sides[1])).max()
    if skew > 1e-4:
        wrong.append(f"rest posture not symmetric: {skew:.6f} m")
    for part, key in (("soles", "corners"), ("hands", "point")):
        for side, entry in robot[part].items():
            shell = ConvexHull(
                read_obj(folder / "hulls" / f"{entry.get('hull', entry['link'])}.obj")
            )
            points = np.atleast_2d(entry[key])
            room = (points @ shell.equations[:, :3].T + shell.equations[:, 3]).max(axis=1)
            if np.abs(room).max() > 1e-6:
                wrong.append(f"{part}.{side} not on the hull: {np.abs(room).max():.6f} m")
    centre = pin.centerOfMass(model, model.createData(), q)
    feet = np.vstack(list(soles.values()))
    if not np.all((feet.min(0)[:2] < centre[:2]) & (centre[:2] < feet.max(0)[:2])):
        wrong.append("centre of mass not above the soles at rest")
    print(f"{folder.name}: mass {total:.3f} kg, pelvis {-heights.mean():.4f} m above the soles,")
    print(f"  soles level to {1e6 * np.ptp(heights):.2f} um, symmetric to {1e6 * skew:.2f} um,")
    print(f"  centre of mass {centre[0]:+.3f} m before the pelvis at rest")

    items = hulls.geometryObjects
    pairs = far_pairs(model, hulls, robot["collision"]["neighbours"])
    for title, at in (("rest", q), ("zero", pin.neutral(model))):
        for (i, j), gap in zip(pairs, gaps(model, hulls, at, pairs), strict=True):
            link = [hulls_name(items[k].name) for k in (i, j)]
            if gap < 0.0:
                wrong.append(f"{link[0]} and {link[1]} penetrate at {title}: {1e3 * gap:.1f} mm")
    return wrong


def check_agreement(one: Path, other: Path) -> list[str]:
    """Compares where two folders have their hulls and hands in the world at zero pose.

    Args:
        one: A data folder.
        other: Another, with the same links.

    Returns:
        What lies more than 0.1 mm apart, one line each.
    """
    worlds = []
    for folder in (one, other):
        model, hulls, robot = load(folder)
        q, data, places = pin.neutral(model), model.createData(), hulls.createData()
        pin.updateGeometryPlacements(model, data, hulls, places, q)
        world = {}
        for item, at in zip(hulls.geometryObjects, places.oMg, strict=True):
            name = hulls_name(item.name)
            points = read_obj(folder / "hulls" / f"{name}.obj") @ at.rotation.T + at.translation
            world[f"hull of {name}"] = points[np.lexsort(np.round(points, 5).T)]
        for name, entry in robot["landmarks"].items():
            world[name] = place(model, q, entry["link"], entry["offset"])
        worlds.append(world)
    apart = {name: float(np.abs(worlds[0][name] - worlds[1][name]).max()) for name in worlds[0]}
    print(f"{one.name} and {other.name} at zero pose: {1e3 * max(apart.values()):.4f} mm apart")
    return [f"{name}: {1e3 * gap:.3f} mm apart" for name, gap in apart.items() if gap > 1e-4]


def hulls_name(geometry: str) -> str:
    """Link of a collision geometry: Pinocchio appends ``_0``."""
    return geometry.removesuffix("_0")
