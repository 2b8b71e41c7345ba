"""Human motion, with the objects held and the ground climbed, to humanoid robot trajectories."""

from kinemesh._version import __version__
