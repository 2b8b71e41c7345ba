"""The ruler's own geometry and kinematics: shared with nothing that it judges."""
