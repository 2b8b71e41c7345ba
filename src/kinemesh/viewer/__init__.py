"""Results to look at: what there is to draw (:class:`Stage`), and those that draw it."""

from kinemesh.viewer.marks import Contact, Penetration
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.meshes import HULLS, Mesh
from kinemesh.viewer.picture import picture, robot_picture
from kinemesh.viewer.stage import Stage, stage
from kinemesh.viewer.view import PORT, View, check_viewer

__all__ = [
    "HULLS",
    "PORT",
    "Contact",
    "Mesh",
    "MeshOverlay",
    "Penetration",
    "Stage",
    "View",
    "check_viewer",
    "picture",
    "robot_picture",
    "stage",
]
