"""What a recording does not say of itself, found from the person: unit, axes, floor, terrain."""
