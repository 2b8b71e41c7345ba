"""ASF and AMC files that tests write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from moving_bodies import Moves


def write_acclaim(
    path: Path,
    moves: Moves,
    *,
    order: str = "xyz",
    seed: int = 0,
    degrees: bool = True,
    header: str = "",
    beside: Path | None = None,
) -> Path:
    """A motion as AMC, its skeleton beside it.

    A joint with one child is a bone that reaches to it; one with several is a bone without length
    and for each child one more, which does not turn. Bones turn about axes of their own.

    Args:
        path: the ``.amc`` file.
        moves: what is written.
        order: the order of the bones' turns.
        seed: of the axes.
        degrees: whether angles are.
        header: more lines at the head of the AMC file.
        beside: the ``.asf`` file; of the same name if left out.
    """
    rng = np.random.default_rng(seed)
    measure = 1.0 if degrees else np.pi / 180.0
    dof = " ".join(f"r{axis}" for axis in order)
    bones: list[str] = []
    links: dict[str, list[str]] = {}
    said: dict[str, np.ndarray] = {}

    def bone(name: str, reach: np.ndarray, axis: np.ndarray, turns: bool) -> None:
        length = float(np.linalg.norm(reach))
        way = reach / length if length else np.array([0.0, 0.0, 1.0])
        lines = ["begin", f"id {len(bones) + 1}", f"name {name}"]
        lines += ["direction " + " ".join(f"{x:.12f}" for x in way), f"length {length:.12f}"]
        lines += ["axis " + " ".join(f"{x * measure:.10f}" for x in axis) + " ZXY"]
        lines += [f"dof {dof}", *["limits (-180 180)"] * turns] if turns else []
        bones.append("\n  ".join(lines) + "\n  end")

    def joint(k: int, above: str) -> None:
        name = (
            moves.names[k].replace(":", "_").replace(" ", "_") if moves.parents[k] >= 0 else "root"
        )
        children = moves.children(k)
        one = len(children) == 1 and above != ""
        if above:
            links.setdefault(above, []).append(name)
            axis = rng.uniform(-170.0, 170.0, 3)
            frame = Rotation.from_euler("zxy", axis, degrees=True)
            turn = frame.inv() * moves.local(k) * frame
            reach = moves.offsets[children[0]] if one else np.zeros(3)
            if not moves.ends[k]:
                bone(name, reach, axis, True)
                said[name] = turn.as_euler(order, degrees=True)
            else:
                links[above].pop()
        for child in children:
            at = name
            if not one and not (moves.ends[child] and not np.any(moves.offsets[child])):
                at = f"{name}_to_{child}"
                links.setdefault(name, []).append(at)
                bone(at, moves.offsets[child], np.zeros(3), False)
            joint(child, at)

    joint(moves.parents.index(-1), "")
    root = moves.parents.index(-1)
    said["root"] = np.hstack(
        [moves.positions[:, root], moves.local(root).as_euler("xyz", degrees=True)]
    )
    skeleton = beside or path.with_suffix(".asf")
    lines = [":version 1.10", ":name person", ":units", "  mass 1.0", "  length 0.45"]
    lines += [f"  angle {'deg' if degrees else 'rad'}", ":documentation", "   by a test", ":root"]
    lines += ["  order TX TY TZ RX RY RZ", "  axis XYZ", "  position 0 0 0", "  orientation 0 0 0"]
    lines += [":bonedata", *(f"  {text}" for text in bones), ":hierarchy", "  begin"]
    lines += [f"    {a} {' '.join(b)}" for a, b in links.items()] + ["  end"]
    skeleton.write_text("\n".join(lines) + "\n")
    rows = ["#!OML:ASF F:\\person.asf", ":FULLY-SPECIFIED", ":DEGREES" if degrees else ":RADIANS"]
    rows += [header] if header else []
    for frame in range(len(moves.positions)):
        rows.append(str(frame + 1))
        for name, values in said.items():
            row = values[frame].copy()
            row[-3:] *= measure
            rows.append(f"{name} " + " ".join(f"{x:.10f}" for x in row))
    path.write_text("\n".join(rows) + "\n")
    return path
