"""The truth: untraced runs on emulated hosts, in rounds, each round in an order of its own."""
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import build_programs
import commands
import inputs
from testbed.disk import Disk
from testbed.network import CONGESTION_CONTROL, Accounting, Network, TestbedError, host_prefix

FOREIGN_LIMIT = 0.5  # cores; a run beside more foreign load is kept, but rejected, and made again once
STEAL_LIMIT = 0.1  # cores that the hypervisor gave to others: foreign load, too, that only shows here
RUN_LIMIT_S = 90


class Testbed:
    """What runs share: programs, inputs, a folder in memory, cgroups."""

    def __init__(self, programs, folder, accounting, congestion_control):
        self.programs, self.folder, self.accounting, self.congestion_control = programs, folder, accounting, congestion_control
        self.inputs, self.out = f"{folder}/inputs", f"{folder}/out"
        self.network, self.disk, self.eps_ns = None, None, None
        self.prepared = set()  # inputs that are there

    def prepare(self, names):
        inputs.prepare(self.inputs, set(names) - self.prepared)
        self.prepared |= set(names)

    def slow_prefix(self, factor, method, run_us=50):
        """argv prefix for slower cores; `stall` is calibrated at its first use."""
        if factor >= 1:
            return []
        if method == "stall" and self.eps_ns is None:
            probes = sorted(int(subprocess.run([f"{self.programs}/cpuslow", "--calibrate"], check=True, stdout=subprocess.PIPE,
                                               stderr=subprocess.DEVNULL).stdout) for _ in range(3))
            self.eps_ns = probes[1]
        options = ["--eps-ns", str(self.eps_ns), "--run-us", str(run_us)] if method == "stall" else []
        return [f"{self.programs}/cpuslow", "--factor", str(factor), "--method", method, *options, "--"]

    def prefix(self, setting, host):
        slow = self.slow_prefix(setting.cpu, "stall" if setting.links else "hog")
        return slow + (host_prefix(host) if setting.links else ["taskset", "-c", "1"] if setting.cores == 1 else [])

    def spawn(self, setting, host, argv, stdout):
        return subprocess.Popen(self.prefix(setting, host) + argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT,
                                cwd=self.out, preexec_fn=self.accounting.enter, start_new_session=True)


@contextlib.contextmanager
def open_testbed(programs="", congestion_control=CONGESTION_CONTROL):
    """A Testbed whose programs are built into a folder, or into its own, which goes with all that still runs in its cgroups."""
    folder = tempfile.mkdtemp(prefix="simrec-validation.", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.chmod(folder, 0o755)
    try:
        with Accounting() as accounting:
            yield Testbed(build_programs.build(programs or f"{folder}/bin"), folder, accounting, congestion_control)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stop(process):
    for sig in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            break
        try:
            os.killpg(process.pid, sig)
        except ProcessLookupError:
            pass
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            pass


def start_servers(bed, workload, setting, places, log):
    started = []
    for s in workload.servers:
        command = places.fill(s.command, workload.size(setting))
        started.append(bed.spawn(setting, s.host, ["sh", "-c", "exec " + command], log))
    for s in workload.servers:
        for _ in range(250):
            if not s.port or bed.network.listening(s.host, places.port_of(s)):
                break
            time.sleep(0.02)
        else:
            raise TestbedError(f"{workload.name}: the server on {s.host} does not listen")
    time.sleep(0.1 if started else 0)
    return started


def run_once(bed, workload, setting):
    """One run: {"walls": [s per client], "cpus": the same, "foreign": cores, "steal": cores, "core_wait": share of the time} or {"failed": reason}."""
    inputs.empty(bed.out)
    disk = bed.disk.path if workload.disk else ""
    places = commands.on_hosts(bed.inputs, bed.programs, bed.out, disk)
    if workload.disk:
        bed.disk.throttle(0)
        bed.disk.make_cold()
        bed.disk.throttle(setting.disk_bps)
    servers, clients, size = [], [], workload.size(setting)
    try:
        with open(f"{bed.folder}/run.log", "w") as log:
            servers = start_servers(bed, workload, setting, places, log)
            own, (busy, stolen), waited, t = own_cpu(bed), bed.accounting.machine_cpu_s(), bed.accounting.core_wait_s(), time.monotonic()
            for i, c in enumerate(workload.clients):
                timed = [f"{bed.programs}/timeit", f"{bed.folder}/time{i}", "sh", "-c", "exec " + places.fill(c.command, size)]
                clients.append(bed.spawn(setting, c.host, timed, log))
            for c in clients:
                if c.wait(RUN_LIMIT_S) != 0:
                    return {"failed": f"exit status {c.returncode}: {tail(bed.folder)}"}
            span = time.monotonic() - t
            busy2, stolen2 = bed.accounting.machine_cpu_s()
            foreign = max(0.0, busy2 - busy - (own_cpu(bed) - own)) / span
            core_wait = (bed.accounting.core_wait_s() - waited) / span
        walls, cpus = [], []
        for i in range(len(clients)):
            with open(f"{bed.folder}/time{i}") as f:
                wall, user, system, _ = f.read().split()
                walls.append(float(wall))
                cpus.append(round(float(user) + float(system), 4))
        return {"walls": walls, "cpus": cpus, "foreign": round(foreign, 2), "steal": round((stolen2 - stolen) / span, 2),
                "core_wait": round(core_wait, 3)}
    except subprocess.TimeoutExpired:
        return {"failed": f"longer than {RUN_LIMIT_S} s"}
    except TestbedError as e:
        return {"failed": f"{e}: {tail(bed.folder)}"}
    finally:
        for p in clients + servers:
            stop(p)
        bed.accounting.end_all()
        if workload.disk:
            bed.disk.throttle(0)


def undisturbed(result):
    """Did the run have the machine for itself, as far as can be seen?"""
    return result["foreign"] <= FOREIGN_LIMIT and result["steal"] <= STEAL_LIMIT


def own_cpu(bed):
    return bed.accounting.own_cpu_s() + (bed.network.cpu_s() if bed.network else 0)


def tail(folder):
    try:
        with open(f"{folder}/run.log", errors="replace") as f:
            return f.read()[-300:].strip()
    except OSError:
        return ""


def rounds(bed, runs, repetitions, keep, budget_s, facts, wakeup, retry, record):
    """Runs every (workload, setting) so often; `keep(run, result)` gets each result at once. `record(workloads)` makes this round's
    recordings of these; None stands for all that are left. What only computes is recorded between its own runs: the speed of this kind of
    machine drifts within minutes."""
    end, groups = time.monotonic() + budget_s, {}
    for w, s in runs:
        groups.setdefault(s.links or w.name, []).append((w, s))
    for n in range(repetitions):
        order = list(groups)
        random.shuffle(order)
        for group in order:
            members = random.sample(groups[group], len(groups[group]))
            links = members[0][1].links
            if links:
                with Network(links, f"{bed.programs}/delayline", bed.folder, bed.congestion_control) as bed.network:
                    facts.setdefault("networks", []).append({"setting": members[0][1].name, **bed.network.facts})
                    facts.setdefault("wakeups_ns", []).extend(wakeup(bed.folder))
                    repeat(bed, members, keep, end, n, retry)
                bed.network = None
            else:
                middle = random.randrange(len(members) + 1)
                repeat(bed, members[:middle], keep, end, n, retry)
                record({w.name for w, _ in members})
                repeat(bed, members[middle:], keep, end, n, retry)
        record(None)


def repeat(bed, members, keep, end, n, retry):
    """One round; what failed or ran beside foreign load is made again once."""
    for attempt in ("", " again"):
        left = []
        for w, s in members:
            if time.monotonic() > end:
                return
            result = run_once(bed, w, s)
            keep((w, s), result)
            print(f"round {n + 1}{attempt} {w.name}@{s.name}: {result}", file=sys.stderr, flush=True)
            if "failed" in result or retry and not undisturbed(result):
                left.append((w, s))
        members = left


def measure(cases, bed, repetitions, budget_s, keep, facts, wakeup, retry, record):
    """Measures the truth of all cases; `keep` and `record` as in `rounds`, `wakeup(folder)` tells the wake-up latency of the hosts in
    ns, a list of one or none. What cannot run here is kept as failed."""
    runs = {}
    for c in cases:
        if c.setting.truth_as:
            continue
        lack = commands.missing(c.workload, bed.programs)
        if lack:
            keep((c.workload, c.setting), {"failed": f"{lack} is not installed"})
        else:
            runs[c.run] = (c.workload, c.setting)
    bed.prepare({i for w, _ in runs.values() for i in w.inputs})
    on_disk = [r for r in runs.values() if r[0].disk]
    rounds(bed, [r for r in runs.values() if not r[0].disk], repetitions, keep, budget_s, facts, wakeup, retry, record)
    if on_disk:
        try:
            with Disk(bed.folder) as bed.disk:
                rounds(bed, on_disk, repetitions, keep, budget_s, facts, wakeup, retry, lambda workloads: None)
        except TestbedError as e:
            for r in on_disk:
                keep(r, {"failed": str(e)})
    facts["stall_eps_ns"] = bed.eps_ns
    if facts.get("wakeups_ns"):
        facts["wakeup_ns"] = sorted(facts["wakeups_ns"])[len(facts["wakeups_ns"]) // 2]


def save_raw(path, run, result):
    """Every run is kept, rejected ones too."""
    with open(path, "a") as f:
        f.write(json.dumps({"workload": run[0].name, "setting": run[1].name, **result}) + "\n")
