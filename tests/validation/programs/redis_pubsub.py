"""Requests and answers through Redis channels: responder HOST PORT | client HOST PORT N."""
import sys

import redis

role, host, port, *rest = sys.argv[1:]
server = redis.Redis(host=host, port=int(port))
channel = server.pubsub(ignore_subscribe_messages=True)
channel.subscribe("ask" if role == "responder" else "answer")


def messages():
    while True:
        message = channel.get_message(timeout=30)
        if message:
            yield message["data"]


if role == "responder":
    for data in messages():
        server.publish("answer", data[::-1])
else:
    answers = messages()
    for i in range(int(rest[0])):
        server.publish("ask", f"question {i}")
        next(answers)
