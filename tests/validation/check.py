#!/usr/bin/env python3
"""Checks the machinery of the validation in seconds, without privilege: check.py tables|platforms|one_case|closure|other_machine BUILD"""
import csv
import glob
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import build_programs  # noqa: E402
import cases  # noqa: E402
import commands  # noqa: E402
import comparison  # noqa: E402
import inputs  # noqa: E402
import predictions  # noqa: E402
import truth_table  # noqa: E402

ONE = "barrier_threads@full"


def expect(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def tables(_):
    """Every case has what it names: inputs, programs, sizes, settings; the stored truth has no case that is gone."""
    every = cases.cases()
    names = [c.name for c in every]
    expect(len(names) == len(set(names)), "two cases have one name")
    known = set(build_programs.RULES) | {a for a, _ in build_programs.ALIASES + build_programs.INSTALLED} | set(build_programs.SCRIPTS)
    places = commands.on_hosts("/inputs", "/bin", "/out", "/disk")
    for c in every:
        w = c.workload
        expect(all(callable(getattr(inputs, i, None)) for i in w.inputs), f"{w.name}: no such input")
        for text in [p.command for p in w.clients + w.servers] + [t for _, t in w.record]:
            expect("{n}" not in text or w.size(c.setting), f"{c.name}: no size for this setting")
            expect("None" not in places.fill(text, w.size(c.setting)), f"{c.name}: {text}")
            own = set(re.findall(r"\{b\}/([\w-]+)", text))
            expect(own <= known, f"{w.name}: no rule builds {own - known}")
        hosts = {p.host for p in w.clients + w.servers}
        expect(hosts <= {f"h{i + 1}" for i in range(len(c.setting.links))} | {""}, f"{c.name}: a host that the setting lacks")
        expect(c.truth_name == c.name or c.truth_name in names, f"{c.name}: its truth {c.truth_name} is no case")
    for path in sorted(glob.glob(f"{HERE}/truth/*.csv")):
        _, rows = truth_table.read(path)
        now = {c.name: cases.fingerprint(c) for c in every}
        stale = sorted(n for n, r in rows.items() if now.get(n) != r["fingerprint"])
        expect(not stale, f"{path}: measured for other versions of these cases: {stale}")
    errors = [math.log(1.1), -math.log(1.1)]
    expect(abs(comparison.summary(errors)["mean_pct"] - 10) < 1e-9 and abs(comparison.summary(errors)["bias_pct"]) < 1e-9, "the summary is wrong")
    print(f"{len(every)} cases")


def platforms(build):
    """simreplay loads the platform of every setting."""
    trace = sorted(f for f in os.listdir(f"{HERE}/../end_to_end/golden") if f.endswith(".capnp"))[0]
    with tempfile.TemporaryDirectory() as d:
        for path in predictions.write_platforms(cases.cases(), d, {"wakeup_ns": 5000}).values():
            done = subprocess.run([f"{build}/replayer/cli/simreplay", f"{HERE}/../end_to_end/golden/{trace}", path, "--host-speed", "1Gf",
                                   "--no-closure", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            expect(done.returncode == 0, f"{os.path.basename(path)}: {done.stderr}")
            expect(json.loads(done.stdout)["predicted_s"] > 0, f"{path}: nothing predicted")


def run(build, d, *options):
    return subprocess.run([sys.executable, f"{HERE}/run", "--build", build, "-o", f"{d}/out", "--truth", f"{d}/truth.csv", "--only", f"^{ONE}$",
                           "--recordings", "1", "--repetitions", "1", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def need_recorder(build):
    if subprocess.run([f"{build}/recorder/simrec", "doctor"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode or not shutil.which("c++"):
        print("skipped: simrec cannot record here, or there is no compiler")
        sys.exit(77)


def closure(build):
    """A row whose closure error is that of its twin and its estimate, and recordings that stay where asked."""
    need_recorder(build)
    with tempfile.TemporaryDirectory() as d:
        done = subprocess.run([f"{HERE}/closure", "--build", build, "--only", ONE, "--rounds", "1", "--traces", d], stdout=subprocess.PIPE, text=True)
        expect(done.returncode == 0 and os.path.exists(f"{d}/barrier_threads.0.capnp"), done.stdout)
        name, native, _, _, estimate, twin, closed = done.stdout.splitlines()[1].split()
        expect(name == "barrier_threads" and float(native) > 0, done.stdout)
        expect(abs((1 + float(twin) / 100) / (1 + float(estimate) / 100) - 1 - float(closed) / 100) < 0.002, done.stdout)


def one_case(build):
    """Truth, recording, prediction and table of a case that needs no privilege. How good it is, is not judged."""
    need_recorder(build)
    with tempfile.TemporaryDirectory() as d:
        done = run(build, d, "--measure-truth")
        expect(done.returncode == 0, done.stdout)
        with open(f"{d}/out/results.csv") as f:
            (row,) = csv.DictReader(f)
        expect(row["case"] == ONE and not row["failed"], row)
        expect(float(row["real_s"]) > 0 and float(row["predicted_s"]) > 0, row)
        expect(abs(float(row["error"]) - math.log(float(row["predicted_s"]) / float(row["real_s"]))) < 1e-9, row)
        with open(f"{d}/out/results.json") as f:
            expect(json.load(f)["totals"]["all"]["cases"] == 1, "totals")
        again = run(build, d, "--reuse-recordings")
        expect(again.returncode == 0 and "stored truth" in again.stdout, again.stdout)


def other_machine(build):
    """A truth of another kind of machine is refused with the reason."""
    with tempfile.TemporaryDirectory() as d:
        truth_table.write(f"{d}/truth.csv", {"cpu": "none such", "cores": 3, "probe_s": 1, "date": "then"}, [])
        done = run(build, d)
        expect(done.returncode == 2 and "none such" in done.stdout and "--measure-truth" in done.stdout, done.stdout)


if __name__ == "__main__":
    checks = (tables, platforms, one_case, closure, other_machine)
    {c.__name__: c for c in checks}[sys.argv[1]](sys.argv[2])
