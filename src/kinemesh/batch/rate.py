"""How fast a batch was, and how long a whole data set would take at that rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kinemesh.batch.line import Record


@dataclass(frozen=True)
class Rate:
    """What was retargeted in a time; failed and skipped variants do not count."""

    variants: int
    """How many there are."""
    frames: int
    """Of all of them together."""
    motion: float
    """Length of the motions together [s]."""
    seconds: float
    """Time that it took, with the start of the workers [s]."""

    @classmethod
    def from_records(cls, records: Iterable[Record], seconds: float) -> Rate | None:
        """From the manifest's lines on what was done; None if nothing was retargeted."""
        made = [record for record in records if record.get("frames")]
        if not made or seconds <= 0.0:
            return None
        motion = sum(record["frames"] / record["fps"] for record in made)
        return cls(len(made), sum(record["frames"] for record in made), motion, seconds)

    @property
    def frames_per_second(self) -> float:
        """Frames in a second [1/s]."""
        return self.frames / self.seconds

    @property
    def variants_per_hour(self) -> float:
        """Variants in an hour [1/h]."""
        return 3600.0 * self.variants / self.seconds

    def hours_for(self, hours: float) -> float:
        """Time [h] that it takes to retarget ``hours`` [h] of motion at this rate."""
        return hours * self.seconds / self.motion
