"""OptiTrack Motive's CSV: bones, rigid bodies and points, column by column."""
