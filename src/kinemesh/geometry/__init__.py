"""Surfaces, solids and rigid poses: plain values and exact questions about them."""
