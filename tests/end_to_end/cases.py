"""The programs that record_replay.py records: what each needs, prepares, runs, and how it is split over two hosts."""
import dataclasses
import socket
import subprocess


@dataclasses.dataclass
class Case:
    needs: tuple[str, ...]
    script: str  # for sh; {port} is a free port, {d} the working folder
    exit_status: int = 0
    place: str = ""  # --place pattern of the processes that move to the second host; "" = all stay together
    prepare: str = ""  # sh script that runs first, unrecorded
    stdout: bool = True  # the output is the same in each run
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    may_hang: bool = False  # by a fault of its own, untraced too: tried three times
    closure: float = 2.0  # twin and native estimate differ by this factor at most: a noisy machine does not fail it


WAIT_FOR_PORT = "until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.05; done\n"

NGINX_CONF = """daemon off; worker_processes 1; pid {d}/pid; error_log {d}/err;
events {{ worker_connections 64; }}
http {{ access_log off; sendfile on; client_body_temp_path {d}; proxy_temp_path {d}; fastcgi_temp_path {d};
uwsgi_temp_path {d}; scgi_temp_path {d}; server {{ listen 127.0.0.1:{port}; root {d}; }} }}
"""

MAKEFILE = "all: a.txt b.txt c.txt d.txt\n\tcat $^\n%.txt:\n\tseq 100000 | cksum > $@\n"

POOL = """import multiprocessing
def square_sum(n): return sum(i * i for i in range(n))
if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool: print(sum(pool.map(square_sum, range(100000, 160000, 5000), chunksize=1)))
"""

THREADS = """import queue, threading, time
jobs, done = queue.Queue(), queue.Queue()
def work():
    while (n := jobs.get()) is not None: done.put(sum(range(n)))
threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads: t.start()
for n in range(200): jobs.put(1000 * n)
time.sleep(0.05)
for _ in threads: jobs.put(None)
for t in threads: t.join()
print(sum(done.get() for _ in range(200)))
"""

SOCKETS = """import socket, sys, threading
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    peer, _ = listener.accept()
    while data := peer.recv(65536): peer.sendall(data)
    peer.close()
server = threading.Thread(target=serve); server.start()
client = socket.create_connection(listener.getsockname())
total = 0
for size in (1, 1000, 30000):
    for _ in range(10):
        client.sendall(b"x" * size)
        left = size
        while left: left -= len(client.recv(left))
        total += size
client.close(); server.join(); print(total)
"""

CASES = {
    "exit_status": Case((), "exit 7", exit_status=7),
    "killed": Case((), "kill -TERM $$", exit_status=143),
    "pipeline": Case(("seq", "sort"), "seq 1 200000 | sort -rn | tail -n 1", place="sort"),
    "background": Case(("sleep",), "sleep 0.2 & (sleep 0.1; exit 3) & wait $!; echo $?; wait"),
    "tar_gzip": Case(("tar", "gzip", "seq"), "tar -cf - data | gzip -c | wc -c > size",
                     prepare="mkdir -p data; for i in 1 2 3 4; do seq 100000 > data/$i; done", place="gzip"),
    "xz": Case(("xz", "seq"), "xz -T2 --block-size=1MiB -1 -k data; cksum < data.xz", prepare="seq 600000 > data; rm -f data.xz"),
    "make": Case(("make", "seq", "cksum"), "make -s -j2", prepare="rm -f *.txt", files={"Makefile": MAKEFILE}),
    "cc": Case(("cc",), "cc -O1 -o program program.c && ./program",
               files={"program.c": '#include <stdio.h>\nint main(void) { return puts("built") < 0; }\n'}),
    "sqlite": Case(("sqlite3",), "sqlite3 db < script.sql", prepare="rm -f db",
                   files={"script.sql": "create table t(a, b);\n" + "insert into t values(1, 2);\n" * 40 + "select count(*) from t;\n"}),
    "python_pool": Case(("python3",), "python3 pool.py", files={"pool.py": POOL}),
    "python_threads": Case(("python3",), "python3 threads.py", files={"threads.py": THREADS}),
    "python_sockets": Case(("python3",), "python3 sockets.py", files={"sockets.py": SOCKETS}),
    "redis": Case(("redis-server", "redis-cli", "redis-benchmark", "bash"),
                  "redis-server --bind 127.0.0.1 --port {port} --save '' --appendonly no --dir {d} > server.log & \n" + WAIT_FOR_PORT +
                  "redis-benchmark -p {port} -t set,get -n 600 -c 4 --csv > report\n"
                  "redis-cli -p {port} dbsize\nredis-cli -p {port} shutdown nosave\nwait", place="redis-server*"),
    "nginx": Case(("nginx", "ab", "bash"),
                  "nginx -c {d}/nginx.conf -p {d} -e {d}/err &\nserver=$!\n" + WAIT_FOR_PORT +
                  "ab -q -n 60 -c 3 http://127.0.0.1:{port}/page > report; grep Complete report; kill -QUIT $server; wait",
                  prepare="head -c 50000 /dev/zero > page", files={"nginx.conf": NGINX_CONF}, place="nginx"),
    # MPICH 4.0 over UCX now and then spins for ever in MPI_Finalize when it is slowed down; under strace just the same.
    "mpi": Case(("mpicc", "mpiexec"), "UCX_TLS=tcp,self UCX_NET_DEVICES=lo mpiexec -n 2 ./ring", prepare="mpicc -O1 -o ring {source}/ring.c",
                may_hang=True),
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def prepare(case, folder, source):
    """Fills the folder and returns the command to record."""
    values = {"d": folder, "port": free_port(), "source": source}

    def fill(text):
        for name, value in values.items():
            text = text.replace("{%s}" % name, str(value))
        return text.replace("{{", "{").replace("}}", "}") if "{{" in text else text

    for name, text in case.files.items():
        (folder / name).write_text(fill(text))
    shell = "bash" if "bash" in case.needs else "sh"
    if case.prepare:
        subprocess.run([shell, "-ec", fill(case.prepare)], cwd=folder, check=True, stdin=subprocess.DEVNULL)
    return [shell, "-c", fill(case.script)]
