"""ZeroMQ request and reply: server PORT | client HOST PORT REQUESTS."""
import sys

import zmq

role, *rest = sys.argv[1:]
if role == "server":
    socket = zmq.Context().socket(zmq.REP)
    socket.bind(f"tcp://0.0.0.0:{rest[0]}")
    while True:
        socket.send(socket.recv()[::-1])
else:
    socket = zmq.Context().socket(zmq.REQ)
    socket.connect(f"tcp://{rest[0]}:{rest[1]}")
    for i in range(int(rest[2])):
        socket.send(b"x" * (50 + i % 200))
        socket.recv()
