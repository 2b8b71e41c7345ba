"""Many variants of one demonstration: props, terrain and the motion itself, changed."""

from kinemesh.augment.augmentation import ClipAugmentation, SceneAugmentation, Unfit
from kinemesh.augment.ground import Slope, Steps
from kinemesh.augment.motion import Arc, Mirror, Move, Speed, Stature
from kinemesh.augment.props import PropPlace, PropShape, PropSize, moved_at
from kinemesh.augment.spec import Spec, read_spec, spec_of
from kinemesh.augment.terrain import TerrainBox, TerrainSize
from kinemesh.augment.variant import ORIGINAL, SETTINGS, Variant, Varied

__all__ = [
    "ORIGINAL",
    "SETTINGS",
    "Arc",
    "ClipAugmentation",
    "Mirror",
    "Move",
    "PropPlace",
    "PropShape",
    "PropSize",
    "SceneAugmentation",
    "Slope",
    "Spec",
    "Speed",
    "Stature",
    "Steps",
    "TerrainBox",
    "TerrainSize",
    "Unfit",
    "Variant",
    "Varied",
    "moved_at",
    "read_spec",
    "spec_of",
]
