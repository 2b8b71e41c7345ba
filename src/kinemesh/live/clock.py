"""One clock for what a sender stamps and what is sent on."""

from __future__ import annotations

_FAR = 1.0
"""A stamp that is this far [s] from when its frame came is of a clock that was set anew."""


class Clock:
    """Times of frames by this machine's clock, spaced as the sender stamped them.

    The way of a frame takes a time that varies, so that arrivals are spaced unevenly; the quickest
    frame so far tells how the two clocks differ. A sender that begins again, or stops its clock
    and goes on, is followed at once.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    def __call__(self, stamp: float | None, at: float) -> float:
        """When a frame was [s]: at most ``at``, later than those before it if its stamp is.

        Args:
            stamp: the sender's [s]; None: it has none, and was when it came.
            at: when it came, by this machine's clock [s].
        """
        if stamp is None:
            return at
        ahead = at - stamp
        if self._ahead is None or ahead < self._ahead or ahead > self._ahead + _FAR:
            self._ahead = ahead
        return stamp + self._ahead
