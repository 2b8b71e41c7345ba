"""Masses and centres of mass of a body's segments: Winter 2009, table 4.1."""

SIDES = ("left", "right")
LIMBS = (
    ("hip", "knee", 0.100, 0.433),
    ("knee", "ankle", 0.0465, 0.433),
    ("heel", "toe", 0.0145, 0.5),
    ("shoulder", "elbow", 0.028, 0.436),
    ("elbow", "hand", 0.016, 0.430),
    ("hand", "fingertip", 0.006, 0.506),
)
"""From a joint to the next: share of the body's mass, and of the way at which its centre is."""
