"""What could not be judged, and why."""
