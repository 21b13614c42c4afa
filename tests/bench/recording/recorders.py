"""The recorders that are compared: how each is called, whether it works here, what it wrote."""
import functools
import json
import os
import re
import shutil
import subprocess


class Recorder:
    """`prefix` goes before the recorded command; `reason` says why there is no such recorder here ("" = there is)."""

    def __init__(self, name, prefix=(), output=None, reason=""):
        self.name, self.prefix, self.output, self.reason = name, list(prefix), output, reason

    def about_run(self, talk):
        """Figures of the run that just ended: a dictionary, perhaps empty."""
        return {}

    def clean(self):
        if self.output and os.path.exists(self.output):
            os.remove(self.output)


class Simrec(Recorder):
    def __init__(self, name, simrec, simtrace, folder, options=(), reason=""):
        output = os.path.join(folder, "trace.capnp")
        super().__init__(name, [simrec, "-q", *options, "-o", output], output, reason)
        self.simtrace = simtrace
        self.words = [simrec, "-q", *options]

    @functools.cached_property
    def fixed_bytes(self):
        """What any trace holds: that of a program that does nothing, its dozen events included."""
        output = self.output + ".fixed"
        try:
            subprocess.run([*self.words, "-o", output, "true"], check=True, capture_output=True)
            return os.path.getsize(output)
        finally:
            if os.path.exists(output):
                os.remove(output)

    def about_run(self, talk):
        answer = subprocess.run([self.simtrace, "info", "--json", self.output], capture_output=True, text=True, check=True)
        info = json.loads(answer.stdout)
        ways = {name: count for name, count in info["calls_by_tier"].items() if name.startswith("tier")}
        fast = sum(count for name, count in ways.items() if name.startswith("tier2"))
        events = info["totals"]["events"]
        return {"events": events, "bytes_per_event": info["compressed_bytes"] / max(events, 1),
                "bytes_per_event_beyond_fixed": (info["compressed_bytes"] - self.fixed_bytes) / max(events, 1), "fixed_bytes": self.fixed_bytes,
                "recorder_cpu_s": info["recorder_cpu_ns"] / 1e9, "tier2_share": fast / max(sum(ways.values()), 1),
                "losses": sum(info["losses"].values())}


class Perf(Recorder):
    def about_run(self, talk):
        lost = re.search(r"lost (\d+) (?:chunks|samples)", talk)
        return {"lost": int(lost[1])} if lost else {}


def works(command):
    """"" if the command works, else what it says."""
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if answer.returncode == 0 else " ".join(answer.stderr.split())[-160:] or f"exit status {answer.returncode}"


def available(simrec, simtrace, folder):
    """Every recorder of the table, the untraced run first."""
    usage = subprocess.run([simrec, "--help"], capture_output=True, text=True, check=True).stdout
    one_tier = "" if "--no-fast" in usage else "this simrec has no --no-fast: its only tier is tier 1"
    text, data = os.path.join(folder, "strace.txt"), os.path.join(folder, "perf.data")
    strace = ["strace", "-f", "-o", text]
    perf = ["perf", "record", "-e", "raw_syscalls:*", "-o", data]
    tried = [*perf, "true"] if shutil.which("perf") else ["perf"]
    return [
        Recorder("untraced"),
        Simrec("simrec", simrec, simtrace, folder),
        Simrec("simrec --no-fast", simrec, simtrace, folder, ["--no-fast"], one_tier),
        Recorder("strace -f -o", strace, text, works([*strace, "true"])),
        Perf("perf raw_syscalls", perf, data, works(tried)),
    ]
