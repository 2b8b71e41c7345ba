"""The stack machine of pickle, as far as tables of arrays need it, without running anything.

A pickle is a program. This module does not hand it to Python's ``pickle``: it steps through the
opcodes itself, knows the few that tables, lists, numbers and texts need, and calls nothing that the
file names. What a name, a call of it, a state or a reference stands for, a reader says in a
subclass; whatever it does not know ends the reading with an error.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kinemesh.errors import ReadError

_OPCODES = {ord(opcode.code): opcode for opcode in pickletools.opcodes}
_VALUES = frozenset(
    "BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES "
    "SHORT_BINBYTES BINBYTES8 BYTEARRAY8 BINSTRING SHORT_BINSTRING".split()
)
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}


@dataclass(frozen=True)
class Name:
    """One of the names that a reader knows, as it calls it."""

    kind: str


class Unpickler:
    """One program and what is known of its names; :meth:`load` gives what it leaves."""

    names: Mapping[tuple[str, str], str]
    """Module and attribute to what a reader calls it."""
    expected: str
    """What such a file holds, for messages."""
    advice: str
    """What is to be done with a file that asks for more."""

    def __init__(self, path: Path, program: bytes) -> None:
        self.path, self.stream, self.size = path, io.BytesIO(program), len(program)
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    # ---------------------------------------------------------------- what readers know

    def named(self, module: Any, attribute: Any) -> Any:
        """The mark of a name; nothing is imported."""
        if (module, attribute) in self.names:
            return Name(self.names[module, attribute])
        self.refuse(f"the name {str(module)[:80]}.{str(attribute)[:80]}")

    def called(self, opcode: str, function: Any, arguments: Any) -> Any:
        """What a call (``REDUCE``, ``NEWOBJ``) of a known name stands for."""
        what = function.kind if isinstance(function, Name) else type(function).__name__
        self.refuse(f"a call of {what} that makes no array")

    def built(self, target: Any, state: Any) -> None:
        """``BUILD``: give what a call stood for its state."""
        self.refuse("the pickle opcode BUILD")

    def referred(self, reference: Any) -> Any:
        """What a reference to something beside the program stands for."""
        self.refuse("a reference to something beside it")

    # ---------------------------------------------------------------- the machine

    def load(self) -> Any:
        """What the program leaves on the stack.

        Raises:
            ReadError: it asks for what no reader knows.
            Exception: any other, where it is damaged.
        """
        while True:
            code = self.stream.read(1)
            if not code:
                raise ReadError(f"{self.path.name}: the pickle is cut short: copy it again")
            opcode = _OPCODES.get(code[0])
            if opcode is None:
                raise ReadError(f"{self.path.name}: the pickle is damaged (opcode {code!r})")
            argument = opcode.arg.reader(self.stream) if opcode.arg is not None else None
            if opcode.name == "STOP":
                return self.stack.pop()
            self._step(opcode.name, argument)

    def refuse(self, what: str) -> NoReturn:
        """End the reading of a program that asks for ``what``.

        Raises:
            ReadError: always.
        """
        raise ReadError(asks_for(self.path, what, self.expected, self.advice))

    def _step(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in ("PROTO", "FRAME"):
            pass
        elif name == "MARK":
            self.marks.append(stack)
            self.stack = []
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in ("BINPUT", "LONG_BINPUT"):
            if argument > self.size:
                self.refuse("a memory of values far larger than the file")
            self.memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("SETITEM", "SETITEMS"):
            items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else self._marked()
            self._fill(self.stack[-1], items)
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else self._marked()
            if not isinstance(self.stack[-1], list):
                raise TypeError("items of what is no list")
            self.stack[-1].extend(items)
        elif name in ("TUPLE", "LIST"):
            items = self._marked()
            self.stack.append(tuple(items) if name == "TUPLE" else items)
        elif name == "DICT":
            items = self._marked()
            self.stack.append({})
            self._fill(self.stack[-1], items)
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            if len(stack) < count:
                raise IndexError("the stack is empty")
            stack[-count:] = [tuple(stack[-count:])]
        elif name == "GLOBAL":
            module, _, attribute = argument.partition(" ")
            stack.append(self.named(module, attribute))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            if not isinstance(module, str) or not isinstance(attribute, str):
                raise TypeError("a name that is no text")  # and the hash of tuples has no bound
            stack.append(self.named(module, attribute))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, function = stack.pop(), stack.pop()
            stack.append(self.called(name, function, arguments))
        elif name == "BUILD":
            state = stack.pop()
            self.built(stack[-1], state)
        elif name == "BINPERSID":
            stack.append(self.referred(stack.pop()))
        else:
            self.refuse(f"the pickle opcode {name}")

    def _marked(self) -> list[Any]:
        """What lies above the last mark, taken off."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def _fill(self, table: Any, items: list[Any]) -> None:
        if not isinstance(table, dict) or len(items) % 2:
            raise TypeError("items of what is no table")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, str | int):
                self.refuse(f"a table whose keys are of type {type(key).__name__}")
            table[key] = value


def asks_for(path: Path, what: str, expected: str, advice: str) -> str:
    """What is said of a file that asks for ``what``."""
    return (
        f"{path.name} asks for {what}; expected {expected} and nothing else. Nothing was run. If "
        f"you trust the file, {advice}"
    )
