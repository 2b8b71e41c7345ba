"""How much memory a step may ask for."""

from __future__ import annotations

from kinemesh.errors import ClipError, KinemeshError

MOST_BYTES = 2 << 30
"""No single step asks for more memory [bytes]."""


def check_amount(
    numbers: float, what: str, todo: str, *, error: type[KinemeshError] = ClipError
) -> None:
    """Refuse to make more ``numbers`` of eight bytes than memory is there for.

    Raises:
        KinemeshError: of the kind ``error``.
    """
    if 8.0 * numbers > MOST_BYTES:
        raise error(
            f"{what} would take {8.0 * numbers / 2**30:.3g} GiB of memory; expected at most "
            f"{MOST_BYTES >> 30}: {todo}"
        )
