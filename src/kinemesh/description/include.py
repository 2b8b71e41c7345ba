"""``<include>`` in MuJoCo's XML: other files of the same folder, put in its place."""

from __future__ import annotations

from pathlib import Path

from kinemesh.description.xml_files import Element, beside, read_xml
from kinemesh.errors import ReadError

_MOST = 64
"""Files that a model is made of, at most."""


def include(path: Path, root: Element) -> None:
    """Put what ``root`` includes in its place; the names start at its folder, or at the includer's.

    Raises:
        ReadError: a file that is missing, lies outside of the folder of ``path``, is no XML, or is
            included twice, as one that includes itself would be.
    """
    _include(path, path, root, [path.resolve()])


def _include(main: Path, path: Path, element: Element, known: list[Path]) -> None:
    for child in list(element):
        if child.tag != "include":
            _include(main, path, child, known)
            continue
        file = _file(main, path, child.get("file", ""))
        if file.resolve() in known or len(known) == _MOST:
            raise ReadError(
                f"{main.name} includes {file.name} twice, or more than {_MOST} files; expected "
                f"each once"
            )
        known.append(file.resolve())
        part = read_xml(file, "mujoco", "mujocoinclude")
        _settle_folders(main, file, part)
        _include(main, file, part, known)
        at = list(element).index(child)
        element[at : at + 1] = list(part)


def _settle_folders(main: Path, path: Path, part: Element) -> None:
    """Meshes, and folders of them, that an included file names from its own folder."""
    folder, inner = main.resolve().parent, path.resolve().parent
    named = [(e, key) for e in part.iter("compiler") for key in ("meshdir", "assetdir")]
    named += [(e, "file") for e in part.iter("mesh")]
    for element, key in named:
        name = element.get(key)
        if not name or (folder / name).exists():
            continue
        near = (inner / name).resolve()
        if near.exists() and near.is_relative_to(folder):
            element.set(key, str(near.relative_to(folder)))


def _file(main: Path, path: Path, name: str) -> Path:
    """Where an included file lies, in the main file's folder or below."""
    folder, inner = main.resolve().parent, path.resolve().parent
    if not name:
        raise ReadError(f"{path.name}: <include> names no file")
    if inner != folder and (inner / name).is_file():
        name = (
            str((inner / name).resolve().relative_to(folder)) if _in(inner / name, folder) else name
        )
    return beside(main, name)


def _in(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder)
