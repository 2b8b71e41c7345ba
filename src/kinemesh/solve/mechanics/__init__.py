"""Forces in the whole-clip pass: what contacts can push, and a motion that is pushed so."""
