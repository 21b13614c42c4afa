"""Records workloads on plain loopback with simrec, as often as asked; sizes and recording speeds have their own."""
import dataclasses
import json
import os
import shlex
import subprocess
import time

import commands
import inputs
from testbed.disk import Disk
from testbed.network import TestbedError

LIMIT_S = 60
ATTEMPTS = 3  # MPICH over UCX now and then spins for ever in MPI_Finalize under any tracer


@dataclasses.dataclass(frozen=True)
class Key:
    """Cases with the same key share their recordings."""
    workload: str
    size: str
    recorded_cpu: float
    recorded_cores: int

    @property
    def file(self):
        return f"{self.workload}-{self.size or 'one'}-{self.recorded_cpu:g}" + ("-one-core" if self.recorded_cores == 1 else "")

    def prefix(self, bed):
        """argv prefix for the cores that it is recorded on."""
        return bed.slow_prefix(self.recorded_cpu, "stall", 250) + (["taskset", "-c", "1"] if self.recorded_cores == 1 else [])


def key_of(case):
    return Key(case.workload.name, str(case.workload.size(case.setting) or ""), case.setting.recorded_cpu, case.setting.recorded_cores)


@dataclasses.dataclass
class Recording:
    trace: str = ""
    walls: dict = dataclasses.field(default_factory=dict)  # client label -> seconds while being recorded
    failed: str = ""


def script(workload, size, places, folder):
    """Servers, then clients once the file `go` appears; each client under timeit, as in the truth."""
    special = dict(workload.record)
    lines = [f"cd {places.out}"]
    lines += [f"sh -c {shlex.quote('exec ' + places.fill(s.command, size))} & s{i}=$!" for i, s in enumerate(workload.servers)]
    if workload.servers:
        lines.append(f"while [ ! -e {folder}/go ]; do sleep 0.05; done")
    for i, c in enumerate(workload.clients):
        command = places.fill(special.get(c.label, c.command), size)
        lines.append(f"{places.programs}/timeit {folder}/time{i} sh -c {shlex.quote('exec ' + command)} & c{i}=$!")
    lines += [f"wait $c{i} || status=1" for i in range(len(workload.clients))]
    lines += [f"kill $s{i} 2>/dev/null" for i in range(len(workload.servers))]
    return "status=0\n" + "\n".join(lines) + "\nwait\nexit $status\n"


def wait_for_servers(workload, places, process):
    """Looks at the kernel's table: a connection made to find out would be served."""
    wanted = {places.port_of(s) for s in workload.servers if s.port}
    for _ in range(500):
        with open("/proc/net/tcp") as f:
            listening = {int(line.split()[1].split(":")[1], 16) for line in f.readlines()[1:] if line.split()[3] == "0A"}
        if os.path.exists("/proc/net/tcp6"):
            with open("/proc/net/tcp6") as f:
                listening |= {int(line.split()[1].split(":")[1], 16) for line in f.readlines()[1:] if line.split()[3] == "0A"}
        if wanted <= listening:
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    return False


def record_once(bed, simrec, workload, key, trace):
    walls, failed = run_on_loopback(bed, [*key.prefix(bed), simrec, "-q", "-o", trace], workload, key.size)
    return Recording(failed=failed) if failed else Recording(trace, walls)


def run_on_loopback(bed, prefix, workload, size):
    """({client label: seconds}, why it failed or "") of the program behind `prefix`: a recorder, or nothing."""
    inputs.empty(bed.out)
    for stale in ["go"] + [f"time{i}" for i in range(len(workload.clients))]:
        if os.path.exists(f"{bed.folder}/{stale}"):
            os.unlink(f"{bed.folder}/{stale}")
    if workload.disk:
        bed.disk.make_cold()
    places = commands.on_loopback(bed.inputs, bed.programs, bed.out, bed.disk.path if workload.disk else "")
    log = f"{bed.folder}/record.log"
    with open(f"{bed.folder}/script", "w") as f:  # a file: patterns of --place must not match the text of the script
        f.write(script(workload, size, places, bed.folder))
    with open(log, "w") as out:
        process = subprocess.Popen([*prefix, "sh", f"{bed.folder}/script"],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                   preexec_fn=bed.accounting.enter)
        try:
            if workload.servers:
                up = wait_for_servers(workload, places, process)
                with open(f"{bed.folder}/go", "w"):
                    pass
                if not up:
                    bed.accounting.end_all()
                    process.kill()
            status = process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            bed.accounting.end_all()  # the program, too: it would go on beside all that follows
            process.kill()
            process.wait()
            return {}, f"the run on loopback did not end in {LIMIT_S} s"
    if status != 0:
        with open(log, errors="replace") as f:
            return {}, f"on loopback: exit status {status}: {f.read()[-200:].strip()}"
    walls = {}
    for i, c in enumerate(workload.clients):
        with open(f"{bed.folder}/time{i}") as f:
            walls[c.label] = float(f.read().split()[0])
    return walls, ""


class Recorder:
    """Records what the cases need, in rounds so that a change of the machine hits all alike. A round may be one of the truth, too: then
    both are of the same minutes."""

    def __init__(self, cases, bed, simrec, repetitions, folder, say, reuse=False):
        os.makedirs(folder, exist_ok=True)
        self.bed, self.simrec, self.repetitions, self.folder, self.say = bed, simrec, repetitions, folder, say
        self.known, self.done = index(folder), 0
        wanted = {key_of(c): c for c in cases}
        self.found = {k: self.known[k.file] for k in wanted if k.file in self.known} if reuse else {}
        self.wanted = {k: c for k, c in wanted.items() if k not in self.found}
        bed.prepare({i for c in self.wanted.values() for i in c.workload.inputs})

    def record(self, workloads=None):
        """This round's recordings of workloads of these names, unless there are enough; None: of all that are left, which ends the round."""
        if self.done < self.repetitions:
            for k, c in self.wanted.items():
                if not c.workload.disk and (workloads is None or k.workload in workloads) and len(self.found.get(k, ())) <= self.done:
                    self.keep(k, c)
        self.done += workloads is None

    def finish(self):
        """{key: [Recording]} with the rounds that are left."""
        while self.done < self.repetitions:
            self.record()
        self.record_on_disk({k: c for k, c in self.wanted.items() if c.workload.disk})
        with open(f"{self.folder}/index.json", "w") as f:
            kept = self.known | {k.file: v for k, v in self.found.items()}
            json.dump({k: [dataclasses.asdict(r) for r in v] for k, v in kept.items()}, f)
        return self.found

    def record_on_disk(self, wanted):
        if not wanted:
            return
        try:
            with Disk(self.bed.folder) as self.bed.disk:
                for _ in range(self.repetitions):
                    for k, c in wanted.items():
                        self.keep(k, c)
        except TestbedError as e:
            for k in wanted:
                self.found.setdefault(k, []).append(Recording(failed=str(e)))

    def keep(self, key, case):
        kept = self.found.setdefault(key, [])
        trace = f"{self.folder}/{key.file}.{len(kept)}.capnp"
        lack = commands.missing(case.workload, self.bed.programs)
        if lack:
            result = Recording(failed=f"{lack} is not installed")
        else:
            for _ in range(ATTEMPTS):
                result = record_once(self.bed, self.simrec, case.workload, key, trace)
                if not result.failed:
                    break
                self.say(f"recording again: {key.file}: {result.failed}")
        self.say(f"recorded {os.path.basename(trace)}: {result.failed or result.walls}")
        kept.append(result)


def index(folder):
    """The recordings that a folder has: {Key.file: [Recording]}."""
    if not os.path.exists(f"{folder}/index.json"):
        return {}
    with open(f"{folder}/index.json") as f:
        return {k: [Recording(**r) for r in v] for k, v in json.load(f).items()}
