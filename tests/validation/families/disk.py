"""A device of known speed (a throttled loop device), cold: fsync-heavy writers and cold reads."""
from cases import Client, Workload

THROTTLED = ("disk-20MBps", "disk-4MBps")


def on_disk(name, command, settings=THROTTLED, needs=(), inputs=()):
    return Workload(name, "disk", (Client("", command),), settings, needs=needs, inputs=inputs, disk=True)


WORKLOADS = [
    on_disk("sqlite_inserts", "sqlite3 -init /dev/null {disk}/t.db < {d}/inserts.sql", needs=("sqlite3",), inputs=("inserts",)),
    on_disk("wal_writer", "{b}/wal_writer {disk}/wal 500 16384"),
    on_disk("wal_group", "{b}/wal_writer {disk}/wal 40 262144"),
    on_disk("cold_read", "cksum {disk}/cold.bin", needs=("cksum",)),
]
