"""Results to look at: what there is to draw (:class:`Stage`), and those that draw it."""

from kinemesh.viewer.live import LiveView
from kinemesh.viewer.live_stage import StreamPose
from kinemesh.viewer.marks import Contact, Penetration
from kinemesh.viewer.mesh_overlay import MeshOverlay
from kinemesh.viewer.meshes import HULLS, Mesh
from kinemesh.viewer.page import PORT
from kinemesh.viewer.picture import picture, robot_picture
from kinemesh.viewer.ports import check_viewer
from kinemesh.viewer.server import View
from kinemesh.viewer.showing import view
from kinemesh.viewer.stage import Stage, stage

__all__ = [
    "HULLS",
    "PORT",
    "Contact",
    "LiveView",
    "Mesh",
    "MeshOverlay",
    "Penetration",
    "Stage",
    "StreamPose",
    "View",
    "check_viewer",
    "picture",
    "robot_picture",
    "stage",
    "view",
]
