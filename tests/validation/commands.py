"""Turns a workload's command templates into argument lists, for the truth's hosts or for loopback."""
import dataclasses
import re
import shutil
import socket

import inputs
from testbed.network import NET


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


@dataclasses.dataclass
class Places:
    """Where the parts of a run find each other. `ports[i]` belongs to host i+1; servers that have one use ports[1]."""
    inputs: str
    programs: str
    out: str
    server: str
    addresses: tuple
    ports: tuple
    disk: str = ""

    def fill(self, template, size):
        known = {"n": size, "d": self.inputs, "b": self.programs, "out": self.out, "s": self.server, "p": self.ports[1],
                 "p3": self.ports[2], "disk": self.disk}
        known |= {f"a{i}": f"{a}:{p}" for i, (a, p) in enumerate(zip(self.addresses, self.ports), 1)}
        return template.format(**known)

    def port_of(self, server):
        own = "{a1}" in server.command or "{p3}" in server.command
        return self.ports[int(server.host[1:]) - 1] if own else self.ports[1]


def on_hosts(folder, programs, out, disk=""):
    places = Places(folder, programs, out, "h2", tuple(f"{NET}{i}" for i in range(1, 5)), (7100,) * 4, disk)
    inputs.server_configs(folder, places)
    return places


def on_loopback(folder, programs, out, disk=""):
    places = Places(folder, programs, out, "127.0.0.1", ("127.0.0.1",) * 4, tuple(free_ports(4)), disk)
    inputs.server_configs(folder, places)
    return places


def missing(workload, programs):
    """The program that a workload lacks here, or None."""
    texts = [p.command for p in workload.clients + workload.servers]
    own = {m for t in texts for m in re.findall(r"\{b\}/([\w-]+)", t)}
    for name in workload.needs + tuple(f"{programs}/{o}" for o in sorted(own)):
        if not shutil.which(name):
            return name
    return None
