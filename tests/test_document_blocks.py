"""Every block of code in the documents runs as it stands, or says why it does not."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout, suppress
from functools import cache
from itertools import groupby, takewhile
from pathlib import Path

import pytest

import kinemesh
from bvh_files import DIALECTS, write_bvh
from document_blocks import DOCUMENTS, ROOT, Block, blocks
from kinemesh import cli

PACKAGE = str(Path(kinemesh.__file__).parents[1])
RUN = ("python", "sh")
DATA = {
    "json": lambda text: [json.loads(line) for line in text.splitlines()],
    "toml": tomllib.loads,
}
DRAWN = ("mermaid", "text")
ALL = [block for document in DOCUMENTS for block in blocks(document)]
TO_RUN = [d for d in DOCUMENTS if any(b.language in RUN and not b.reason for b in blocks(d))]
QUOTING = ("a_box", "climbing", "coming_from", "your_own_bvh")
"""Pages whose outputs are held to what is printed, beside those of docs/howto."""
RUNNER = """\
import json, pathlib, subprocess, sys
names = {"__name__": "__main__"}
for place, language, text in json.loads(pathlib.Path(sys.argv[1]).read_text()):
    if language == "sh":
        subprocess.run(["bash", "-euo", "pipefail", "-c", text], check=True)
    else:
        exec(compile(text, place, "exec"), names)
"""


@pytest.mark.parametrize("block", ALL, ids=lambda block: block.place)
def test_a_block_says_what_it_is_and_data_can_be_read(block: Block) -> None:
    assert block.language in (*RUN, *DATA, *DRAWN), "a fence names a language"
    if block.language in DATA and not block.reason:
        DATA[block.language](block.text)


def test_no_mark_is_without_a_reason() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for mark in re.findall(r"^ *(<!-- not(?:hing here is)? run.*)", text, re.MULTILINE):
            assert re.fullmatch(r"<!-- not(hing here is)? run: \w[^>]+ -->", mark), document.name


@pytest.mark.slow
@pytest.mark.parametrize("document", TO_RUN, ids=lambda path: path.stem)
def test_the_blocks_of_a_document_run_from_top_to_bottom(document: Path, tmp_path: Path) -> None:
    """In a process and a folder of their own; ``walk.bvh`` is a recording of the reader's, and
    ``examples`` is the repository's."""
    write_bvh(tmp_path / "walk.bvh", DIALECTS["lafan1"], frames=90)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    listed = [(b.place, b.language, b.text) for b in blocks(document) if not b.reason]
    listing = tmp_path / "blocks.json"
    listing.write_text(json.dumps([b for b in listed if b[1] in RUN]), encoding="utf-8")
    tools = tmp_path / "bin"
    tools.mkdir()
    main = "import sys; from kinemesh.cli import main; sys.exit(main())"
    python = shlex.quote(sys.executable)
    for name, words in (("kinemesh", f'{python} -c "{main}"'), ("python", f"{python} -W error")):
        (tools / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (tools / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER, str(listing)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": PACKAGE,
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    heard = without_figures(done.stdout + done.stderr)
    for block in quotations(document):
        for piece in re.split(r"\n|…", block.text):
            assert without_figures(piece) in heard, f"{block.place}: {piece}"


def quotations(document: Path) -> list[Block]:
    """What a page says that the commands on it print; a … stands for what it leaves out."""
    quoting = document.parent.name == "howto" or document.stem in QUOTING
    return [b for b in blocks(document) if b.language == "text" and not b.reason and quoting]


def without_figures(text: str) -> str:
    """Words alone: the last digits are a machine's own."""
    return re.sub(r"\d[\d.]*", "#", " ".join(text.split()))


def test_a_quotation_may_have_other_figures_and_no_other_words() -> None:
    said = without_figures("verdict: fail,  2 of 65 rows\n  posture.trunk 20.72 over 20 deg")
    assert without_figures("posture.trunk 20.9 over 20 deg") in said
    assert without_figures("posture.trunk 20.9 under 20 deg") not in said


@cache
def options(command: str) -> str:
    """What ``kinemesh COMMAND --help`` says."""
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        cli.main([*command.split(), "--help"])
    return said.getvalue()


def calls(block: Block) -> list[list[str]]:
    """The words of each ``kinemesh`` command in a block of the shell."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        for punctuation, part in groupby(words, lambda word: set(word) <= set("();<>|&")):
            given = [] if punctuation else list(part)
            if given[:1] == ["kinemesh"]:
                found.append(given[1:])
    return found


@pytest.mark.parametrize(
    "block", [b for b in ALL if b.language == "sh"], ids=lambda block: block.place
)
def test_commands_and_options_in_a_block_are_there(block: Block) -> None:
    for words in calls(block):
        names = list(takewhile(lambda word: re.fullmatch("[a-z]+", word), words[:2]))
        command = " ".join(names if words[0] == "robot" else names[:1])
        known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", options(command)))
        given = {word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
        assert known, f"{block.place}: kinemesh {command}"
        assert given - known - {"--help", "--version"} == set(), f"{block.place}: {command}"


def test_an_option_that_is_not_there_is_seen() -> None:
    block = Block(ROOT / "README.md", 1, "sh", "kinemesh info a.npz --nonsense", "")
    with pytest.raises(AssertionError):
        test_commands_and_options_in_a_block_are_there(block)
