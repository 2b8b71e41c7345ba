"""The kernel's headers without Python, under the address and undefined-behaviour sanitizers."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
HEADERS = HERE.parents[1] / "src" / "native"
STRICT = ("-Wall", "-Wextra", "-Werror", "-D_GLIBCXX_ASSERTIONS")
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(scope="module")
def compiler() -> str:
    """A C++ compiler: the one that CXX names, else the system's."""
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        if name and shutil.which(name):
            return name
    pytest.skip("no C++ compiler: set CXX to one")


def run(*command: str | Path, timeout: float) -> str:
    """What a command says, which has to succeed."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
def test_every_header_holds_what_it_says_and_touches_no_memory_but_its_own(
    compiler: str, tmp_path: Path
) -> None:
    def compiled(source: Path) -> Path:
        made = tmp_path / f"{source.stem}.o"
        flags = ("-std=c++17", "-O1", "-g", f"-I{HEADERS}", *STRICT, *SANITIZED)
        run(compiler, *flags, "-c", source, "-o", made, timeout=600)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compiled, sorted(HERE.glob("*.cpp"))))
    program = tmp_path / "native"
    run(compiler, *SANITIZED, *objects, "-o", program, timeout=600)
    assert run(program, timeout=600) == "all held\n"


def test_every_header_is_under_test_and_knows_nothing_of_python() -> None:
    included = "".join(source.read_text() for source in HERE.glob("*.[ch]pp"))
    headers = sorted(HEADERS.glob("*.hpp"))
    assert headers
    for header in headers:
        text = header.read_text()
        assert f"// {header.name}" in included or f", {header.name}" in included, header.name
        assert "pybind" not in text and "Python.h" not in text
        assert text.count("\n") <= 300
