"""Inputs of the workloads, the same on every machine: each function fills a part of the folder it is given."""
import glob
import os
import random
import shutil
import subprocess
import zlib

import eighth_inputs
import eleventh_inputs
import held_inputs
import more_inputs
import ninth_inputs
import server_inputs
import sixth_inputs
from eighth_inputs import celery, commands, flask, fossil, hitch, mirror, replica, tftp, tornado, unison  # noqa: F401
from eleventh_inputs import asio_echo, blast, bowtie, cvs, fetch, gromacs, nim_http, rpyc, webrick  # noqa: F401
from held_inputs import (alignments, batch, borg, formula, imap, influx, job_lines, lua, mail, octave, part, postscript, queries, samba,  # noqa: F401
                         sound, websockets, zookeeper)
from more_inputs import (aiohttp, blas, downloads, erlang, java_classes, jobs, ldap, markdown, mercurial, names, puma, r_model,  # noqa: F401
                         rust_source, scene, subversion, task_queue, thread_pool)
from ninth_inputs import (brz, clip, drb, express, forest, gobuild, loads, melt, mpi4py, php, picture, pile, proftpd, tomcat,  # noqa: F401
                          xml_rpc)
from sixth_inputs import (chat, cproject, dask, genome, http_threads, items, mqtt, nats, pandas, psgi, pubsub, registry, relays, restic, snmp,  # noqa: F401
                          torch, transport, uploads)
from tenth_inputs import apt_fetch, deflate, go_http, mandel, movie, packed_numbers, primes, statements, table  # noqa: F401
from server_inputs import (distcc, ftp, go_channels, grpc, page, perl_words, psycopg, redis_py, sqlite_query, tls, write,  # noqa: F401
                           wsgi, zmq)

RSYNCD = """use chroot = no
uid = {uid}
[files]
path = {d}/trees
read only = yes
"""
POOL = """from multiprocessing import Pool
def f(x):
    s = 0
    for i in range(400000): s += i * i % 7
    return s
if __name__ == "__main__":
    with Pool(2) as p: print(sum(p.map(f, range(80), 1)))
"""
PROGRAM = """#include <algorithm>
#include <iostream>
#include <map>
#include <string>
int main(int c, char** v) {
  std::map<std::string, int> seen;
  for (int i = 0; i < c; ++i) ++seen[v[i]];
  for (const auto& [k, n] : seen) std::cout << k << n;
}
"""


ECHO = """import asyncio, sys
async def serve(reader, writer):
    while line := await reader.readline():
        sum(range(3000))
        writer.write(line)
        await writer.drain()
    writer.close()
async def server(port):
    async with await asyncio.start_server(serve, "0.0.0.0", port) as s: await s.serve_forever()
async def ask(host, port, n):
    reader, writer = await asyncio.open_connection(host, port)
    for i in range(n):
        writer.write(b"%d\\n" % i)
        await reader.readline()
    writer.close()
async def client(host, port, n):
    await asyncio.gather(*(ask(host, port, n // 4) for _ in range(4)))
if sys.argv[1] == "server": asyncio.run(server(int(sys.argv[2])))
else: asyncio.run(client(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
"""
HTTP_SERVER = """import functools, sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
class Server(ThreadingHTTPServer):
    request_queue_size = 128
class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
Server(("", int(sys.argv[2])), functools.partial(Handler, directory=sys.argv[1])).serve_forever()
"""
APACHE = """ServerRoot {d}
ServerName v
PidFile {d}/apache-{mpm}.pid
ErrorLog {d}/apache.err
DocumentRoot {d}/www
LoadModule mpm_{mpm}_module /usr/lib/apache2/modules/mod_mpm_{mpm}.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
User nobody
Group nogroup
StartServers {servers}
"""
LIGHTTPD = """server.port = {port}
server.document-root = "{d}/www"
"""
POSTGRES = """#!/bin/sh
exec setpriv --reuid=postgres --regid=postgres --clear-groups {programs}/postgres -D {d}/postgres/data -p $1 -h 0.0.0.0 -k /tmp \\
  -c fsync=off -c autovacuum=off -c jit=off -c logging_collector=off
"""


def source(name):
    with open(f"{os.path.dirname(os.path.realpath(__file__))}/programs/{name}") as f:
        return f.read()


NODE_SERVER, NODE_CLIENT, NODE_WORK = source("http_server.js"), source("http_client.js"), source("work.js")
RUBY, JAVA_HTTP, JAVA_POOL = source("threads.rb"), source("Http.java"), source("Pool.java")


def noise(n, seed):
    return random.Random(seed).randbytes(n)


def numbers(n):
    return b"".join(b"%d %x\n" % (i, i * i * 2654435761 % 2**32) for i in range(n))


def web(d):
    write(f"{d}/www/small.html", "<p>" + "hello " * 100)
    write(f"{d}/www/1m.bin", noise(1 << 20, 1))


def server_configs(d, places):
    """Of servers that take ports and addresses from a file only: a file per port."""
    port, backend = places.ports[1], places.addresses[2]
    for p in set(places.ports[1:3]):
        server_inputs.nginx(d, "nginx", p, f"listen {p}; sendfile on; root {d}/www;")
        write(f"{d}/lighttpd-{p}.conf", LIGHTTPD.format(d=d, port=p))
    write(f"{d}/mosquitto-{port}.conf", f"listener {port}\nallow_anonymous true\n")
    write(f"{d}/haproxy-{port}.cfg", f"frontend f\n  bind *:{port}\n  default_backend b\n"
                                     f"backend b\n  server s {backend}:{places.ports[2]}\n")
    server_inputs.configs(d, places.ports, places.addresses)
    more_inputs.configs(d, places.ports, places.addresses)
    held_inputs.configs(d, places.ports, places.addresses)
    sixth_inputs.configs(d, places.ports, places.addresses)
    eighth_inputs.configs(d, places.ports, places.addresses)
    ninth_inputs.configs(d, places.ports, places.addresses)
    eleventh_inputs.configs(d, places.ports, places.addresses)


def apache(d):
    for mpm, servers in (("prefork", 4), ("event", 1)):
        write(f"{d}/apache-{mpm}.conf", APACHE.format(d=d, mpm=mpm, servers=servers))


def urls(d):
    for n in (800, 200, 40):
        write(f"{d}/urls-{n}.txt", "".join(f"small.html?{i}\n" for i in range(n)))


def echo(d):
    write(f"{d}/echo.py", ECHO)


def http_server(d):
    write(f"{d}/http_server.py", HTTP_SERVER)


def postgres(d):
    """A cluster with pgbench's tables; its server may not be root."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    data, serve, user = f"{d}/postgres/data", f"{d}/postgres/serve", ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    write(serve, POSTGRES.format(d=d, programs=programs))
    os.chmod(serve, 0o755)
    if os.path.exists(f"{data}/pg_hba.conf"):
        return
    os.makedirs(data, exist_ok=True)
    shutil.chown(data, "postgres", "postgres")
    run = lambda *command: subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")  # noqa: E731
    run(f"{programs}/initdb", "-A", "trust", "-N", "-D", data)
    with open(f"{data}/pg_hba.conf", "a") as f:
        f.write("host all all 0.0.0.0/0 trust\n")
    run(f"{programs}/pg_ctl", "-D", data, "-w", "-o", "-p 7199 -k /tmp -c fsync=off", "start")
    run("pgbench", "-i", "-q", "-s", "2", "-h", "127.0.0.1", "-p", "7199", "postgres")
    run(f"{programs}/pg_ctl", "-D", data, "-w", "stop")


def haproxy(d):
    write(f"{d}/haproxy.cfg", "global\n  nbthread 1\n  maxconn 100\ndefaults\n  mode http\n  timeout connect 9s\n"
                              "  timeout client 60s\n  timeout server 60s\n")


def ssh(d):
    for name in ("key", "host"):
        path = f"{d}/ssh/{name}"
        if not os.path.exists(path):
            os.makedirs(f"{d}/ssh", exist_ok=True)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # where sshd's privilege separation wants to go
    write(f"{d}/ssh/sshd_config", f"HostKey {d}/ssh/host\nAuthorizedKeysFile {d}/ssh/key.pub\nStrictModes no\nPidFile none\n"
                                  "PermitRootLogin yes\nUsePAM no\nUseDNS no\nSetEnv HOME=/nonexistent\n")


def node_http(d):
    write(f"{d}/http_server.js", NODE_SERVER)
    write(f"{d}/http_client.js", NODE_CLIENT)


def node_cpu(d):
    write(f"{d}/work.js", NODE_WORK)


def ruby_threads(d):
    write(f"{d}/threads.rb", RUBY)


def lines(d):
    for n in (20000, 12000, 800):
        write(f"{d}/lines-{n}.txt", "".join(f"measurement {i}\n" for i in range(n)))


def java_http(d):
    compile_java(d, "Http", JAVA_HTTP)


def java_pool(d):
    compile_java(d, "Pool", JAVA_POOL)


def compile_java(d, name, source):
    write(f"{d}/java/{name}.java", source)
    subprocess.run(["javac", "-d", f"{d}/java", f"{d}/java/{name}.java"], check=True)


def mariadb(d):
    data = f"{d}/mariadb"
    if os.path.exists(data):
        return
    os.makedirs(data)
    shutil.chown(data, "mysql", "mysql")
    subprocess.run(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def zeros(d):
    for m in (150, 16, 2, 1):
        with open(f"{d}/{m}m.bin", "wb") as f:
            f.truncate(m << 20)


def text(d):
    write(f"{d}/text.bin", numbers(800000))
    write(f"{d}/half.bin", numbers(300000))


def words(d):
    pick = random.Random(3)
    write(f"{d}/words.txt", "\n".join("%x" % (zlib.crc32(b"%d" % int(pick.paretovariate(0.4))) % 100000) for _ in range(1500000)) + "\n")


def pool(d):
    write(f"{d}/pool.py", POOL)


def cc_source(d):
    write(f"{d}/program.cc", PROGRAM)


def c_sources(d):
    for i in range(10):
        write(f"{d}/ctree/f{i}.c", "".join(f"double g{i}_{k}(double*a,int n){{double s={k};for(int j=0;j<n;j++)"
                                          f"s+=a[j]*a[(j+{k})%n]/(j+1.0);return s;}}\n" for k in range(40)))
    objects = " ".join(f"$(OUT)/f{i}.o" for i in range(10))
    write(f"{d}/ctree/Makefile", f"$(OUT)/lib.a: {objects}\n\tar rc $@ $^\n$(OUT)/%.o: %.c\n\tgcc -O2 -c -o $@ $<\n")


def trees(d):
    for name, files in (("large", 1200), ("medium", 240), ("small", 40)):
        for i in range(files):
            write(f"{d}/trees/{name}/{i % 10}/f{i}", noise(20000 + i * 7919 % 60000, i))
    write(f"{d}/rsyncd.conf", RSYNCD.format(d=d, uid=os.getuid()))


def repositories(d):
    env = dict(os.environ, GIT_AUTHOR_DATE="2020-01-01T00:00Z", GIT_COMMITTER_DATE="2020-01-01T00:00Z", GIT_CONFIG_GLOBAL="/dev/null")
    git = ["git", "-c", "user.name=v", "-c", "user.email=v@v", "-c", "init.defaultBranch=main", "-c", "gc.auto=0"]
    for name, files in (("large", 600), ("medium", 160), ("small", 24)):
        work = f"{d}/git/{name}"
        for i in range(files):
            write(f"{work}/{i % 7}/f{i}", noise(20000 + i * 7919 % 60000, i))
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "files"], ["repack", "-adq"]):
            subprocess.run(git + command, cwd=work, env=env, check=True)
        subprocess.run(git + ["config", "pack.threads", "1"], cwd=work, env=env, check=True)  # two hosts share the machine's cores


def inserts(d):
    rows = "".join(f"INSERT INTO t VALUES({i}, hex(randomblob(100)));\n" for i in range(150))
    write(f"{d}/inserts.sql", "CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT);\n" + rows)


def prepare(d, names):
    os.makedirs(d, exist_ok=True)
    os.chmod(d, 0o755)
    for name in sorted(names):
        globals()[name](d)


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chmod(folder, 0o777)
