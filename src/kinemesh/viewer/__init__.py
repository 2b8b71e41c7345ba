"""Results to look at: what there is to draw (:class:`Stage`), and those that draw it."""

from kinemesh.viewer.marks import Contact, Penetration
from kinemesh.viewer.meshes import HULLS, Mesh
from kinemesh.viewer.picture import picture
from kinemesh.viewer.stage import Stage, stage

__all__ = ["HULLS", "Contact", "Mesh", "Penetration", "Stage", "picture", "stage"]
