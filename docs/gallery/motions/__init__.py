"""What no recording at hand shows: kneeling, sitting down, a backflip, a suitcase.

Made with the person and the curves of :mod:`kinemesh.demos`: 1.75 m, 30 frames/s, the ground at
z = 0, planted feet that do not move.
"""

from gallery.motions.backflip import backflip
from gallery.motions.kneel import kneel
from gallery.motions.sit import sit
from gallery.motions.suitcase import suitcase

__all__ = ["backflip", "kneel", "sit", "suitcase"]
