#!/usr/bin/env python3
"""Records a part of a run, by attaching to it and by a bound, and replays both: simreplay and simtrace must say that
it is a part, and never compare it with a whole run. Arguments: simrec simreplay simtrace."""
import json, os, pathlib, signal, subprocess, sys, tempfile, time

from commands import succeed

SERVER = """
import os, select, socket, sys
ready, listener = sys.argv[1], socket.create_server(("127.0.0.1", 0))
poll = select.epoll()
poll.register(listener, select.EPOLLIN)
with open(ready + ".new", "w") as file: file.write(str(listener.getsockname()[1]))
os.rename(ready + ".new", ready)
peers = {}
while True:
    for fd, _ in poll.poll():
        if fd == listener.fileno():
            peer = listener.accept()[0]
            peers[peer.fileno()] = peer
            poll.register(peer, select.EPOLLIN)
        elif data := peers[fd].recv(100):
            peers[fd].sendall(data * 3)
        else:
            poll.unregister(fd)
            peers.pop(fd).close()
"""


def eventually(what, condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not after 50 s")


def replay(simreplay, trace):
    report = json.loads(succeed([simreplay, trace, "--json"]))
    print(f"{trace.name}: predicted {report['predicted_s']:.6f} s from {report['events']} events; {report['warnings']}")
    assert report["closure_error"] is None
    assert report["predicted_s"] > 0
    return "\n".join(report["warnings"])


def tracer_of(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("TracerPid:")[1].split()[0])


def attached(simrec, simreplay, simtrace, folder):
    import socket
    ready, trace = folder / "port", folder / "attached.capnp"
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(ready)])
    try:
        eventually("the server listens", ready.exists)
        port = int(ready.read_text())
        before = socket.create_connection(("127.0.0.1", port))
        before.sendall(b"one"), before.recv(9, socket.MSG_WAITALL)
        recorder = subprocess.Popen([simrec, "-q", "-o", trace, "-p", str(server.pid)])
        eventually("the server is traced", lambda: tracer_of(server.pid) == recorder.pid)
        during = socket.create_connection(("127.0.0.1", port))
        for peer in before, during:
            for _ in range(50):
                peer.sendall(b"two")
                assert peer.recv(9, socket.MSG_WAITALL) == b"twotwotwo"
        recorder.send_signal(signal.SIGINT)
        assert recorder.wait(100) == 0
        assert tracer_of(server.pid) == 0
        before.sendall(b"end")
        assert before.recv(9, socket.MSG_WAITALL) == b"endendend"
        assert server.poll() is None
    finally:
        server.kill()
        server.wait()
    warnings = replay(simreplay, trace)
    assert "starts in the middle" in warnings and "ended by SIGINT" in warnings
    text = succeed([simtrace, "info", trace])
    assert "starts in the middle" in text and "ended by SIGINT" in text and "recvfrom" in text, text


def bounded(simrec, simreplay, simtrace, folder):
    trace = folder / "bounded.capnp"
    succeed([simrec, "-q", "--duration", "200ms", "-o", trace, "sh", "-c", "echo x | cat > /dev/null; sleep 0.6; true"])
    assert "ended by --duration" in replay(simreplay, trace)
    assert "ended by --duration" in succeed([simtrace, "info", trace])


if __name__ == "__main__":
    scope = pathlib.Path("/proc/sys/kernel/yama/ptrace_scope")
    if os.geteuid() != 0 and scope.exists() and scope.read_text().strip() != "0":
        print("skipped: kernel.yama.ptrace_scope lets only root attach to processes")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        for check in attached, bounded:
            check(*sys.argv[1:4], pathlib.Path(name))
