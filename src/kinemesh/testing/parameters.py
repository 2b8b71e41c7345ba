"""What a term is made of: a frozen dataclass whose ``repr`` gives it back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from kinemesh.errors import OptionError
from kinemesh.problem import way_of


def check_parameters(term: Any, kind: type | tuple[type, ...]) -> None:
    """Frozen, named, and given back by its ``repr``."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(k.__name__ for k in kinds)
    require(isinstance(term, kind), term, f"it is no {names}: make it a subclass of one")
    try:
        way_of(term)
    except OptionError as error:
        raise AssertionError(f"{term!r}: {error}") from error
    require(
        is_dataclass(term), term, "it is no dataclass: decorate it with @dataclass(frozen=True)"
    )
    name = fields(term)[0].name if fields(term) else "memory"
    try:
        setattr(term, name, getattr(term, name, None))
    except AttributeError:
        pass
    else:
        require(False, term, f"{name} can be set: decorate it with @dataclass(frozen=True)")
    require(isinstance(term.name, str) and bool(term.name), term, "its name is no text")
    start, _, rest = repr(term).partition("(")
    scope = {"Term": type(term), "array": np.array, "inf": np.inf, "nan": np.nan}
    try:
        again = eval(f"Term({rest}", scope)
    except Exception as error:
        raise AssertionError(
            f"{term!r}: repr does not give its parameters back ({error}); "
            f"expected {type(term).__name__}(name=value, ...)"
        ) from error
    require(start == type(term).__qualname__, term, f"repr names {start}")
    for field in fields(term):
        old, new = getattr(term, field.name), getattr(again, field.name)
        require(
            type(old) is type(new) and bool(np.all(old == new)),
            term,
            f"repr does not give {field.name} back: {new!r} instead of {old!r}",
        )


def require(holds: bool, term: Any, message: str) -> None:
    """Say what is wrong with ``term`` unless it ``holds``."""
    if not holds:
        raise AssertionError(f"{term!r}: {message}")
