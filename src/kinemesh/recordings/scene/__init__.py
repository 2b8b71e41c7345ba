"""Objects, terrain and their tracks beside the person."""
