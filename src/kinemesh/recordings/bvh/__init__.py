"""BVH: hierarchies of joints in text."""
