"""What a stream shows by itself, from what has been seen so far: nothing waits for what comes."""
