"""Creates n nodes in a ZooKeeper and reads each one."""
import sys

from kazoo.client import KazooClient

host, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = KazooClient(f"{host}:{port}")
client.start()
for i in range(n):
    client.create(f"/n{i}", b"value")
    assert client.get(f"/n{i}")[0] == b"value"
client.stop()
