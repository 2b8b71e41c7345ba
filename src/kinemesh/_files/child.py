"""A reader of one file in a process of its own: run as a script, never imported.

What some libraries read of a damaged file ends the process, and how much memory it takes they know
once they have taken it. So one process reads one file, within a bound, and whatever goes wrong in
it is a message to the one that started it (``outside.py``).

``python child.py SCRIPT FILE ...`` loads a script with a function ``content(FILE, ...)``, which
gives arrays by name; a class ``Refused`` of what is wrong with a file, in words; ``MEMORY``, bytes
that it may take; and ``DAMAGED``, what is said of a file that leads the library to anything else.
The answer is an archive of NumPy's on standard output.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from typing import Any

import numpy as np


def loaded(script: str) -> Any:
    """The script's names, without the package around it."""
    spec = importlib.util.spec_from_file_location("reader", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bounded(memory: int) -> None:
    """Take no more memory than a motion needs, and leave no core behind."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


def main() -> None:
    """Answer, whatever happens, and end at once: nothing that a library holds is cleaned up."""
    reader = loaded(sys.argv[1])
    bounded(reader.MEMORY)
    try:
        arrays = reader.content(*sys.argv[2:])
    except reader.Refused as error:
        arrays = {"error": np.frombuffer(str(error).encode("utf-8", "replace"), np.uint8)}
    except Exception as error:  # whatever a damaged file leads the library to
        words = f"{reader.DAMAGED} ({type(error).__name__}: {str(error)[:200]})"
        arrays = {"error": np.frombuffer(words.encode("utf-8", "replace"), np.uint8)}
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    sys.stdout.buffer.write(stream.getvalue())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
