"""Fixtures of this folder."""

from streamed_walk import known, streamed, walk

__all__ = ["known", "streamed", "walk"]
