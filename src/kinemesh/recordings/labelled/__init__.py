"""Points with labels: C3D and TRC, and which of their labels are joint centres."""
