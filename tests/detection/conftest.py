from __future__ import annotations

from standing_person import clip, person

__all__ = ["clip", "person"]
