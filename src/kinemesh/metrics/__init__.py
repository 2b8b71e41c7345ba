"""A second opinion, measured on the true geometry from the trajectory alone.

Nothing here imports a constraint or an objective: what judges must not share code with what
is judged. Every row is defined in docs/metrics.md.
"""

from kinemesh.metrics.doubts.doubts import Held, clip_doubts
from kinemesh.metrics.evaluate import evaluate
from kinemesh.metrics.geometry.surface import Surfaces
from kinemesh.metrics.limits import Limits
from kinemesh.metrics.official import Official, official
from kinemesh.metrics.person.timeline import Touching, timeline
from kinemesh.metrics.score import Doubt, Measure, Score, table

__all__ = [
    "Doubt",
    "Held",
    "Limits",
    "Measure",
    "Official",
    "Score",
    "Surfaces",
    "Touching",
    "clip_doubts",
    "evaluate",
    "official",
    "table",
    "timeline",
]
