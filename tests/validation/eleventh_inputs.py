"""Inputs of the eleventh held-out family (families/heldout11.py)."""
import os
import random
import subprocess

from more_inputs import files
from server_inputs import script, write
from sixth_inputs import genome

NUTCRACKER = """redis:
  listen: 0.0.0.0:{port}
  redis: true
  hash: fnv1a_64
  distribution: ketama
  servers:
   - {host}:{backend}:1
"""
RSYSLOG = """global(workDirectory="{d}")
module(load="imtcp")
input(type="imtcp" port="{port}")
action(type="omfile" file="{d}/syslog-{port}")
"""
FORCES = """cutoff-scheme = Verlet
coulombtype = PME
rcoulomb = 0.9
rvdw = 0.9
"""
STEEPEST = """integrator = steep
nsteps = 100
define = -DFLEXIBLE
"""
MD = """integrator = md
nsteps = 200
dt = 0.002
gen-vel = yes
gen-temp = 300
gen-seed = 7
"""
TOPOLOGY = """#include "oplsaa.ff/forcefield.itp"
#include "oplsaa.ff/spce.itp"
[ system ]
water
[ molecules ]
"""


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    write(f"{d}/nutcracker-{ports[1]}.yml", NUTCRACKER.format(port=ports[1], host=addresses[2], backend=ports[2]))
    write(f"{d}/rsyslog-{ports[1]}.conf", RSYSLOG.format(d=d, port=ports[1]))


def cvs(d):
    root = f"{d}/cvs"
    if os.path.exists(root):
        return
    subprocess.run(["cvs", "-d", root, "init"], check=True)
    write(f"{root}/CVSROOT/passwd", "anonymous::nobody\n")
    for name, n in (("medium", 100), ("small", 20)):
        files(f"{d}/cvs-{name}", n)
        subprocess.run(["cvs", "-Q", "-d", root, "import", "-m", "all", name, "v", "start"], check=True, cwd=f"{d}/cvs-{name}")
    subprocess.run(["chown", "-R", "nobody", root], check=True)  # who pserver, which refuses root, locks and logs as


def fetch(d):
    script(d, "HttpFetch.java")
    subprocess.run(["javac", "-d", f"{d}/fetch", f"{d}/HttpFetch.java"], check=True)


def rpyc(d):
    script(d, "rpyc_calls.py")


def webrick(d):
    script(d, "webrick_app.rb")


def nim_http(d):
    script(d, "http_server.nim")
    subprocess.run(["nim", "c", "-d:release", "--hints:off", "--warnings:off", f"--nimcache:{d}/nim-cache", f"-o:{d}/nim_http", f"{d}/http_server.nim"], check=True)


def asio_echo(d):
    script(d, "asio_echo.cc")
    subprocess.run(["g++", "-std=c++20", "-O2", "-pthread", "-o", f"{d}/asio_echo", f"{d}/asio_echo.cc"], check=True)


def gromacs(d):
    folder = f"{d}/gromacs"
    write(f"{folder}/steepest.mdp", FORCES + STEEPEST)
    write(f"{folder}/run.mdp", FORCES + MD)
    write(f"{folder}/topol.top", TOPOLOGY)
    for command in ("solvate -cs spc216.gro -box 3 3 3 -o box.gro -p topol.top", "grompp -f steepest.mdp -c box.gro -p topol.top -o steepest.tpr",
                    "mdrun -nt 1 -deffnm steepest", "grompp -f run.mdp -c steepest.gro -p topol.top -o run.tpr"):
        subprocess.run(["gmx", "-quiet", "-nobackup", *command.split()], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def blast(d):
    """Proteins that descend from a few, and a profile of one family of them."""
    pick = random.Random(11)
    letters = "ACDEFGHIKLMNPQRSTVWY"

    def mutant(of, rate):
        return "".join(pick.choice(letters) if pick.random() < rate else c for c in of)
    founders = ["".join(pick.choices(letters, k=300)) for _ in range(20)]
    everyone = [mutant(founders[i % 20], 0.4) for i in range(11000)]
    write(f"{d}/blast/all.fa", "".join(f">p{i}\n{p}\n" for i, p in enumerate(everyone)))
    write(f"{d}/blast/queries.fa", "".join(f">q{i}\n{mutant(f, 0.2)}\n" for i, f in enumerate(founders[:6])))
    write(f"{d}/blast/family.sto", "# STOCKHOLM 1.0\n" + "".join(f"s{i} {mutant(founders[0], 0.3)}\n" for i in range(20)) + "//\n")
    subprocess.run(["makeblastdb", "-dbtype", "prot", "-in", f"{d}/blast/all.fa", "-out", f"{d}/blast/db"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["hmmbuild", "-o", "/dev/null", f"{d}/blast/family.hmm", f"{d}/blast/family.sto"], check=True)


def bowtie(d):
    genome(d)
    os.makedirs(f"{d}/bowtie", exist_ok=True)
    subprocess.run(["bowtie2-build", "-q", f"{d}/genome.fa", f"{d}/bowtie/genome"], check=True)
