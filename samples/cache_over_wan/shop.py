"""A shop's page server, reduced to what matters here: 60 pages, each put together from 12 values that are asked from
redis one after the other, rendered, compressed and stored. Usage: shop.py PORT"""
import json
import socket
import sys
import zlib

PAGES, PRODUCTS = 60, 10


class Redis:
    """Just enough of a client (RESP 2)."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")

    def call(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        line = self.answers.readline()
        if line[:1] != b"$":
            return line
        size = int(line[1:])
        return self.answers.read(size + 2)[:-2] if size >= 0 else None


def fill(redis):
    for p in range(PRODUCTS):
        redis.call("SET", f"product:{p}", json.dumps({"id": p, "text": f"{p * 7919:x} " * 800}))
    redis.call("SET", "session", json.dumps({"user": 1}))
    redis.call("SET", "cart", json.dumps(list(range(PRODUCTS))))


def render(values):
    rows = "".join(f"<tr><td>{word}</td><td>{len(word)}</td></tr>" for v in values for word in v["text"].split())
    return zlib.compress(f"<table>{rows}</table>".encode(), 6)


def page(redis, number):
    json.loads(redis.call("GET", "session"))
    products = json.loads(redis.call("GET", "cart"))
    values = [json.loads(redis.call("GET", f"product:{p}")) for p in products]
    redis.call("SET", f"page:{number}", render(values))


def main():
    redis = Redis(int(sys.argv[1]))
    fill(redis)
    for number in range(PAGES):
        page(redis, number)


main()
