"""Publishes what comes on standard input, one message a line, at a port that it says; once more
from the beginning whenever all is sent, until it is ended."""

from __future__ import annotations

import sys
import time

import zmq

if __name__ == "__main__":
    lines = sys.stdin.buffer.read().splitlines()
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.linger = 0
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        while True:
            for line in lines:
                socket.send(line)
                time.sleep(0.01)
