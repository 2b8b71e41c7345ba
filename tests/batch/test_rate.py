"""How fast a batch was, in figures worked out by hand."""

from __future__ import annotations

import pytest

from kinemesh.batch import Rate


def test_frames_variants_and_hours_are_of_what_was_retargeted() -> None:
    records = [
        {"status": "kept", "frames": 300, "fps": 30.0},
        {"status": "rejected", "frames": 600, "fps": 60.0},
        {"status": "failed"},
        {"status": "skipped"},
    ]
    rate = Rate.from_records(records, 40.0)
    assert rate is not None
    assert (rate.variants, rate.frames, rate.motion) == (2, 900, 20.0)
    assert rate.frames_per_second == pytest.approx(22.5)
    assert rate.variants_per_hour == pytest.approx(180.0)
    assert rate.hours_for(8.0) == pytest.approx(16.0)


def test_without_a_motion_there_is_no_rate() -> None:
    assert Rate.from_records([{"status": "failed"}], 3.0) is None
    assert Rate.from_records([], 0.0) is None
