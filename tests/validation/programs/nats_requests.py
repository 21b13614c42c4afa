"""NATS in its own text protocol: responder HOST PORT | client HOST PORT N (requests one after the other, then a burst to a subject)."""
import socket
import sys
import time

role, host, port, *rest = sys.argv[1:]
connection = socket.create_connection((host, int(port)))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
stream = connection.makefile("rb")
stream.readline()  # INFO


def send(text):
    connection.sendall(text.encode())


def message():
    """(reply subject, payload, status) of the next message; answers PINGs."""
    while True:
        words = stream.readline().split()
        if words[0] == b"PING":
            send("PONG\r\n")
        elif words[0] == b"HMSG":
            size, data = int(words[-2]), stream.read(int(words[-1]) + 2)
            return None, data[size:-2], data[:size]
        elif words[0] == b"MSG":
            data = stream.read(int(words[-1]) + 2)[:-2]
            return (words[3].decode() if len(words) == 5 else None), data, b""


send('CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n')
if role == "responder":
    send("SUB ask 1\r\n")
    while True:
        reply, data, _ = message()
        if reply:
            send(f"PUB {reply} {len(data)}\r\n{data[::-1].decode()}\r\n")
else:
    send("SUB inbox 1\r\n")
    done = 0
    while done < int(rest[0]):
        text = f"question {done}"
        send(f"PUB ask inbox {len(text)}\r\n{text}\r\n")
        if b"503" in message()[2]:
            time.sleep(0.05)  # the responder is not there yet
        else:
            done += 1
    send("".join(f"PUB ask inbox 4\r\nlast\r\n" for _ in range(100)))
    for _ in range(100):
        message()
