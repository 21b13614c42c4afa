#!/usr/bin/env python3
"""Real tools and restricted surroundings under simrec: a complete trace or a clear error, never a hang or an orphan.

robust_tools.py CASE --simrec P --simtrace P --programs FOLDER; exits 77 with the reason when it cannot be tried."""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

NOBODY = 65534
LIMIT_S = 90
MARK = f"SIMREC_TEST_RUN={uuid.uuid4()}"

Run = collections.namedtuple("Run", "code out err")


class Skip(Exception):
    pass


def marked_processes():
    """Living processes that this test started, by their environment."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if MARK.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def environment():
    name, value = MARK.split("=")
    return {**os.environ, name: value}


def start(command, folder):
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment(), start_new_session=True, text=True)


def run(command, folder):
    process = start([str(word) for word in command], folder)
    try:
        out, err = process.communicate(timeout=LIMIT_S)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Run(process.returncode, out, err)


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            raise Skip(f"{tool} is not installed")


def expect(condition, run_or_text):
    if not condition:
        raise AssertionError(run_or_text)


class Case:
    def __init__(self, arguments, folder):
        self.simrec, self.simtrace, self.programs, self.folder = (arguments.simrec, arguments.simtrace,
                                                                   arguments.programs, folder)
        self.trace = folder / "trace.capnp"

    def record(self, *command, prefix=()):
        return run([*prefix, self.simrec, "-o", self.trace, "--", *command], self.folder)

    def calls(self):
        """Calls of the trace, which must be whole, by name."""
        verified = run([self.simtrace, "verify", self.trace], self.folder)
        expect(verified.code == 0, verified)
        dump = run([self.simtrace, "dump", self.trace], self.folder)
        expect(dump.code == 0, dump)
        return collections.Counter(re.findall(r"^\s*\d+\.\d+\s+\d+\s+([a-z_0-9]+)\(", dump.out, re.MULTILINE))

    def as_nobody(self, *restrictions):
        """Words that run what follows as an ordinary user; simrec itself must be where that user can read it."""
        if os.getuid() != 0:
            return []
        need("setpriv")
        shutil.copy2(self.simrec, self.folder / "simrec")
        self.simrec = self.folder / "simrec"
        os.chmod(self.folder, 0o755)
        os.chown(self.folder, NOBODY, NOBODY)
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *restrictions]

    # What traces others gets EPERM, and says so.
    def debugger(self):
        need("gdb")
        done = self.record("gdb", "-nx", "-batch", "-ex", "run", "/bin/true")
        expect("ptrace: Operation not permitted" in done.err + done.out, done)
        expect(re.search(r"attempts to trace a process, which simrec does already \(EPERM\) \(\d+\)", done.err), done)
        self.calls()

    def strace(self):
        need("strace")
        done = self.record("strace", "-f", "-o", "strace.txt", "true")
        expect(done.code != 0 and "Operation not permitted" in done.err, done)
        expect("attempts to trace a process" in done.err, done)
        self.calls()

    def itself(self):
        done = self.record(self.simrec, "-o", "inner.capnp", "true")
        expect(done.code == 125 and "cannot trace processes here" in done.err, done)
        expect("attempts to trace a process" in done.err, done)
        expect(not (self.folder / "inner.capnp").exists(), done)
        self.calls()

    # Namespaces.
    SANDBOXED = "for i in 1 2 3; do echo $i | cat; done; sleep 0.02 & wait $!; exit 4"

    def in_namespaces(self, *command):
        native = run([*command, "sh", "-c", self.SANDBOXED], self.folder)
        if native.code != 4:
            raise Skip(f"{command[0]} does not work here: {native.err.strip()}")
        done = self.record(*command, "sh", "-c", self.SANDBOXED)
        expect(done.code == 4 and done.out == native.out == "1\n2\n3\n", done)
        calls = self.calls()
        expect(calls["execve"] >= 2 + 3 + 1 and calls["exit_group"] >= 8, calls)
        return done

    def unshare(self):
        need("unshare")
        done = self.in_namespaces("unshare", "-Urpf", "--mount-proc")
        expect("not recorded" not in done.err, done)

    def bubblewrap(self):
        need("bwrap")
        done = self.in_namespaces("bwrap", "--dev-bind", "/", "/", "--unshare-all", "--new-session")
        expect("not recorded" not in done.err, done)

    # Other users and their privileges.
    def other_user(self):
        if os.getuid() != 0:
            raise Skip("only root can become another user")
        need("setpriv")
        done = self.record("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "sh", "-c",
                           "id -u | cat")
        expect(done.code == 0 and done.out == f"{NOBODY}\n" and "not recorded" not in done.err, done)
        self.calls()

    def set_user_id(self):
        if os.getuid() != 0:
            raise Skip("only root can make a set-user-ID program")
        user = self.as_nobody()
        special = self.folder / "special-id"
        shutil.copy2(shutil.which("id"), special)
        os.chown(special, 0, 0)
        os.chmod(special, 0o4755)
        if run([*user, special, "-u"], self.folder).out != "0\n":
            raise Skip("set-user-ID does not work in the temporary folder")
        done = self.record(special, "-u", prefix=user)
        expect(done.code == 0 and done.out == f"{NOBODY}\n", done)
        expect("set-user-ID and similar programs, which ran without the privileges their files grant (1)" in done.err,
               done)
        self.calls()
        privileged = self.record(*user, special, "-u")
        expect(privileged.code == 0 and privileged.out == "0\n" and "not recorded" not in privileged.err, privileged)

    def unreadable_program(self):
        user = self.as_nobody()
        if not user:
            raise Skip("only root can make a program that simrec may not read")
        hidden = self.folder / "hidden"
        shutil.copy2(f"{self.programs}/waiting_for_children", hidden)
        os.chown(hidden, 0, 0)
        os.chmod(hidden, 0o711)
        done = self.record(hidden, prefix=user)
        expect(done.code == 0, done)
        expect("details of programs that simrec's user may not look into" in done.err, done)
        expect(self.calls()["exit_group"] >= 2, done)

    # Sandboxes around simrec.
    PIPES = "i=0; while [ $i -lt 20 ]; do echo $i | cat; i=$((i + 1)); done"

    def complete_in(self, *prefix):
        done = self.record("sh", "-c", self.PIPES, prefix=prefix)
        expect(done.code == 0 and done.out == "".join(f"{i}\n" for i in range(20)), done)
        calls = self.calls()
        expect(calls["pipe2"] + calls["pipe"] == 20 and calls["execve"] == 20, calls)
        return done

    def no_privileges(self):
        prefix = self.as_nobody("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
        expect("not recorded" not in self.complete_in(*prefix).err, "losses without privileges")

    def denied(self, calls):
        return [f"{self.programs}/denying", calls, "--"]

    def no_ptrace(self):
        done = self.record("sh", "-c", "echo ran", prefix=self.denied("ptrace"))
        expect(done.code == 125 and done.out == "" and "cannot trace processes here" in done.err, done)
        expect(not list(self.folder.glob("trace*")), "a trace of nothing is left behind")

    def no_filters(self):
        done = self.record("sh", "-c", "echo ran", prefix=self.denied("seccomp"))
        expect(done.code == 125 and done.out == "" and "seccomp filter" in done.err, done)
        expect(not list(self.folder.glob("trace*")), "a trace of nothing is left behind")

    def no_looking_inside(self):
        """As older container managers do: ptrace works, reading memory and copying descriptors does not."""
        done = self.complete_in(*self.denied("process_vm_readv,kcmp,pidfd_open,pidfd_getfd"))
        dump = run([self.simtrace, "dump", self.trace], self.folder)
        expect("/bin/cat" in dump.out, "paths could not be read")
        return done

    # No orphans.
    STORM = ("(while :; do setsid sh -c 'sleep 5 & sleep 5' & sleep 0.01; done) & "
             "while :; do true | cat >/dev/null; done")

    def killed(self):
        for _ in range(8):
            process = start([self.simrec, "-q", "-o", self.trace, "sh", "-c", self.STORM], self.folder)
            time.sleep(random.uniform(0.05, 0.6))  # any moment, from before the program starts
            process.kill()
            process.communicate(timeout=LIMIT_S)
            deadline = time.monotonic() + LIMIT_S
            while marked_processes() and time.monotonic() < deadline:
                time.sleep(0.02)
            expect(not marked_processes(), f"left behind: {marked_processes()}")


CASES = [name for name in vars(Case) if not name.startswith("_") and name.islower()
         and name not in {"record", "calls", "as_nobody", "in_namespaces", "complete_in", "denied"}]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    for name in ("simrec", "simtrace", "programs"):
        parser.add_argument(f"--{name}", type=lambda p: pathlib.Path(p).resolve(), required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simrec-test-") as folder:
        try:
            getattr(Case(arguments, pathlib.Path(folder)), arguments.case)()
            expect(not marked_processes(), f"left behind: {marked_processes()}")
        except Skip as reason:
            print(f"skipped: {reason}")
            sys.exit(77)
        finally:
            for pid in marked_processes():
                os.kill(pid, signal.SIGKILL)


main()
