"""SMPL's family: poses, bones and body models."""
