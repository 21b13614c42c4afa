#!/usr/bin/env python3
"""Records threads that meet after every phase, one of which computes in each, and asks for other platforms: more cores
must not make them run ahead of each other, and ticks must end when they are told to. Ratios of predictions only, which
do not depend on how busy the machine is. Arguments: KIND simrec simreplay phases."""
import json, pathlib, sys, tempfile

from commands import succeed


def predicted_s(simreplay, trace, change, engine):
    report = json.loads(succeed([simreplay, "--json", "--what-if", change, "--engine", engine, trace]))
    return report["predicted_s"]


def holds(kind, simrec, simreplay, program, folder):
    trace = folder / "trace.capnp"
    succeed([simrec, "-q", "-o", trace, program, kind])
    for engine in ("event", "reference"):
        one, many, fast = (predicted_s(simreplay, trace, change, engine) for change in ("cores=1", "cores=8", "cpu=4x"))
        print(f"{kind}, {engine} engine: {one:.4f} s on one core, {many:.4f} s on eight, {fast:.4f} s on cores 4 times as fast")
        if many < 0.65 * one:
            return "threads that meet after every phase overlap"
        if fast > 0.5 * one:
            return "waits that depend on computing do not become shorter with it"
    return None


if __name__ == "__main__":
    # In a crowd threads pass a barrier without a call, or a last tick is over before its thread is told to stop.
    good = 0
    for attempt in range(10):
        with tempfile.TemporaryDirectory() as name:
            fault = holds(*sys.argv[1:5], pathlib.Path(name))
        good += not fault
        if good == 3:
            sys.exit(0)
        print(fault or "holds")
    sys.exit(1)
