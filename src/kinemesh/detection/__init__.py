"""What a clip shows by itself: feet that stand, hands that touch, faults of recording."""
