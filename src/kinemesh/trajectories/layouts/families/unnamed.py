"""All bodies in one of two orders and without names: BeyondMimic's and mjlab's archives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinemesh.errors import ReadError
from kinemesh.motion.links import Links
from kinemesh.trajectories.checks import finite, unit
from kinemesh.trajectories.containers import Contents
from kinemesh.trajectories.facts import Facts
from kinemesh.trajectories.findings import Finding, Oddity
from kinemesh.trajectories.layouts.families.columns import (
    free_joint,
    joints_of,
    like,
    links_of,
    rates_of,
    w_last,
    wrong_count,
)
from kinemesh.trajectories.layouts.families.orders import joint_misfit, link_misfit, orders
from kinemesh.trajectories.layouts.families.rows import sound
from kinemesh.trajectories.raw import RawBodies, RawMotion, Target, into

KEYS = ("joint_pos", "body_pos_w", "body_quat_w")
WHERE = {
    "turn": "body_quat_w",
    "joints": "joint_pos",
    "joint_rates": "joint_vel",
    "linear": "body_lin_vel_w",
    "angular": "body_ang_vel_w",
    "bodies": "body_pos_w",
}
_ANOTHER = 0.02
"""Links this far [m] from where the robot has them are another robot's."""
_STILL = 1e-6
"""The world body is this close [m] to the origin in every frame."""
_FRAMES = 40
_OTHERS = {"qpos", "contact_info"}
"""Arrays of other families, holosoma's and OmniContact's, that have these arrays too."""


def has_names(contents: Contents) -> bool:
    """Whether joints and bodies are named, or the file is of another family altogether."""
    named = {"joint_names", "body_names"} <= contents.names.keys()
    return named or bool(_OTHERS & contents.arrays.keys())


def decode(facts: Facts, contents: Contents, target: Target) -> RawMotion:
    """The root is the first body that is not the world."""
    links, count = target.links, len(target.joint_names)
    given = contents.arrays.get("joint_pos")
    oddities = []
    if given is not None and given.ndim == 2 and given.shape[1] == count + 7:
        joints = given[:, 7:]
        refusal = wrong_count(contents, "joint_pos", given, target)
        oddities.append(free_joint("joint_pos", True, count, refusal=refusal))
    else:
        joints = joints_of(contents, "joint_pos", target)
    places = contents.array("body_pos_w", len(joints), None, 3)
    turns = w_last(contents.array("body_quat_w", len(joints), places.shape[1], 4))
    bodies, skip = places.shape[1], 0
    if facts.breadth_first:
        links_of(contents, target)
    still = bodies > 0 and np.abs(places[:, 0]).max(initial=0.0) < _STILL
    if links is not None and bodies == len(links) + 1 and still:
        skip = 1
        finding = Finding(
            "world-body",
            "body_pos_w, column 0",
            f"{bodies} bodies for {len(links)} links; the first stays at the origin",
            f"drop it: readers of {facts.name} take the first body for the root",
        )
        oddities.append(Oddity(finding))
    columns = np.arange(count)
    if links is not None and facts.breadth_first:
        columns = links.breadth_first_joints()
    return RawMotion(
        facts,
        target,
        places[:, skip],
        turns[:, skip],
        into(joints, columns),
        columns,
        contents.number("fps"),
        {**facts.where, "place": f"body_pos_w, column {skip}"},
        oddities=tuple(oddities),
    )


def settle(contents: Contents, raw: RawMotion, told: bool) -> RawMotion:
    """The joints in the order that fits the bodies."""
    links = raw.target.links
    if links is None or len(links) != contents.arrays["body_pos_w"].shape[1]:
        return raw
    wanted = "breadth first" if raw.facts.breadth_first else "depth first"
    bodies, found, notes, warnings = body_order(contents, raw.target)
    if bodies != wanted:
        warnings = (*warnings, f"{contents.path.name}: its bodies are {bodies}, not {wanted}")
    raw = raw if found == wanted else raw.reordered(orders(links)[found][1])
    return replace(raw, notes=(*raw.notes, *notes), warnings=(*raw.warnings, *warnings))


def inspect(contents: Contents, raw: RawMotion) -> RawMotion:
    """All bodies in the format's order, with their velocities."""
    links, (frames, count) = raw.links, contents.arrays["body_pos_w"].shape[:2]
    skip = count - len(links)
    if skip not in (0, 1) or skip != ("world-body" in [o.finding.trap for o in raw.oddities]):
        raise ReadError(
            f"{contents.path.name} has {count} bodies without names; the robot "
            f"{links.robot!r} has {len(links)} links: check the robot (robot=)"
        )
    order = links.breadth_first() if raw.facts.breadth_first else np.arange(len(links))
    linear = like(contents, "body_lin_vel_w", frames, count, 3)
    angular = like(contents, "body_ang_vel_w", frames, count, 3)
    rates = contents.arrays.get("joint_vel")
    if rates is not None and rates.ndim == 2 and rates.shape[1] > len(raw.columns):
        rates = rates[:, -len(raw.columns) :]
    bodies = RawBodies(
        order,
        np.zeros((len(order), 3)),
        contents.arrays["body_pos_w"][:, skip:],
        w_last(contents.arrays["body_quat_w"])[:, skip:],
        None if linear is None else linear[:, skip:],
        None if angular is None else angular[:, skip:],
    )
    return replace(raw, bodies=bodies, joint_rates=rates_of(rates, raw.columns, frames))


def body_order(
    contents: Contents, target: Target
) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """The orders of bodies and joints that fit the robot, with notes and warnings.

    Raises:
        ReadError: no links to compare with, or other numbers of bodies than the robot has.
    """
    name, links = contents.path.name, target.links
    joints = joints_of(contents, "joint_pos", target)
    places = finite(contents, "body_pos_w", contents.array("body_pos_w", len(joints), None, 3))
    turns = contents.array("body_quat_w", *places.shape[:2], 4)
    finite(contents, "joint_pos", joints)
    if links is None:
        raise ReadError(
            f"{name} does not name its bodies: whether it is BeyondMimic's or mjlab's can only be "
            f"told with the robot's links: give links=, or format="
        )
    if places.shape[1] != len(links):
        raise ReadError(
            f"{name} has {places.shape[1]} bodies without names; the robot {target.robot!r} has "
            f"{len(links)} links: check the robot, or say which layout it is (format=...)"
        )
    unit(contents, "a body", turns.reshape(-1, 4), "w x y z")
    xyzw = w_last(turns)
    known = orders(links)
    fits = {kind: link_misfit(links, known[kind][0], places, xyzw) for kind in known}
    bodies = min(fits, key=lambda kind: fits[kind])
    turned = {
        kind: joint_misfit(links, known[bodies][0], known[kind][1], xyzw, joints) for kind in known
    }
    found = min(turned, key=lambda kind: turned[kind])
    note = (
        f"order: bodies {bodies}, joints {found} (found: links fit {target.robot} to "
        f"{fits[bodies] * 1e3:.1f} mm and {np.rad2deg(turned[found]):.2f} deg)"
    )
    warnings = []
    if found != bodies:
        warnings.append(
            f"{name}: its bodies are {bodies} and its joints {found}: no trainer reads both right"
        )
    if fits[bodies] > _ANOTHER:
        warnings.append(
            f"{name}: its bodies lie {fits[bodies] * 1e3:.0f} mm from where {target.robot}'s links "
            f"are: is it another robot's?"
        )
    return bodies, found, (note,), tuple(warnings)


def seems_breadth_first(contents: Contents, links: Links) -> bool:
    """The order of a file with anything wrong, by the distances of neighbours, in any unit."""
    places = contents.arrays["body_pos_w"]
    if places.ndim != 3 or places.shape[1] not in (len(links), len(links) + 1):
        return False
    places = sound(places)[:: max(1, len(places) // _FRAMES), -len(links) :]
    if not len(places):
        return False
    off = {}
    for name, (order, _) in orders(links).items():
        own = into(places, order)
        found = np.linalg.norm(own[:, 1:] - own[:, links.parents[1:]], axis=-1)
        wanted = np.linalg.norm(links.offsets[1:], axis=-1)
        scale = np.sum(found * wanted) / np.sum(wanted**2) / len(found)
        off[name] = float(np.mean(np.abs(found / max(scale, 1e-9) - wanted)))
    return off["breadth first"] < off["depth first"]
