"""Several people in one file: who is meant, and the others."""
