#!/usr/bin/env python3
"""Records a real program, replays it, and checks what must hold for every program.

record_replay.py CASE --simrec P --simreplay P --simtrace P --root ROOT; exits 77 when a program that it needs is missing."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "samples"))
from cases import CASES, prepare  # noqa: E402
from machine_load import ForeignLoad  # noqa: E402

FIELDS = {"predicted_s", "recorded_s", "native_estimate_s", "closure_error", "events", "processes", "warnings"}
PROCESS_FIELDS = {"pid", "name", "cmdline", "host", "start_s", "end_s", "cpu_s", "wait_s"}
WAITS = {"network", "disk", "sync", "child", "sleep"}
TWO_HOSTS = "samples/platforms/two-sites.xml"


def run(command, limit_s=120, **options):
    """Runs in a process group of its own, so that a run that hangs is ended with all that it started."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True, **options)
    try:
        process.stdout_bytes, process.stderr_bytes = process.communicate(timeout=limit_s)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return process


def succeed(command, **options):
    process = run(command, **options)
    assert process.returncode == 0, f"{command} exited {process.returncode}:\n{process.stderr_bytes.decode(errors='replace')}"
    return process.stdout_bytes


class Check:
    def __init__(self, arguments, case, folder):
        self.a, self.case, self.folder = arguments, case, folder
        self.trace, self.twin = folder / "trace.capnp", folder / "twin.xml"

    def replay(self, platform, *options):
        report = json.loads(succeed([self.a.simreplay, self.trace, platform, "--json", *options]))
        if report["critical_path"]:  # none with --engine reference
            steps_ns, predicted_ns = sum(report["critical_path"]["by_kind_ns"].values()), round(report["predicted_s"] * 1e9)
            assert steps_ns == predicted_ns, f"the critical path takes {steps_ns} ns, predicted are {predicted_ns} ns"
        return report

    def run_case(self, *recorder):
        """The case's program, under a recorder if one is given."""
        attempts = 3 if self.case.may_hang else 1
        for attempt in range(1, attempts + 1):
            command = [*recorder, *prepare(self.case, self.folder, self.a.source)]
            try:
                with ForeignLoad() as self.load:
                    return run(command, limit_s=120 / attempts, cwd=self.folder)
            except subprocess.TimeoutExpired:
                if attempt == attempts:
                    raise
                print("hung; once more")

    def records_without_altering(self):
        native = self.run_case()
        traced = self.run_case(self.a.simrec, "-q", "-o", self.trace)
        for name, process in (("alone", native), ("under simrec", traced)):
            status = process.returncode if process.returncode >= 0 else 128 - process.returncode  # as the shell says it
            assert status == self.case.exit_status, f"{name} exited {status}: {process.stderr_bytes.decode(errors='replace')}"
        assert traced.stdout_bytes == native.stdout_bytes or not self.case.stdout, "the recorded program printed something else"

    def trace_is_whole(self):
        succeed([self.a.simtrace, "verify", self.trace])
        decode = f"zstd -dc {self.trace} | capnp decode {self.a.root}/trace-format/trace.capnp Block"
        text = succeed(["bash", "-o", "pipefail", "-c", decode]).decode()
        assert "( header = (" in text or "(header = (" in text, "the stock tools find no header"
        assert "footer = (" in text, "the stock tools find no footer"

    def twin_repeats_the_recording(self):
        self.twin.write_bytes(succeed([self.a.simtrace, "platform", self.trace]))
        report = self.replay(self.twin)
        assert FIELDS <= report.keys(), f"missing fields: {FIELDS - report.keys()}"
        assert report["processes"], "no processes"
        for process in report["processes"]:
            assert PROCESS_FIELDS <= process.keys() and WAITS <= process["wait_s"].keys(), process
            assert 0 <= process["start_s"] <= process["end_s"] + 1e-9, process
        predicted, native = report["predicted_s"], report["native_estimate_s"]
        print(f"recorded {report['recorded_s']:.3f} s, native estimate {native:.3f} s, twin {predicted:.3f} s, "
              f"closure {report['closure_error']:+.1%}, {report['events']} events, {len(report['processes'])} processes")
        assert 0 < native <= report["recorded_s"] * 1.001, "the tracing cost removed is negative"
        slack = 0.05  # seconds: start-up of programs that live for a few milliseconds
        repeats = native / self.case.closure - slack <= predicted <= native * self.case.closure + slack
        # In a crowd the recorded program waited for cores that the twin has free.
        assert repeats or not self.load.quiet, "the twin does not repeat the recording"
        if not repeats:
            print(f"not judged: others kept {self.load.cores:.2f} cores busy while recording")
        assert abs(report["closure_error"] - (predicted / native - 1)) < 1e-6, "closure_error is not what its name says"
        return report

    def is_deterministic(self, report):
        assert self.replay(self.twin) == report, "two replays differ"
        predictions = [self.folder / "p1.capnp", self.folder / "p2.capnp"]
        for prediction in predictions:
            succeed([self.a.simreplay, self.trace, self.twin, "-o", prediction])
        assert predictions[0].read_bytes() == predictions[1].read_bytes(), "two prediction files differ"
        decode = f"zstd -dc {predictions[0]} | capnp decode {self.a.root}/trace-format/prediction.capnp PredictionBlock"
        assert b"predictedNs" in succeed(["bash", "-o", "pipefail", "-c", decode])

    def engines_agree(self, platform, *options):
        event = self.replay(platform, *options)
        reference = self.replay(platform, "--engine", "reference", *options)

        def close(a, b):
            return abs(a - b) <= 1e-6 * max(abs(a), abs(b)) + 2e-9  # times are rounded to nanoseconds

        assert close(event["predicted_s"], reference["predicted_s"]), f"engines differ: {event['predicted_s']} {reference['predicted_s']}"
        for one, other in zip(event["processes"], reference["processes"], strict=True):
            assert close(one["end_s"], other["end_s"]), f"engines differ on when {one['name']} ends: {one['end_s']} {other['end_s']}"
        return event

    def distance_costs_time(self):
        platform = f"{self.a.root}/{TWO_HOSTS}"
        together = self.engines_agree(platform, "--host-speed", "1Gf")
        if self.case.place:
            apart = self.engines_agree(platform, "--host-speed", "1Gf", "--place", f"{self.case.place}=server")
            assert {p["host"] for p in apart["processes"]} == {"client", "server"}
            print(f"one host {together['predicted_s']:.3f} s, two sites {apart['predicted_s']:.3f} s")
            assert apart["predicted_s"] > together["predicted_s"] + 0.02, "20 ms of latency cost nothing"

    def faster_cores_help(self):
        same = self.replay(f"{self.a.root}/samples/platforms/laptop.xml", "--host-speed", "1Gf")
        fast = self.replay(f"{self.a.root}/samples/platforms/fast-4x.xml", "--host-speed", "1Gf")
        assert 0.249 * same["predicted_s"] <= fast["predicted_s"] <= same["predicted_s"] * 1.001, (fast["predicted_s"], same["predicted_s"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    for name in ("simrec", "simreplay", "simtrace", "root"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--keep", metavar="FILE", help="copy the trace there, for instance into golden/")
    arguments = parser.parse_args()
    arguments.source = pathlib.Path(__file__).resolve().parent
    os.environ["PATH"] += ":/usr/sbin"
    case = CASES[arguments.case]
    if missing := [p for p in (*case.needs, "zstd", "capnp", "bash") if not shutil.which(p)]:
        print(f"skipped: not installed: {', '.join(missing)} (tests/run installs them)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="simrec-e2e.") as folder:
        os.chmod(folder, 0o755)
        check = Check(arguments, case, pathlib.Path(folder))
        check.records_without_altering()
        check.trace_is_whole()
        if arguments.keep:
            shutil.copy(check.trace, arguments.keep)
        check.is_deterministic(check.twin_repeats_the_recording())
        check.distance_costs_time()
        check.faster_cores_help()


main()
