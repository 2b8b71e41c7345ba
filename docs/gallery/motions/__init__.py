"""What no recording at hand shows, nor a demonstration of the package: a backflip, a suitcase.

Made with the person and the curves of :mod:`kinemesh.demos`: 1.75 m, 30 frames/s, the ground at
z = 0, planted feet that do not move.
"""

from gallery.motions.backflip import backflip
from gallery.motions.suitcase import suitcase

__all__ = ["backflip", "suitcase"]
