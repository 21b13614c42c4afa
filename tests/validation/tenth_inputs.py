"""Inputs of the tenth held-out family (families/heldout10.py)."""
import gzip
import os
import random
import subprocess

from server_inputs import script, write


def go_program(d, name):
    script(d, f"{name}.go")
    subprocess.run(["go", "build", "-o", f"{d}/{name}", f"{d}/{name}.go"], check=True, env=dict(os.environ, GOCACHE=f"{d}/go-cache", GO111MODULE="off"))


def go_http(d):
    go_program(d, "go_http")


def mandel(d):
    go_program(d, "mandel")


def apt_fetch(d):
    script(d, "apt_fetch.sh")


def statements(d):
    for n in (250, 30):
        rows = "".join(f"INSERT INTO t VALUES({i}, md5('{i}'));\n" for i in range(n))
        write(f"{d}/statements-{n}.sql", f"CREATE TEMPORARY TABLE t(i int, s text);\n{rows}SELECT count(*) FROM t WHERE s > '8';\n")


def packed_numbers(d):
    for n in (1500000, 250000):
        write(f"{d}/www/numbers-{n}.gz", gzip.compress("".join(f"{i * 7919 % 1000003}\n" for i in range(n)).encode(), 5, mtime=0))


def movie(d):
    for seconds in (8, 2):
        os.makedirs(f"{d}/www", exist_ok=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25", "-frames:v", str(seconds * 25), "-pix_fmt", "yuv420p",
                        "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "6M", f"{d}/www/movie-{seconds}.mkv"], check=True)


def table(d):
    pick = random.Random(5)
    write(f"{d}/table.txt", "".join(f"{pick.randrange(5000)} {pick.randrange(10**6)} x{pick.randrange(300)}\n" for _ in range(300000)))


def deflate(d):
    script(d, "deflate.js")


def primes(d):
    script(d, "primes.php")
