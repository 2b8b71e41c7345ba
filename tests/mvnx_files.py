"""MVNX files that tests write."""

from __future__ import annotations

from pathlib import Path

from moving_bodies import Moves


def write_mvnx(path: Path, moves: Moves, *, joints: bool = True, orientation: bool = True) -> Path:
    """A motion [m], z up, as Xsens writes it: a calibration pose stands before it."""
    kept = [k for k, end in enumerate(moves.ends) if not end]
    names = [moves.names[k] for k in kept]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<!-- <!DOCTYPE mvnx SYSTEM 'x'> -->"]
    lines += ['<mvnx xmlns="http://www.xsens.com/mvn/mvnx" version="4">', '<mvn version="2023.2"/>']
    lines += [
        f'<subject label="Anna &amp; Bo" frameRate="{moves.fps:g}" segmentCount="{len(kept)}">'
    ]
    lines += ["<segments>"]
    for number, name in enumerate(names, start=1):
        lines += [f'<segment label="{name}" id="{number}"><points><point label="jOrigin">']
        lines += ["<pos_b>0 0 0</pos_b></point></points></segment>"]
    lines += ["</segments>", "<joints>"] if joints else ["</segments>"]
    for k, name in zip(kept, names, strict=True):
        if joints and moves.parents[k] >= 0:
            above = moves.names[moves.parents[k]]
            lines += [f'<joint label="j{name}"><connector1>{above}/j{name}</connector1>']
            lines += [f"<connector2>{name}/j{name}</connector2></joint>"]
    lines += ["</joints>"] if joints else []
    lines += [f'<frames segmentCount="{len(kept)}">']
    rest = " ".join(["1 0 0 0"] * len(kept)), " ".join(["0 0 0"] * len(kept))
    for kind in ("identity", "tpose", "tpose-isb"):
        lines += [f'<frame time="0" type="{kind}"><orientation>{rest[0]}</orientation>']
        lines += [f"<position>{rest[1]}</position></frame>"]
    for frame in range(len(moves.positions)):
        time = round(1000.0 * frame / moves.fps)
        turns = moves.turns[frame, kept][:, [3, 0, 1, 2]].ravel()
        places = moves.positions[frame, kept].ravel()
        lines += [f'<frame time="{time}" index="{frame}" type="normal">']
        if orientation:
            lines += ["<orientation>" + " ".join(f"{x:.9f}" for x in turns) + "</orientation>"]
        lines += ["<position>" + " ".join(f"{x:.9f}" for x in places) + "</position>"]
        lines += ["<velocity>" + " ".join(["0"] * len(places)) + "</velocity></frame>"]
    lines += ["</frames>", "</subject>", "</mvnx>"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
