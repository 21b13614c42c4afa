"""Writes a setting's SimGrid platform and asks simreplay what a recording takes there."""
import dataclasses
import itertools
import json
import os
import re
import statistics
import subprocess
import sys

from cases import SETTINGS
from testbed.network import CONGESTION_CONTROL, segments_per_frame

RECORDED_SPEED = 1e9  # flop/s that stand for one core of this machine at full speed
LIMIT_S = 600


def platform_xml(setting, wakeup_ns=None, late_ms=0.0, tcp=CONGESTION_CONTROL):
    """Every host has `cores` of the machine's cores; rates count whole frames, as simreplay expects. Each link is `late_ms` slower than wanted."""
    wake = f'<prop id="wakeup_ns" value="{wakeup_ns}"/>' if wakeup_ns is not None else ""
    speed = f'speed="{RECORDED_SPEED * setting.cpu:.10g}f" core="{setting.cores}"'
    out = ['<?xml version="1.0"?>', '<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">', '<platform version="4.1">',
           '  <zone id="star" routing="Full">']
    if not setting.links:
        disk = f'<disk id="disk" read_bw="{setting.disk_bps:.10g}Bps" write_bw="{setting.disk_bps:.10g}Bps"/>' if setting.disk_bps else ""
        return "\n".join(out + [f'    <host id="h1" {speed}>{disk}</host>', "  </zone>", "</platform>", ""])
    n = len(setting.links)
    nic = [f'<prop id="tcp_congestion_control" value="{tcp}"/><prop id="gso_max_segs" value="{segments_per_frame(link)}"/>' for link in setting.links]
    out += [f'    <host id="h{i}" {speed}>{wake}{nic[i - 1]}</host>' for i in range(1, n + 1)]
    for i, link in enumerate(setting.links, 1):
        for way, rate in (("up", link.up_bps), ("down", link.down_bps)):
            out.append(f'    <link id="h{i}_{way}" bandwidth="{rate:.10g}bps" latency="{link.lat_ms + late_ms:.10g}ms"/>')
    out += [f'    <route src="h{i}" dst="h{j}" symmetrical="NO"><link_ctn id="h{i}_up"/><link_ctn id="h{j}_down"/></route>'
            for i in range(1, n + 1) for j in range(1, n + 1) if i != j]
    return "\n".join(out + ["  </zone>", "</platform>", ""])


@dataclasses.dataclass
class Prediction:
    """Of one client: its seconds, and what simreplay says of the whole replay."""
    seconds: dict = dataclasses.field(default_factory=dict)  # client label -> seconds
    closure: float = 0.0
    trust: str = ""
    reason: str = ""
    interval: tuple = ()  # of the whole run, relative to its predicted time
    failed: str = ""


def arguments(simreplay, traces, platform, workload, setting, extra):
    place = [x for p in (*workload.place, *(f"cmd:*/time{i} *={c.host}" for i, c in enumerate(workload.clients) if c.host))
             for x in ("--place", p)]
    # Only the last match counts: clients' timeit wrappers go first, programs after them.
    speed = ["--host-speed", f"{RECORDED_SPEED * setting.recorded_cpu:.10g}f"]
    return [simreplay, *traces, platform, *speed, *place, "--json", *extra]


def verdict(report):
    """(trust, reason) of any of the forms a report may have; ("", "") from a simreplay without it."""
    trust = report.get("trust") or ""
    if isinstance(trust, dict):
        reason = trust.get("reason", trust.get("reasons", ""))
        return str(trust.get("level", trust.get("verdict", ""))), "; ".join(reason) if isinstance(reason, list) else str(reason)
    return str(trust), str(report.get("trust_reason", ""))


def interval(report):
    """Bounds relative to the predicted time, or ()."""
    found = report.get("interval")
    if isinstance(found, dict):
        found = [v for k, v in sorted(found.items(), key=lambda kv: "high" in kv[0] or "upper" in kv[0]) if k.endswith("_s")]
    whole = report.get("predicted_s", 0)
    return (found[0] / whole, found[1] / whole) if found and len(found) == 2 and whole else ()


def predict(simreplay, traces, platform, workload, setting, extra=()):
    command = arguments(simreplay, traces, platform, workload, setting, extra)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return Prediction(failed=f"simreplay did not end in {LIMIT_S} s")
    if done.returncode != 0:
        return Prediction(failed=f"simreplay: {(done.stderr.strip().splitlines() or ['no message'])[-1]} (exit {done.returncode})"[:300])
    report = json.loads(done.stdout)
    seconds = client_seconds(report, workload)
    if not seconds:
        return Prediction(failed="the prediction has no process timeit of the client")
    trust, reason = verdict(report)
    return Prediction(seconds, report.get("closure_error") or 0.0, trust, reason, interval(report))


def client_seconds(report, workload):
    """{client label: predicted seconds}, or {} if a client is missing."""
    seconds = {}
    for i, c in enumerate(workload.clients):
        timed = [p for p in report["processes"] if p["name"] == "timeit" and f"/time{i} " in p["cmdline"]]
        if not timed:
            return {}
        seconds[c.label] = timed[0]["end_s"] - timed[0]["start_s"]
    return seconds


def help_text(simreplay):
    return subprocess.run([simreplay, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def models(simreplay):
    """The terms of the model that this simreplay can switch off, from its --help; [] if it has none."""
    _, _, after = help_text(simreplay).partition("Terms of the model:\n")
    listed = itertools.takewhile(lambda line: line.startswith("  "), after.splitlines())
    return [line.split()[0] for line in listed]


def wakeup_ns(simrec, simtrace, folder):
    """[Wake-up latency of the machine as it is now], as simrec measures it: a user would record anything on the target."""
    trace = f"{folder}/wakeup.capnp"
    try:
        subprocess.run([simrec, "-q", "-o", trace, "true"], check=True, stdin=subprocess.DEVNULL)
        twin = subprocess.run([simtrace, "platform", trace], check=True, stdout=subprocess.PIPE, text=True).stdout
        os.unlink(trace)
    except (OSError, subprocess.CalledProcessError) as e:
        say(f"the wake-up latency could not be measured: {e}")
        return []
    return [int(re.search(r'"wakeup_ns" value="(\d+)"', twin)[1])]


def late_ms(setting, networks):
    """How much later than wanted each link delivered: a ping between h1 and h2, which crosses four, told when the testbed was set up
    (median of the rounds). Whoever describes a real network measures its round-trip time, too."""
    same = [n["rtt_ms"] - n["rtt_ideal_ms"] for n in networks if SETTINGS[n["setting"]].links == setting.links and "rtt_ms" in n]
    return statistics.median(same) / 4 if setting.links and same else 0.0


def congestion_control(setting, networks):
    """What the hosts of a setting used for TCP when its truth was measured."""
    return next((n["congestion_control"] for n in reversed(networks) if n["setting"] == setting.name and "congestion_control" in n), CONGESTION_CONTROL)


def write_platforms(cases, folder, facts):
    os.makedirs(folder, exist_ok=True)
    paths = {}
    for s in {c.setting for c in cases}:
        paths[s.name] = f"{folder}/{s.name}.xml"
        with open(paths[s.name], "w") as f:
            networks = facts.get("networks", ())
            f.write(platform_xml(s, facts.get("wakeup_ns"), late_ms(s, networks), congestion_control(s, networks)))
    return paths


def say(text):
    print(text, file=sys.stderr, flush=True)
