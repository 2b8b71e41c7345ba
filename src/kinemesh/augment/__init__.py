"""Many variants of one demonstration: props, terrain and the motion itself, changed."""

from kinemesh.augment.augmentation import ClipAugmentation, SceneAugmentation
from kinemesh.augment.motion import Mirror, Move, Speed, Stature
from kinemesh.augment.props import PropPlace, PropSize, moved_at
from kinemesh.augment.spec import Spec, read_spec, spec_of
from kinemesh.augment.terrain import TerrainSize
from kinemesh.augment.variant import ORIGINAL, SETTINGS, Variant, Varied

__all__ = [
    "ORIGINAL",
    "SETTINGS",
    "ClipAugmentation",
    "Mirror",
    "Move",
    "PropPlace",
    "PropSize",
    "SceneAugmentation",
    "Spec",
    "Speed",
    "Stature",
    "TerrainSize",
    "Variant",
    "Varied",
    "moved_at",
    "read_spec",
    "spec_of",
]
