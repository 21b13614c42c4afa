"""Inputs of the third and fourth held-out family (families/heldout3.py, heldout4.py)."""
import os
import random
import subprocess

from server_inputs import script, write

PGBOUNCER = """[databases]
* = user=postgres host={host} port={backend}
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = {port}
auth_type = any
unix_socket_dir =
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits
"""
STUNNEL = """foreground = quiet
pid =
cert = {d}/tls.crt
key = {d}/tls.key
[web]
accept = 0.0.0.0:{port}
connect = {backend}
"""


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    port, backend = ports[1], f"{addresses[2]}:{ports[2]}"
    write(f"{d}/pgbouncer-{port}.ini", PGBOUNCER.format(port=port, host=addresses[2], backend=ports[2]))
    write(f"{d}/stunnel-{port}.conf", STUNNEL.format(d=d, port=port, backend=backend))


def names(d):
    for n in (240, 40):
        write(f"{d}/names-{n}.txt", "".join(f"host{i}.test\n" for i in range(n)))


def downloads(d):
    for m in (32, 16, 8):
        data = random.Random(m).randbytes(m << 20)
        write(f"{d}/www/{m}m.bin", data)
        write(f"{d}/{m}m.bin", data)


def aiohttp(d):
    script(d, "http_asgi.py")
    script(d, "aio_client.py")


def task_queue(d):
    script(d, "task_queue.py")


def scene(d):
    script(d, "scene.pov")


def r_model(d):
    script(d, "model.R")


def java_classes(d):
    for i in range(40):
        write(f"{d}/classes/C{i}.java", f"public class C{i} {{\n" + "".join(
            f"  static java.util.Map<String, Integer> f{k}(int n) {{ var m = new java.util.HashMap<String, Integer>(); "
            f"for (int j = 0; j < n; j++) m.merge(\"k\" + j % {k + 3}, j, (a, b) -> a + b); return m; }}\n" for k in range(20)) + "}\n")
    write(f"{d}/classes/Main.java", "public class Main { public static void main(String[] a) { System.out.println(" +
          " + ".join(f"C{i}.f{i % 20}(9).size()" for i in range(40)) + "); } }\n")


# Of the fourth (families/heldout4.py).
SLAPD = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {d}/ldap/pid
database mdb
suffix "dc=t"
directory {d}/ldap/db
index uid eq
"""


def ldap(d):
    entries = ["dn: dc=t\nobjectClass: dcObject\nobjectClass: organization\ndc: t\no: t\n"]
    entries += [f"dn: uid=u{i},dc=t\nobjectClass: inetOrgPerson\nuid: u{i}\ncn: u{i}\nsn: s{i}\n" for i in range(1200)]
    write(f"{d}/ldap/slapd.conf", SLAPD.format(d=d))
    write(f"{d}/ldap/all.ldif", "\n".join(entries))
    for n in (1000, 60):
        write(f"{d}/ldap/uids-{n}.txt", "".join(f"u{i}\n" for i in range(n)))
    if not os.path.exists(f"{d}/ldap/db"):
        os.makedirs(f"{d}/ldap/db")
        subprocess.run(["slapadd", "-q", "-f", f"{d}/ldap/slapd.conf", "-l", f"{d}/ldap/all.ldif"], check=True)


def files(folder, n):
    """Files of which a third cannot be compressed."""
    for i in range(n):
        write(f"{folder}/{i % 10}/f{i}", random.Random(i).randbytes(6000 + i * 7919 % 20000) + b"some text\n" * (2000 + i * 919 % 4000))


def subversion(d):
    for name, n in (("large", 900), ("medium", 200)):
        repository = f"{d}/svn/{name}"
        if os.path.exists(repository):
            continue
        os.makedirs(f"{d}/svn", exist_ok=True)
        subprocess.run(["svnadmin", "create", repository], check=True)
        write(f"{repository}/conf/svnserve.conf", "[general]\nanon-access = read\n")
        files(f"{d}/svn/files-{name}", n)
        subprocess.run(["svn", "import", "-q", "-m", "all", f"{d}/svn/files-{name}", f"file://{repository}"], check=True)


def mercurial(d):
    for name, n in (("large", 800), ("medium", 160)):
        repository = f"{d}/hg/{name}"
        if os.path.exists(repository):
            continue
        files(repository, n)
        for command in (["init"], ["commit", "-q", "-A", "-m", "all", "-u", "v", "-d", "0 0"]):
            subprocess.run(["hg", *command], cwd=repository, check=True)


def erlang(d):
    script(d, "echo.erl")
    subprocess.run(["erlc", "-o", d, f"{d}/echo.erl"], check=True)


def puma(d):
    script(d, "sums.ru")


def jobs(d):
    script(d, "jobs.py")


def rust_source(d):
    script(d, "words.rs")


def blas(d):
    script(d, "blas.py")


def thread_pool(d):
    script(d, "thread_pool.py")


def markdown(d):
    r = random.Random(1)
    words = ["".join(r.choices("abcdefghij", k=r.randint(2, 9))) for _ in range(2000)]
    write(f"{d}/text.md", "\n\n".join(("# " if i % 9 == 0 else "") + " ".join(r.choices(words, k=60)) for i in range(600)))
