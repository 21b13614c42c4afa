"""Inputs of the eighth held-out family (families/heldout8.py)."""
import os
import random
import subprocess

from more_inputs import files
from server_inputs import nginx, script, tls, write

HITCH = """frontend = "[*]:{port}"
backend = "[{host}]:{backend}"
pem-file = "{d}/hitch.pem"
workers = 1
daemon = off
user = "nobody"
"""
INDEX = "listen {port}; root {d}/mirror; autoindex on;"


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    write(f"{d}/hitch-{ports[1]}.conf", HITCH.format(d=d, port=ports[1], host=addresses[2], backend=ports[2]))
    nginx(d, "index-nginx", ports[1], INDEX.format(d=d, port=ports[1]))


def flask(d):
    script(d, "flask_app.py")


def tornado(d):
    script(d, "tornado_app.py")


def replica(d):
    script(d, "redis_replica.py")


def celery(d):
    script(d, "celery_sums.py")


def commands(d):
    for n in (20000, 100000):
        write(f"{d}/commands-{n}.txt", "".join(f"SET key{i % 1000} {'x' * 60}{i}\r\n" for i in range(n)))


def tftp(d):
    for kib in (60, 300):
        write(f"{d}/tftp/{kib}.bin", random.Random(kib).randbytes(kib << 10))
    os.chmod(f"{d}/tftp", 0o755)


def unison(d):
    for name, n in (("medium", 120), ("small", 30)):
        files(f"{d}/unison-{name}", n)


def mirror(d):
    for name, n in (("medium", 120), ("small", 40)):
        files(f"{d}/mirror/{name}", n)


def fossil(d):
    env = dict(os.environ, FOSSIL_HOME=d, USER="root")
    for name, n in (("medium", 160), ("small", 50)):
        repository = f"{d}/{name}.fossil"
        if os.path.exists(repository):
            continue
        files(f"{d}/fossil-{name}", n)
        subprocess.run(["fossil", "init", repository], check=True, env=env, stdout=subprocess.DEVNULL)
        for command in (["open", "-f", repository], ["add", "."], ["commit", "-m", "all", "--no-warnings"], ["close"]):
            subprocess.run(["fossil", *command], check=True, env=env, cwd=f"{d}/fossil-{name}", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def hitch(d):
    """Key and certificate in one file."""
    tls(d)
    with open(f"{d}/tls.key") as key, open(f"{d}/tls.crt") as certificate:
        write(f"{d}/hitch.pem", key.read() + certificate.read())
