"""The packages that kinemesh asks for, and what is installed of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

from packaging.requirements import Requirement

from kinemesh.doctor.report import Finding

EXTRAS: Mapping[str, str] = {
    "c3d": "reads .c3d",
    "decompose": "cuts objects and terrain into convex parts",
    "fbx": "reads .fbx",
    "live": "messages by ZeroMQ, from and to the command live",
    "parquet": "writes a batch's index.parquet",
    "physics": "a simulated robot that follows: the command simulate",
    "picture": "pictures of robots and results",
    "ray": "batches on a cluster",
    "render": "films and contact sheets: the command render",
    "report": "web pages that judge and show: the command report",
    "smplx": "the project's own tests of body models",
    "viewer": "the viewer in a browser: the command view",
}
"""Extra to what it gives. Those of developers (``test``, ``dev``, ``docs``) are not looked at."""


def packages() -> Iterator[Finding]:
    """Every package that kinemesh and its extras ask for."""
    try:
        asked = [Requirement(text) for text in metadata.requires("kinemesh") or ()]
    except metadata.PackageNotFoundError:
        mend = "pip install kinemesh, or pip install -e . in a checkout"
        found = "kinemesh is not installed: what it asks for is not known"
        yield Finding("packages", "kinemesh", "odd", found, mend)
        return
    for one in asked:
        if "extra" not in str(one.marker) and (one.marker is None or one.marker.evaluate()):
            yield _dependency(one)
    for extra, gives in sorted(EXTRAS.items()):
        wanted = [one for one in asked if _is_of(one, extra)]
        if wanted:
            yield extra_finding(extra, gives, wanted)


def version_of(package: str) -> str | None:
    """The version that is installed; None where none is."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _is_of(one: Requirement, extra: str) -> bool:
    """Whether a package is asked for by an extra, and by kinemesh without it not."""
    if one.marker is None or one.marker.evaluate({"extra": ""}):
        return False
    return one.marker.evaluate({"extra": extra})


def _dependency(one: Requirement) -> Finding:
    found, bounds = version_of(one.name), _bounds(one)
    facts = {"installed": found, "wanted": bounds}
    mend = f'pip install "{one.name}{one.specifier}"'
    if found is None:
        said = f"not installed; needed: {bounds}"
        return Finding("packages", one.name, "broken", said, mend, facts)
    if not one.specifier.contains(found, prereleases=True):
        said = f"{found}, and {bounds} is needed"
        return Finding("packages", one.name, "broken", said, mend, facts)
    return Finding("packages", one.name, "ok", f"{found} ({bounds})", facts=facts)


def extra_finding(extra: str, gives: str, wanted: Iterable[Requirement]) -> Finding:
    """What is installed of an extra: nobody has to have it; what is there has to fit."""
    found = {one.name: version_of(one.name) for one in wanted}
    facts = {"installed": found, "gives": gives}
    command = f'pip install "kinemesh[{extra}]"'
    missing = [name for name, version in found.items() if version is None]
    if missing:
        said = f"not installed ({', '.join(missing)}): {gives}"
        return Finding("extras", extra, "ok", said, f"if wanted: {command}", facts)
    strange = [
        f"{one.name} {found[one.name]}, and {_bounds(one)} is needed"
        for one in wanted
        if not one.specifier.contains(str(found[one.name]), prereleases=True)
    ]
    if strange:
        said = f"{'; '.join(strange)}: {gives}"
        return Finding(
            "extras", extra, "odd", said, f"{command}, or the package's fitting version", facts
        )
    there = ", ".join(f"{name} {version}" for name, version in found.items())
    return Finding("extras", extra, "ok", f"{there}: {gives}", facts=facts)


def _bounds(one: Requirement) -> str:
    return ",".join(sorted(map(str, one.specifier), reverse=True)) or "any version"
