"""A robot as its file describes it, from URDF or MuJoCo's XML."""
