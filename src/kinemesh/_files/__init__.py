"""Files, opened and written carefully: nothing in them is run, nothing is half-written."""
