"""What is validated: settings (emulated platforms), workloads (real programs), and their product, the cases.

The tables of workloads are in families/*.py. Commands are for `sh -c 'exec COMMAND'` and know:
  {n}      the size for this setting    {d}   folder with the inputs, in memory     {b}  folder of our programs
  {s}      address of the server (host h2 in the truth, 127.0.0.1 in a recording), {p} its port, {p3} that of one on h3
  {a1}..{a4}  address:port of hosts 1 to 4        {out}  an empty folder, new for each run
"""
import dataclasses
import importlib
import inspect
import re
import zlib

import build_programs
import inputs
from testbed.network import Link

G, M = 1e9, 1e6


@dataclasses.dataclass(frozen=True)
class Setting:
    """A target. Without links: one host. `recorded_cpu` is the speed of the cores while recording, `recorded_cores` their number."""
    name: str
    links: tuple = ()
    cpu: float = 1.0  # speed of the target's cores; the truth slows them
    cores: int = 2
    recorded_cpu: float = 1.0
    recorded_cores: int = 2
    disk_bps: float = 0  # bytes/s of a throttled device; 0 = none
    truth_as: str = ""  # the setting whose truth this is, if not its own
    size: str = ""  # which column of a workload's sizes


def star(n, rate, lat_ms):
    return (Link(rate, rate, lat_ms),) * n


SETTINGS = {s.name: s for s in (
    Setting("full"),
    Setting("half", cpu=0.5),
    Setting("quarter", cpu=0.25),
    Setting("one-core", cores=1),
    Setting("from-half", recorded_cpu=0.5, truth_as="full"),
    Setting("from-quarter", recorded_cpu=0.25, truth_as="full"),
    Setting("1g-0.4ms", star(4, 1 * G, 0.1), size="A"),
    Setting("1g-4ms", star(4, 1 * G, 1), size="B"),
    Setting("100m-20ms", star(4, 100 * M, 5), size="D"),
    Setting("10m-40ms", star(4, 10 * M, 10), size="E"),
    Setting("1g-0.4ms-half", star(4, 1 * G, 0.1), cpu=0.5, size="A"),
    Setting("100m-20ms-quarter", star(4, 100 * M, 5), cpu=0.25, size="D"),
    # h2 is the server: h1 is near, h3 is far.
    Setting("near-far", (Link(G, G, 0.1), Link(G, G, 0.1), Link(G, G, 5)), size="A"),
    Setting("fast-slow", (Link(G, G, 0.5), Link(G, G, 0.5), Link(10 * M, 10 * M, 0.5)), size="A"),
    Setting("adsl", (Link(5 * M, 50 * M, 4), Link(G, G, 1)), size="A"),
    # Of the held-out cases only.
    Setting("third", cpu=0.33),
    Setting("300m-2ms", star(4, 300 * M, 0.5), size="F"),
    Setting("40m-60ms", star(4, 40 * M, 15), size="G"),
    # Of the second held-out family.
    Setting("fifth", cpu=0.2),
    Setting("100m-1ms", star(4, 100 * M, 0.25), size="H"),
    Setting("500m-10ms", star(4, 500 * M, 2.5), size="I"),
    Setting("20m-100ms", star(4, 20 * M, 25), size="J"),
    # Of the third.
    Setting("three-fifths", cpu=0.6),
    Setting("200m-4ms", star(4, 200 * M, 1), size="K"),
    Setting("50m-30ms", star(4, 50 * M, 7.5), size="L"),
    # Of the fourth. h1 sends at a quarter of the rate that it receives at.
    Setting("two-fifths", cpu=0.4),
    Setting("400m-1.6ms", star(4, 400 * M, 0.4), size="M"),
    Setting("uneven-17ms", (Link(30 * M, 120 * M, 8), *star(3, 1 * G, 0.5)), size="N"),
    # Of the fifth.
    Setting("seven-tenths", cpu=0.7),
    Setting("150m-8ms", star(4, 150 * M, 2), size="O"),
    Setting("800m-0.8ms", star(4, 800 * M, 0.2), size="P"),
    # Of the sixth.
    Setting("35m-14ms", star(4, 35 * M, 3.5), size="Q"),
    Setting("250m-3ms", star(4, 250 * M, 0.75), size="R"),
    # Of the seventh.
    Setting("120m-9ms", star(4, 120 * M, 2.25), size="S"),
    Setting("600m-1.2ms", star(4, 600 * M, 0.3), size="T"),
    # Of the eighth.
    Setting("90m-6ms", star(4, 90 * M, 1.5), size="U"),
    Setting("450m-2ms", star(4, 450 * M, 0.5), size="V"),
    # Of the ninth.
    Setting("from-one-core", recorded_cores=1, truth_as="full"),
    Setting("60m-12ms", star(4, 60 * M, 3), size="W"),
    Setting("750m-1ms", star(4, 750 * M, 0.25), size="X"),
    # Of the tenth.
    Setting("80m-7ms", star(4, 80 * M, 1.75), size="Y"),
    Setting("300m-2.5ms", star(4, 300 * M, 0.625), size="Z"),
    # Of the eleventh.
    Setting("70m-16ms", star(4, 70 * M, 4), size="a"),
    Setting("350m-1.5ms", star(4, 350 * M, 0.375), size="b"),
    Setting("disk-20MBps", disk_bps=20e6),
    Setting("disk-4MBps", disk_bps=4e6),
)}


@dataclasses.dataclass(frozen=True)
class Server:
    host: str
    command: str
    port: bool = True  # it listens: wait for that


@dataclasses.dataclass(frozen=True)
class Client:
    """What is timed, from start to exit."""
    host: str
    command: str
    label: str = ""  # tells the clients of one run apart


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    family: str
    clients: tuple
    settings: tuple
    servers: tuple = ()
    place: tuple = ()  # --place options of simreplay; what matches none runs on h1
    sizes: dict = dataclasses.field(default_factory=dict)  # column -> {n}; "" for settings without one
    needs: tuple = ()  # programs that must be installed
    inputs: tuple = ()  # functions of inputs.py
    disk: bool = False  # works on a device of its own, cold
    quick: bool = False  # part of --quick
    record: tuple = ()  # replaces clients' commands while recording (label -> command): loopback needs another launcher
    total: bool = True  # counts in the family's totals

    def size(self, setting):
        return self.sizes.get(setting.size, self.sizes.get(""))


@dataclasses.dataclass(frozen=True)
class Case:
    workload: Workload
    setting: Setting
    client: Client

    @property
    def run(self):
        """The run that this case is measured in: those with several clients have a case per client."""
        return f"{self.workload.name}@{self.setting.name}"

    @property
    def name(self):
        return self.run + (f":{self.client.label}" if self.client.label else "")

    @property
    def truth_name(self):
        return self.name.replace(f"@{self.setting.name}", f"@{self.setting.truth_as or self.setting.name}")

    @property
    def counted(self):
        """Cache-heavy programs on slowed cores are shown, but outside the totals: no method of slowing keeps caches."""
        return self.workload.total and not (self.workload.family == "cache" and
                                            min(self.setting.cpu, self.setting.recorded_cpu) < 1)


def fingerprint(case):
    """Changes with whatever changes what is run: a stored truth of another fingerprint is not this case's."""
    w, s = case.workload, case.setting
    parts = [w.clients, w.servers, w.size(s), s.links, s.cpu, s.cores, s.disk_bps]
    parts += [inspect.getsource(getattr(inputs, i)) for i in w.inputs]
    names = {n for p in w.clients + w.servers for n in re.findall(r"\{b\}/([\w-]+)", p.command)}
    for name, (_, source, _) in sorted(build_programs.RULES.items()):
        if any(n == name or (n, name) in build_programs.ALIASES for n in names):
            with open(f"{build_programs.HERE}/{source}") as f:
                parts.append(f.read())
    return f"{zlib.crc32(repr(parts).encode()):08x}"


FAMILIES = ("network", "servers", "heterogeneous", "both", "cpu", "cache", "adversarial", "disk", "heldout", "heldout2", "heldout3",
            "heldout4", "heldout5", "heldout6", "heldout7", "heldout8", "heldout9", "heldout10", "heldout11")


def workloads():
    return [w for module in FAMILIES if module not in ("both", "cache")  # those are part of network and of cpu
            for w in importlib.import_module(f"families.{module}").WORKLOADS]


def cases(families=(), only="", quick=False):
    """All cases, or those of some families, whose name matches a pattern, or a few quick ones."""
    found = [Case(w, SETTINGS[s], c) for w in workloads() for s in w.settings for c in w.clients]
    if quick:
        found = [c for c in found if c.workload.quick]
    return [c for c in found if (not families or family_of(c) in families) and re.search(only, c.name)]


def family_of(case):
    """Slowed cores behind a network are a family of their own."""
    networked = case.workload.family == "network" and case.setting.cpu < 1
    return "both" if networked else case.workload.family
