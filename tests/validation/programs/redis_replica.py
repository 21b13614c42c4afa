# Writes to a Redis server, each waited for until a replica has it, too: HOST PORT NUMBER.
import sys

import redis

server = redis.Redis(sys.argv[1], int(sys.argv[2]))
while server.wait(1, 1000) < 1:
    pass
for i in range(int(sys.argv[3])):
    server.set(f"key {i % 10}", f"value {i}")
    if server.wait(1, 10000) != 1:
        sys.exit("no replica")
