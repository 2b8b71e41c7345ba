"""Which kernel is in use, and why that one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import kinemesh.kernel
from kinemesh.doctor.report import Finding

_AGAIN = (
    "install kinemesh anew where there is a C++ compiler (Debian: apt install g++; macOS: "
    "xcode-select, command line tools), with KINEMESH_PURE_PYTHON unset"
)


def kernel_in_use() -> Finding:
    """The compiled kernel, or the reference and what keeps the other one away."""
    if kinemesh.kernel.available():
        facts = {"kernel": "native"}
        return Finding("kernel", "in use", "ok", "native, compiled with the package", facts=facts)
    return _reference(file.name for file in Path(kinemesh.kernel.__file__).parent.iterdir())


def _reference(beside: Iterable[str]) -> Finding:
    """The reference, which is several times slower, with what lies beside it by name."""
    built = [name for name in beside if name.startswith("_native.") and not name.endswith(".pyi")]
    why = "no compiled one was built with the package"
    if built:
        why = f"{', '.join(sorted(built))} does not load here: built for another Python or platform"
    facts = {"kernel": "reference", "built": sorted(built)}
    found = f"reference, several times slower: {why}"
    return Finding("kernel", "in use", "odd", found, _AGAIN, facts)
