"""Results to look at: what there is to draw (:class:`Stage`), and those that draw it."""

from kinemesh.viewer.marks import Contact, Penetration
from kinemesh.viewer.meshes import HULLS, Mesh
from kinemesh.viewer.picture import picture, robot_picture
from kinemesh.viewer.stage import Stage, stage
from kinemesh.viewer.view import PORT, View, check_viewer
from kinemesh.viewer.web import Web

__all__ = [
    "HULLS",
    "PORT",
    "Contact",
    "Mesh",
    "Penetration",
    "Stage",
    "View",
    "Web",
    "check_viewer",
    "picture",
    "robot_picture",
    "stage",
]
