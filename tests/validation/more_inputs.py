"""Inputs of the third held-out family (families/heldout3.py)."""
import random

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
