"""Which joint of a hierarchy is which landmark."""
