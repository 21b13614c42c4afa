"""The programs of the table. Each takes 0.5 to 2 s untraced at scale 1 on a small machine.

A workload is prepared once and reset before each run. measure(recorder prefix, folder, timeout) runs it once and gives
(seconds of the program, or of its client; seconds of recorder and program together, None where that means nothing; what
the recorder said). The first is taken by ./timed.c inside the recording: no start-up of recorder or server is in it.
"""
import os
import random
import re
import shutil
import subprocess
import sys

from processes import Failed, Server, free_port, run

HERE = os.path.dirname(os.path.abspath(__file__))


class Workload:
    """name; target: slowdown the project wants at most; needs: programs that must be there; the rest as said above."""

    def __init__(self, name, target, measure, needs=(), prepare=None, reset=None):
        self.name, self.target, self.measure, self.needs = name, target, measure, needs
        self.prepare = prepare or (lambda: None)
        self.reset = reset or (lambda: None)

    def missing(self):
        return [tool for tool in self.needs if not shutil.which(tool)]


def built(name, folder):
    program = os.path.join(folder, name)
    subprocess.run(["cc", "-O2", "-o", program, os.path.join(HERE, name + ".c")], check=True)
    return program


def sized(scale, count):
    return max(1, round(count * scale))


def redis_server(port, folder):
    return ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder,
            "--pidfile", os.path.join(folder, "redis.pid")]


def redis_client(port, requests):
    return ["redis-benchmark", "-p", str(port), "-t", "set,get", "-n", str(requests), "-c", "20", "-q"]


def shell_words(words):
    return " ".join("'" + word + "'" for word in words)


def wait_until(condition):
    """Shell code that gives up after a while: the server may have died."""
    return f"n=0; until {condition}; do n=$((n+1)); [ $n -lt 500 ] || exit 99; sleep 0.05; done"


def read_seconds(path):
    try:
        with open(path) as file:
            return float(file.read())
    except (OSError, ValueError):
        raise Failed("the client left no time") from None


def command(words, timed):
    """Measures one command that needs nothing around it."""
    def measure(recorder, folder, timeout):
        seconds = os.path.join(folder, "seconds")
        whole, talk = run([*recorder, timed, seconds, *words], folder, timeout)
        return read_seconds(seconds), whole, talk
    return measure


def server_only(folder, requests):
    def measure(recorder, where, timeout):
        port = free_port()
        with Server([*recorder, *redis_server(port, folder)], where, port, "redis.pid", timeout):
            seconds, _ = run(redis_client(port, requests), where, timeout)
        return seconds, None, ""
    return Workload("redis-server only", 1.1, measure, ["redis-server", "redis-benchmark"])


def both_sides(folder, requests, timed):
    seconds = os.path.join(folder, "seconds")

    def measure(recorder, where, timeout):
        port = free_port()
        script = f"""{shell_words(redis_server(port, folder))} > redis.out & server=$!
{wait_until(f"redis-cli -p {port} ping > /dev/null 2>&1")}
{shell_words([timed, seconds, *redis_client(port, requests)])}; status=$?
kill $server; wait $server; exit $status"""
        _, talk = run([*recorder, "sh", "-c", script], where, timeout)
        return read_seconds(seconds), None, talk
    return Workload("redis both, -c 20", 1.25, measure, ["redis-server", "redis-benchmark", "redis-cli"])


NGINX = """worker_processes 1; daemon off; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.error;
events { worker_connections 256; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
  fastcgi_temp_path %(folder)s/fastcgi; uwsgi_temp_path %(folder)s/uwsgi; scgi_temp_path %(folder)s/scgi;
  server { listen 127.0.0.1:%(port)d; root %(folder)s/www; } }
"""


def nginx(folder, scale, timed):
    """With wrk the time is that of 10,000 requests at the rate it reached; without it, ab's for its number of requests."""
    wrk = shutil.which("wrk")
    out, seconds = os.path.join(folder, "client.out"), os.path.join(folder, "seconds")
    duration, requests = max(1, round(2 * scale)), sized(scale, 20000)

    def prepare():
        os.makedirs(os.path.join(folder, "www"), exist_ok=True)
        os.chmod(folder, 0o755)  # the worker runs as another user
        with open(os.path.join(folder, "www", "page.html"), "w") as page:
            page.write("x" * 1000)

    def measure(recorder, where, timeout):
        port = free_port()
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as file:
            file.write(NGINX % {"folder": folder, "port": port})
        url = f"http://127.0.0.1:{port}/page.html"
        client = ["wrk", "-t", "1", "-c", "20", "-d", f"{duration}s", url] if wrk else ["ab", "-k", "-q", "-c", "20", "-n", str(requests), url]
        script = f"""{shell_words(["nginx", "-e", folder + "/nginx.error", "-p", folder, "-c", config])} & server=$!
{wait_until(f"[ -s '{folder}/nginx.pid' ]")}
{shell_words([timed, seconds, *client])} > '{out}'; status=$?
kill $server; wait $server; exit $status"""
        _, talk = run([*recorder, "sh", "-c", script], where, timeout)
        if not wrk:
            return read_seconds(seconds), None, talk
        with open(out) as file:
            rate = re.search(r"Requests/sec:\s*([\d.]+)", file.read())
        if not rate or float(rate[1]) == 0:
            raise Failed("wrk found no server")
        return 10000 / float(rate[1]), None, talk
    return Workload("nginx + wrk" if wrk else "nginx + ab -k", 1.35, measure, ["nginx"] if wrk else ["nginx", "ab"], prepare)


def make(folder, scale, timed):
    tree, files = os.path.join(folder, "c"), 20
    compiler = shutil.which("gcc", path="/usr/local/bin:/usr/bin:/bin") or "cc"  # no ccache in front

    def prepare():
        os.makedirs(tree, exist_ok=True)
        for i in range(files):
            with open(os.path.join(tree, f"f{i}.c"), "w") as source:
                source.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n")
                for j in range(sized(scale, 20)):
                    source.write(f"int f{i}_{j}(int a, const char* s) {{ char b[64]; int n = 0;\n"
                                 f"  for (int k = 0; k < a; ++k) n += snprintf(b, sizeof b, \"%d %s\", k * {j + 1}, s) ^ (int)strlen(b);\n"
                                 f"  return n % {j + 3}; }}\n")
        with open(os.path.join(tree, "main.c"), "w") as source:
            source.write("int main(void) { return 0; }\n")
        with open(os.path.join(tree, "Makefile"), "w") as rules:
            objects = " ".join(f"f{i}.o" for i in range(files))
            rules.write(f"CC = {compiler}\nCFLAGS = -O1\nall: program\nprogram: {objects} main.o\n\t$(CC) -o $@ $^\n")

    def reset():
        for name in os.listdir(tree):
            if name.endswith(".o") or name == "program":
                os.remove(os.path.join(tree, name))
    return Workload("make -j2, 20 files", 1.4, command(["make", "-s", "-j2", "-C", tree], timed), ["make", "cc"], prepare, reset)


def compressed(name, folder, megabytes, arguments, timed):
    """Text of a small vocabulary: compresses, and not at once."""
    source = os.path.join(folder, name + ".in")

    def prepare():
        dice = random.Random(1)
        words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(2, 9))) for _ in range(5000)]
        with open(source, "w") as file:
            for _ in range(max(1, round(megabytes))):
                line = " ".join(dice.choices(words, k=40000))
                file.write((line * 5)[:500000] + " ".join(dice.choices(words, k=80000))[:500000])
    return Workload(f"{name} -T2", 1.05, command([name, "-T2", *arguments, source], timed), [name], prepare)


def python_pool(scale, timed):
    program = f"""import multiprocessing
def work(n): return sum(i * i for i in range(n))
with multiprocessing.Pool(2) as pool: print(sum(pool.map(work, [{sized(scale, 200000)}] * 40, chunksize=1)))"""
    return Workload("python multiprocessing", 1.05, command([sys.executable, "-c", program], timed))


def sqlite(name, folder, timed, lines):
    """Runs lines of SQL; without waiting for the disk, whose mood is not what is measured."""
    base = os.path.join(folder, name.replace(" ", "-") + ".db")
    script = base + ".sql"

    def prepare():
        with open(script, "w") as sql:
            sql.write("PRAGMA synchronous=OFF;\n" + "".join(line + "\n" for line in lines))

    def reset():
        for path in (base, base + "-journal"):
            if os.path.exists(path):
                os.remove(path)
    words = ["sqlite3", "-init", "/dev/null", base, f".read {script}"]
    return Workload(name, 1.5, command(words, timed), ["sqlite3"], prepare, reset)


def bulk_inserts(scale):
    """Many transactions, each of many rows."""
    yield "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);\nCREATE INDEX i ON t(b);"
    for i in range(sized(scale, 150)):
        yield "BEGIN;"
        for j in range(500):
            yield f"INSERT INTO t(b, c) VALUES('row {(i * 500 + j) * 7919 % 100003}', {j}.5);"
        yield "COMMIT;"


def single_inserts(scale):
    """A transaction per row: several locks of the file (fcntl) each."""
    yield "PRAGMA journal_mode=MEMORY;\nCREATE TABLE t(a INTEGER);"
    for i in range(sized(scale, 20000)):
        yield f"INSERT INTO t VALUES({i});"


def socat(folder, scale, timed):
    """select before each block."""
    source = os.path.join(folder, "blocks.in")

    def prepare():
        with open(source, "wb") as file:
            file.truncate(sized(scale, 400 << 20))
    return Workload("socat, 4 kB blocks", 2.0, command(["socat", "-u", "-b", "4096", f"OPEN:{source}", "OPEN:/dev/null"], timed), ["socat"], prepare)


def git_clone(folder, scale, timed):
    origin, copy = os.path.join(folder, "origin"), os.path.join(folder, "copy")
    plain = ["env", "-i", "PATH=" + os.environ["PATH"], "HOME=" + folder, "GIT_CONFIG_NOSYSTEM=1", "git"]

    def prepare():
        os.makedirs(origin, exist_ok=True)
        dice = random.Random(2)
        for i in range(sized(scale, 4000)):
            where = os.path.join(origin, f"d{i // 100}")
            os.makedirs(where, exist_ok=True)
            with open(os.path.join(where, f"f{i}"), "w") as file:
                file.write("".join(f"{dice.random()}\n" for _ in range(60)))
        for words in (["init", "-q"], ["add", "."], ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "all"]):
            subprocess.run([*plain, "-C", origin, *words], check=True)
    return Workload("git clone, local", 1.5, command([*plain, "clone", "-q", origin, copy], timed), ["git"], prepare,
                    lambda: shutil.rmtree(copy, ignore_errors=True))


def all_workloads(folder, scale):
    timed = built("timed", folder)
    tree = "/" if scale >= 1 else "/usr/include"
    loop = f"i=0; while [ $i -lt {sized(scale, 500)} ]; do /bin/true; i=$((i+1)); done"
    return [
        Workload("write storm", 2.0, command([built("write_storm", folder), str(sized(scale, 1000000))], timed)),
        Workload("pipe ping-pong", 1.7, command([built("pipe_ping_pong", folder), str(sized(scale, 80000))], timed)),
        server_only(folder, sized(scale, 25000)),
        both_sides(folder, sized(scale, 20000), timed),
        nginx(folder, scale, timed),
        make(folder, scale, timed),
        Workload("500 x /bin/true", 2.0, command(["sh", "-c", loop], timed)),
        compressed("xz", folder, 8 * scale, ["-k", "-1", "-c", "--block-size=2MiB"], timed),
        compressed("zstd", folder, 40 * scale, ["-6", "-q", "-c"], timed),
        python_pool(scale, timed),
        sqlite("sqlite3 bulk insert", folder, timed, bulk_inserts(scale)),
        sqlite("sqlite3, a lock per row", folder, timed, single_inserts(scale)),
        socat(folder, scale, timed),
        git_clone(folder, scale, timed),
        Workload(f"find {tree} -xdev", 1.5, command(["sh", "-c", f"find {tree} -xdev > /dev/null 2>&1; true"], timed)),
    ]
