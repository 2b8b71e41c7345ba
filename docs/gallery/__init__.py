"""Contact sheets of many motions, to be looked at: what the ruler has no row for the eye sees."""
