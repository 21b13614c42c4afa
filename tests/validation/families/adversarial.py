"""Programs that do something else on another platform: what a trace cannot tell. They should be flagged."""
from cases import Client, Server, Workload

LOCAL = ("full", "half", "one-core")
NET = ("1g-0.4ms", "1g-4ms", "100m-20ms")


def alone(name, command):
    return Workload(name, "adversarial", (Client("", command),), LOCAL)


def pair(name, program, numbers):
    """The server is the same program under another name."""
    return Workload(name, "adversarial", (Client("h1", "{b}/" + program + " client {s} {p} {n}"),), NET,
                    (Server("h2", "{b}/" + program + "-server server {p}"),), (f"cmd:*/{program}-server server *=h2",), numbers)


WORKLOADS = [
    alone("spin_wait", "{b}/spin_wait 300 5000000"),
    alone("work_stealing", "{b}/work_stealing 2 18"),
    alone("lock_convoy", "{b}/lock_convoy 4 8000"),
    pair("timeout_adaptive", "timeout_adaptive", {"A": 3000, "B": 400, "D": 400}),
    pair("short_flows", "short_flows", {"A": 3000, "B": 800, "D": 160}),
]
