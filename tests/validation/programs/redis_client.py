"""A client of Redis: HOST PORT ROUNDS. Each round: some single commands, a pipeline, a list of 200 values."""
import sys

import redis

host, port, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = redis.Redis(host=host, port=port)
for i in range(rounds):
    r.set(f"k{i}", "v" * 300)
    r.incr("counter")
    with r.pipeline(transaction=True) as p:
        for k in range(20):
            p.lpush("list", f"{i}-{k}")
        p.ltrim("list", 0, 199)
        p.execute()
    assert r.get(f"k{i}") and r.lrange("list", 0, -1)
