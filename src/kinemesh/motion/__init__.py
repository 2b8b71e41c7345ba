"""Plain data: skeletons, clips, scenes, poses and trajectories (numpy only)."""

from kinemesh.geometry.shape import ConvexPart, Shape
from kinemesh.motion.clip import Clip
from kinemesh.motion.edits import StanceEdit, TouchEdit
from kinemesh.motion.in_place import in_place
from kinemesh.motion.inertia import DENSITY, Inertia
from kinemesh.motion.limbs import limbs
from kinemesh.motion.links import Bodies, Links
from kinemesh.motion.parts import HANDS, PARTS
from kinemesh.motion.scene import GROUND, Prop, Scene, Terrain
from kinemesh.motion.skeleton import LANDMARKS, Skeleton
from kinemesh.motion.skeletons import SKELETONS
from kinemesh.motion.trajectory import Trajectory

__all__ = [
    "DENSITY",
    "GROUND",
    "HANDS",
    "LANDMARKS",
    "PARTS",
    "SKELETONS",
    "Bodies",
    "Clip",
    "ConvexPart",
    "Inertia",
    "Links",
    "Prop",
    "Scene",
    "Shape",
    "Skeleton",
    "StanceEdit",
    "Terrain",
    "TouchEdit",
    "Trajectory",
    "in_place",
    "limbs",
]
