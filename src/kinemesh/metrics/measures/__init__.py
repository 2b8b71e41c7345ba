"""The rows of the score, one module a subject."""
