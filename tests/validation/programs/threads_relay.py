"""Passes on what comes on PORT to HOST:PORT and back, two threads per connection: PORT HOST:PORT."""
import socket
import sys
import threading

port, (host, peer) = int(sys.argv[1]), sys.argv[2].rsplit(":", 1)


def pump(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


listener = socket.create_server(("0.0.0.0", port))
while True:
    connection, _ = listener.accept()
    to = socket.create_connection((host, int(peer)))
    for s in (connection, to):
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=pump, args=(connection, to), daemon=True).start()
    threading.Thread(target=pump, args=(to, connection), daemon=True).start()
