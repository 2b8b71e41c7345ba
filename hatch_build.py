"""Ships the robots and builds the compiled inner loops, without which the package works too."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "kinemesh.kernel._native"


class CompiledKernel(BuildHookInterface):
    """Compiles ``src/native``, unless ``KINEMESH_PURE_PYTHON=1`` or there is no compiler."""

    folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add robots and library to the wheel; if editable, put the library beside the sources."""
        for folder in shipped_robots(Path(self.root)):
            build_data["force_include"][str(folder)] = f"kinemesh/robots/{folder.name}"
        if self.target_name != "wheel" or os.environ.get("KINEMESH_PURE_PYTHON") == "1":
            return
        root = Path(self.root)
        folder = self.folder = Path(tempfile.mkdtemp(prefix="kinemesh-build-"))
        try:
            library = compiled(root, folder)
        except Exception as error:  # any compiler's complaint: the package is whole without it
            self.app.display_warning(f"kinemesh: built without its compiled loops ({error})")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        place = "kinemesh/kernel/" + library.name
        if version == "editable":
            put(library, root / "src" / place)
        else:
            build_data["force_include"][str(library)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the folder of the build away."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def shipped_robots(root: Path) -> list[Path]:
    """The folders of robots, without the scripts that build them."""
    return sorted(file.parent for file in (root / "robots").glob("*/robot.toml"))


def compiled(root: Path, folder: Path) -> Path:
    """The library, built from ``root`` below ``folder``."""
    from pybind11.setup_helpers import Pybind11Extension, build_ext
    from setuptools import Distribution

    extension = Pybind11Extension(
        NAME,
        [str(root / "src/native/bindings.cpp")],
        depends=[str(header) for header in sorted((root / "src/native").rglob("*.hpp"))],
        cxx_std=17,
        extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-ffp-contract=off"],
    )
    distribution = Distribution({"name": "kinemesh", "ext_modules": [extension]})
    command = build_ext(distribution)
    command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "temp")
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(NAME))


def put(library: Path, target: Path) -> None:
    """Put the library in its place whole: writing over one that a process runs would end it."""
    beside = target.with_name(f".{target.name}.new")
    beside.write_bytes(library.read_bytes())
    beside.replace(target)


if __name__ == "__main__":
    # python hatch_build.py: build in place, for a checkout that is used without installing it.
    checkout = Path(__file__).resolve().parent
    made = compiled(checkout, Path(tempfile.mkdtemp(prefix="kinemesh-build-")))
    put(made, checkout / "src/kinemesh/kernel" / made.name)
