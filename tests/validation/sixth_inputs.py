"""Inputs of the sixth and seventh held-out family (families/heldout6.py, heldout7.py)."""
import hashlib
import json
import os
import random
import socket
import subprocess
import time

from more_inputs import files
from server_inputs import nginx, script, write

REGISTRY = """version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: {d}/registry
http:
  addr: 0.0.0.0:{port}
"""
UPSTREAM = "upstream web {{ server {backend}; keepalive 8; }}"
PROXY = "listen {port}; location / {{ proxy_pass http://web; proxy_http_version 1.1; proxy_set_header Connection \"\"; }}"
DAV = "listen {port}; root {d}/uploads; client_max_body_size 9m; dav_methods PUT;"
HAPROXY_TCP = """global
  nbthread 1
  maxconn 100
defaults
  mode tcp
  timeout connect 9s
  timeout client 60s
  timeout server 60s
frontend f
  bind *:{port}
  default_backend b
backend b
  server s {backend}
"""
PSGI = """my $app = sub { my $s = 0; $s += $_ * $_ % 7 for 1 .. 4000;
  return [200, ["Content-Type" => "text/plain"], ["sum $s\\n"]]; };
"""
TRANSPORT = """set I := 1..150;
set J := 1..150;
param cost{i in I, j in J} := 10 + (i * 7919 + j * 104729) mod 97;
var x{i in I, j in J} >= 0;
minimize total: sum{i in I, j in J} cost[i, j] * x[i, j];
s.t. supply{i in I}: sum{j in J} x[i, j] <= 40 + i mod 9;
s.t. demand{j in J}: sum{i in I} x[i, j] >= 30 + j mod 7;
solve;
end;
"""
CMAKE = """cmake_minimum_required(VERSION 3.18)
project(parts C)
include(CheckIncludeFile)
foreach(header stdint.h unistd.h sys/epoll.h zlib.h)
  check_include_file(${header} HAVE_${header})
endforeach()
file(GLOB sources src/*.c)
add_library(parts STATIC ${sources})
"""


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    port = ports[1]
    write(f"{d}/registry-{port}.yml", REGISTRY.format(d=d, port=port))
    nginx(d, "dav-nginx", port, DAV.format(d=d, port=port))
    write(f"{d}/haproxy-tcp-{port}.cfg", HAPROXY_TCP.format(port=port, backend=f"{addresses[2]}:{ports[2]}"))
    nginx(d, "proxy-nginx", port, PROXY.format(port=port), UPSTREAM.format(backend=f"{addresses[2]}:{ports[2]}"))


def nats(d):
    script(d, "nats_requests.py")


def dask(d):
    script(d, "dask_sums.py")


def chat(d):
    script(d, "chat.js")


def pandas(d):
    script(d, "groups.py")


def torch(d):
    script(d, "train.py")


def mqtt(d):
    script(d, "mqtt_requests.py")


def pubsub(d):
    script(d, "redis_pubsub.py")


def relays(d):
    script(d, "asyncio_relay.py")
    script(d, "threads_relay.py")


def http_threads(d):
    script(d, "http_threads.py")


def psgi(d):
    write(f"{d}/page.psgi", PSGI)


def snmp(d):
    write(f"{d}/snmpd.conf", "rocommunity public\n")


def uploads(d):
    os.makedirs(f"{d}/uploads", exist_ok=True)
    os.chmod(f"{d}/uploads", 0o777)


def transport(d):
    write(f"{d}/transport.mod", TRANSPORT)


def items(d):
    r = random.Random(2)
    write(f"{d}/items.json", json.dumps([{"k": r.randrange(999), "name": f"item {i}", "x": r.random()} for i in range(90000)]))


def cproject(d):
    write(f"{d}/cproject/CMakeLists.txt", CMAKE)
    for i in range(12):
        write(f"{d}/cproject/src/f{i}.c", "#include <stdio.h>\n" + "".join(
            f"int g{i}_{k}(const int*a,int n){{int s={k};for(int j=0;j<n;j++)s=s*31+a[(j*{k}+{i})%n];return s;}}\n" for k in range(60)))


def genome(d):
    r = random.Random(8)
    bases = "".join(r.choices("ACGT", k=400000))
    write(f"{d}/genome.fa", ">c1\n" + bases + "\n")
    reads = ((i, r.randrange(len(bases) - 100)) for i in range(16000))
    write(f"{d}/reads.fq", "".join(f"@r{i}\n{bases[at:at + 40]}A{bases[at + 41:at + 100]}\n+\n{'I' * 100}\n" for i, at in reads))
    subprocess.run(["bwa", "index", f"{d}/genome.fa"], check=True, stderr=subprocess.DEVNULL)


def restic(d):
    env = dict(os.environ, RESTIC_PASSWORD="p")
    for name, n in (("medium", 240), ("small", 40)):
        if not os.path.exists(f"{d}/restic/{name}"):
            files(f"{d}/restic/files-{name}", n)
            run = ["restic", "-q", "--no-cache", "-r", f"{d}/restic/{name}"]
            subprocess.run([*run, "init"], check=True, env=env)
            subprocess.run([*run, "backup", "."], check=True, env=env, cwd=f"{d}/restic/files-{name}")


def blob(folder, data):
    digest = hashlib.sha256(data).hexdigest()
    write(f"{folder}/blobs/sha256/{digest}", data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def image(folder, layers, layer_bytes):
    """An OCI image layout whose layers are noise."""
    made = [dict(blob(folder, random.Random(i).randbytes(layer_bytes)), mediaType="application/vnd.oci.image.layer.v1.tar") for i in range(layers)]
    about = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [m["digest"] for m in made]}}
    config = dict(blob(folder, json.dumps(about).encode()), mediaType="application/vnd.oci.image.config.v1+json")
    manifest = dict(blob(folder, json.dumps({"schemaVersion": 2, "config": config, "layers": made}).encode()),
                    mediaType="application/vnd.oci.image.manifest.v1+json")
    write(f"{folder}/index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    write(f"{folder}/oci-layout", '{"imageLayoutVersion": "1.0.0"}')


def registry(d):
    """A registry's storage with two images, pushed through a server of its own."""
    if os.path.exists(f"{d}/registry"):
        return
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    write(f"{d}/registry-setup.yml", REGISTRY.format(d=d, port=port))
    server = subprocess.Popen(["docker-registry", "serve", f"{d}/registry-setup.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        for name, layers in (("large", 8), ("small", 4)):
            image(f"{d}/oci-{name}", layers, (5 << 20) if name == "large" else (1 << 20))
            subprocess.run(["skopeo", "copy", "-q", "--dest-tls-verify=false", f"oci:{d}/oci-{name}", f"docker://127.0.0.1:{port}/image:{name}"], check=True)
    finally:
        server.terminate()
        server.wait()
