"""ZeroMQ: a dealer keeps 8 tasks under way at two workers. worker-N PORT | dealer ADDRESS:PORT ADDRESS:PORT TASKS."""
import sys

import zmq

role, *rest = sys.argv[1:]
context = zmq.Context()
if role.startswith("worker"):
    socket = context.socket(zmq.REP)
    socket.bind(f"tcp://0.0.0.0:{rest[0]}")
    while True:
        n = int(socket.recv())
        socket.send(b"%d" % sum(i * i % 7 for i in range(n)))
else:
    socket = context.socket(zmq.DEALER)
    for worker in rest[:2]:
        socket.connect(f"tcp://{worker}")
    count, sent = int(rest[2]), 0
    for done in range(count):
        while sent < count and sent - done < 8:
            socket.send_multipart([b"", b"%d" % (5000 + sent % 3 * 2000)])
            sent += 1
        socket.recv_multipart()
