"""What the held-out families have in common. No family itself."""
import functools

from cases import Client, Server, Workload
from families import cpu

PYTHON = "/usr/bin/python3"


def parts(family, networks, columns, cores):
    """A family's own network() and alone(), which make workloads of several hosts and of one, and sizes(): one for each of its networks, whose
    `Setting.size` are `columns`."""
    def network(name, server, place, client, n, needs, inputs=(), more_servers=()):
        return Workload(name, family, (Client("h1", client),), networks, (Server("h2", server), *more_servers), place, n, needs, inputs)

    def sizes(*of_networks):
        return dict(zip(columns, of_networks, strict=True))
    return network, functools.partial(cpu.alone, family=family, settings=cores), sizes
