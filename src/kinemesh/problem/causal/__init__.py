"""What an instant of a stream asks of a robot, from what has been seen so far."""
