"""A command line or two for every command, shown by its help and in docs/commands.md."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "retarget": (
        "kinemesh retarget walk.bvh --rate 50 -o walk.npz",
        "kinemesh retarget lift.pt --object box.obj --height 1.80 -o lift.npz",
    ),
    "evaluate": (
        "kinemesh evaluate lift.npz",
        "kinemesh evaluate theirs.csv --source-fps 30 --clip lift.pt --object box.obj --strict",
    ),
    "simulate": ("kinemesh simulate lift.npz --seeds 3 -o lift_physical.npz",),
    "report": ("kinemesh report ours.npz theirs.npz --clip lift.pt -o report.html",),
    "render": (
        "kinemesh render lift.npz -o lift.mp4",
        "kinemesh render lift.npz --frames 6 --camera left --show-person over -o lift.png",
    ),
    "view": ("kinemesh view lift.npz",),
    "live": (
        "kinemesh live walk.bvh --view",
        "kinemesh live mvn://:9763 --publish 5556 -o session.npz",
    ),
    "convert": (
        "kinemesh convert lift.npz lift_mjlab.npz --to mjlab",
        "kinemesh convert walk.csv walk_mjlab.npz --to mjlab --source-fps 30",
    ),
    "terrain": ("kinemesh terrain stairs.bvh -o stairs.obj",),
    "augment": ("kinemesh augment lift.pt --object box.obj --spec variants.toml",),
    "batch": (
        "kinemesh batch mocap/ --output dataset --to mjlab --workers 2",
        "kinemesh batch clips.toml --spec variants.toml --output dataset",
    ),
    "lint": ("kinemesh lint walk_mjlab.npz --fix walk_mended.npz",),
    "demo": ("kinemesh demo", "kinemesh demo kneel crawl --output demo"),
    "info": ("kinemesh info lift.npz",),
    "robot new": ("kinemesh robot new h2.urdf -o h2",),
    "robot check": ("kinemesh robot check h2 --picture h2.png",),
    "doctor": ("kinemesh doctor", "kinemesh doctor --json > doctor.json"),
}
"""Command to its examples."""


def with_examples(description: str | None, command: str) -> str:
    """A command's description with its examples below."""
    lines = EXAMPLES[command]
    head = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join([(description or "").strip(), "", head, *(f"  {line}" for line in lines)])
