"""Starting programs so that none is left behind: each in a session of its own, ended by its id."""
import os
import signal
import socket
import subprocess
import time


class Failed(Exception):
    """A run that did not end well: one line, what and why."""


def start(command, folder, **options):
    options.setdefault("stdout", subprocess.DEVNULL)
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True, **options)


def end(process):
    """Kills what is left of a session that start() opened."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(command, folder, timeout):
    """Runs to the end; returns seconds and what it wrote to stderr. Raises Failed."""
    with open(os.path.join(folder, "stderr"), "w+") as err:
        begin = time.monotonic()
        process = start(command, folder, stderr=err)
        try:
            status = process.wait(timeout)
            seconds = time.monotonic() - begin
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {timeout} s") from None
        finally:
            end(process)
        err.seek(0)
        talk = err.read()
    if status != 0:
        raise Failed(f"exit status {status}: {' '.join(talk.split())[-200:]}")
    return seconds, talk


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server, perhaps under a recorder, that answers on a port and writes its pid to a file; ended by SIGTERM."""

    def __init__(self, command, folder, port, pid_file, timeout):
        self.command, self.folder, self.port = command, folder, port
        self.pid_file = os.path.join(folder, pid_file)
        self.timeout = timeout

    def __enter__(self):
        self.process = start(self.command, self.folder, stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    end(self.process)
                    raise Failed("the server did not start") from None
                time.sleep(0.02)

    def __exit__(self, *_):
        try:
            with open(self.pid_file) as file:
                os.kill(int(file.read()), signal.SIGTERM)
            self.process.wait(self.timeout)  # the recorder finishes its file
        except (OSError, ValueError, subprocess.TimeoutExpired):
            raise Failed("the server could not be ended in good order") from None
        finally:
            end(self.process)
