#!/usr/bin/env python3
"""Replays the recorded traces of golden/ on the sample platforms and holds the predictions against the stored ones.

golden.py SIMREPLAY ROOT [--update]

Traces of this format version must stay readable and must give the same numbers; --update rewrites the stored
predictions, and the commit that contains it says why they changed. The traces come from record_replay.py --keep."""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "golden"
TOLERANCE = 1e-9  # relative

# Trace: (platform, further options) for each stored prediction.
SPEED = ("--host-speed", "1Gf")
REPLAYS = {
    "redis": (("laptop", ()), ("laptop", SPEED), ("two-sites", (*SPEED, "--place", "redis-server*=server")),
              ("cluster-10gbe", (*SPEED, "--place", "redis-server*=node-1")), ("edge-board", (*SPEED, "--place", "redis-server*=gateway"))),
    "nginx": (("fast-4x", SPEED), ("two-sites", (*SPEED, "--place", "nginx=server"))),
    "python_pool": (("laptop", SPEED), ("fast-4x", SPEED), ("edge-board", SPEED)),
    "pipeline": (("laptop", SPEED), ("two-sites", (*SPEED, "--place", "sort=server"))),
}


def predict(simreplay, root, trace, platform, options):
    """What is stored of a prediction: its time, and each process's."""
    command = [simreplay, HERE / f"{trace}.capnp", root / f"samples/platforms/{platform}.xml", "--json", "--no-closure", "--no-validity", *options]
    report = json.loads(subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout)
    steps_ns, predicted_ns = sum(report["critical_path"]["by_kind_ns"].values()), round(report["predicted_s"] * 1e9)
    if steps_ns != predicted_ns:
        sys.exit(f"{trace} on {platform}: the critical path takes {steps_ns} ns, predicted are {predicted_ns} ns")
    processes = [[p["name"], p["host"], p["start_s"], p["end_s"]] for p in report["processes"]]
    return {"predicted_s": report["predicted_s"], "events": report["events"], "processes": processes}


def same(one, other):
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, (int, float)):
        return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
    return one == other


def main():
    simreplay, root = sys.argv[1], pathlib.Path(sys.argv[2])
    found = {" ".join((trace, platform, *options)): predict(simreplay, root, trace, platform, options)
             for trace, replays in REPLAYS.items() for platform, options in replays}
    stored_file = HERE / "predictions.json"
    if "--update" in sys.argv:
        lines = (f"{json.dumps(name)}: {json.dumps(prediction)}" for name, prediction in found.items())
        stored_file.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        return
    stored, wrong = json.loads(stored_file.read_text()), []
    for name in sorted({*found, *stored}):
        if not same(found.get(name), stored.get(name)):
            wrong.append(f"{name}: predicted {found.get(name, {}).get('predicted_s')} s, stored {stored.get(name, {}).get('predicted_s')} s")
    print("\n".join(wrong) or f"{len(stored)} predictions as stored")
    sys.exit(1 if wrong or not stored else 0)


main()
