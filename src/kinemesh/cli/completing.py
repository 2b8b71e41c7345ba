"""The script by which a shell completes commands, options and files: tyro's, and more for bash."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress

from kinemesh.errors import OptionError

SHELLS = ("bash", "zsh")

_BASH = r"""
# tyro's words, but options only where one is begun; anything else is a file, and the shell's.
_kinemesh() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} kept=() one
  _tyro_kinemesh
  for one in "${COMPREPLY[@]}"; do
    [[ -z $one || ( $one == -* && $word != -* ) ]] && continue
    [[ $before == -* && -e $one ]] && continue
    kept+=("$one")
  done
  COMPREPLY=("${kept[@]}")
}
complete -o bashdefault -o default -F _kinemesh kinemesh
"""


def completion(given: Sequence[str], parsed: Callable[[Sequence[str]], object]) -> str:
    """The script that the shell is to read.

    Args:
        given: what was given behind ``--completion``: the shell.
        parsed: parses command lines; asked by tyro's own option it prints its script.

    Raises:
        OptionError: no shell that is known.
    """
    if len(given) != 1 or given[0] not in SHELLS:
        raise OptionError(
            f"--completion {' '.join(given)}".rstrip(),
            given=" ".join(given) or "nothing",
            expected=f"one of {', '.join(SHELLS)}",
        )
    with redirect_stdout(io.StringIO()) as script, suppress(SystemExit):
        parsed(["--tyro-print-completion", given[0]])
    text = "\n".join(map(_one_line, script.getvalue().splitlines())) + "\n"
    return text + (_BASH if given[0] == "bash" else "")


def _one_line(line: str) -> str:
    """The table of options with each description on one line: what follows would be offered too."""
    return line.replace("\\n", " ") if line.startswith("COMPLETION_SPEC") else line
