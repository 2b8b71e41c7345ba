"""Files that describe things, URDF and MuJoCo's XML: read without trusting them."""
