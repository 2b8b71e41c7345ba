"""Acclaim's ASF and AMC: a skeleton in one file, its motions in others."""
