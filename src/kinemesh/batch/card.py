"""The data-set card: what is in a batch's folder, from its manifest alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from kinemesh._files.disk import write_whole
from kinemesh.batch.line import FAILED, KEPT, MADE, REJECTED, SKIPPED, UNSURE, Record


def card(records: Iterable[Record]) -> dict[str, Any]:
    """Counts, hours, robots and verdicts."""
    lines = list(records)
    kept = [line for line in lines if line["status"] == KEPT]
    made = sum(line["status"] in MADE for line in lines)
    return {
        "clips": len({line["clip"] for line in lines}),
        "variants": len(lines),
        **{
            status: sum(line["status"] == status for line in lines)
            for status in (*MADE, FAILED, SKIPPED)
        },
        "pass_rate": len(kept) / made if made else None,
        "hours": sum(line["frames"] / line["fps"] for line in kept) / 3600.0,
        "frames": sum(line["frames"] for line in kept),
        "robots": dict(sorted(Counter(line["options"]["robot"] for line in kept).items())),
        "formats": sorted({str(line["options"]["format"] or "kinemesh") for line in kept}),
        "versions": sorted({line["version"] for line in lines}),
        "unsure_for": dict(
            Counter(
                name
                for line in lines
                if line["status"] == UNSURE
                for name in line.get("doubts", ())
            ).most_common()
        ),
        "rejected_for": dict(
            Counter(name for line in lines for name in line.get("failed", ())).most_common()
        ),
        "failed_for": dict(
            Counter(line["reason"] for line in lines if line["status"] == FAILED).most_common()
        ),
    }


def write_card(folder: Path, records: Iterable[Record]) -> dict[str, Any]:
    """Write ``card.json`` and ``card.md``."""
    facts = card(records)
    texts = {"card.json": json.dumps(facts, indent=2) + "\n", "card.md": _markdown(facts)}
    for name, text in texts.items():
        content = text.encode(errors="replace")
        write_whole(folder / name, partial(Path.write_bytes, data=content))
    return facts


def _markdown(facts: dict[str, Any]) -> str:
    rate = facts["pass_rate"]
    robots = ", ".join(f"{name} ({count})" for name, count in facts["robots"].items())
    rows = [
        ("clips", facts["clips"]),
        ("motions kept", facts[KEPT]),
        ("hours kept", f"{facts['hours']:.3f}"),
        ("robots", robots or "none"),
        ("formats", ", ".join(facts["formats"]) or "none"),
        ("not judged in full, set apart", facts[UNSURE]),
        ("rejected by the verdict", facts[REJECTED]),
        ("pass rate", "-" if rate is None else f"{rate:.1%}"),
        ("failed", facts[FAILED]),
        ("skipped, not applicable", facts[SKIPPED]),
        ("kinemesh", ", ".join(facts["versions"])),
    ]
    text = ["# Data set", "", "| | |", "|---|---|"]
    text += [f"| {name} | {value} |" for name, value in rows]
    for title, what in (
        ("Unsure for", "unsure_for"),
        ("Rejected for", "rejected_for"),
        ("Failed for", "failed_for"),
    ):
        if facts[what]:
            text += ["", f"## {title}", "", "| reason | motions |", "|---|---|"]
            text += [
                f"| {reason.replace('|', '/').replace(chr(10), ' ')} | {count} |"
                for reason, count in facts[what].items()
            ]
    return "\n".join(text) + "\n"
