"""Films and contact sheets of a motion, drawn without display and graphics card."""

from kinemesh.film.camera import VIEWS, Angle
from kinemesh.film.frames import PERSON, pictures
from kinemesh.film.writing import KINDS, check_film, film

__all__ = ["KINDS", "PERSON", "VIEWS", "Angle", "check_film", "film", "pictures"]
