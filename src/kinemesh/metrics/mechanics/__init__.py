"""Forces: what a motion asks of its contacts, and what these can give."""
