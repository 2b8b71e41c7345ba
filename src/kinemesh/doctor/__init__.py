"""Whether kinemesh is sound where it is installed: what is there, and a self test in seconds.

Nothing private is told: no paths, no names of users or machines, no environment.
"""

from kinemesh.doctor.examining import examine
from kinemesh.doctor.report import Examination, Finding

__all__ = ["Examination", "Finding", "examine"]
