"""Inputs of the ninth held-out family (families/heldout9.py)."""
import os
import random
import subprocess

from more_inputs import files
from server_inputs import script, write

PROFTPD = """ServerType standalone
Port {port}
UseIPv6 off
User nobody
Group nogroup
UseReverseDNS off
UseFtpUsers off
WtmpLog off
PidFile {d}/proftpd-{port}.pid
ScoreboardFile {d}/proftpd-{port}.board
DelayEngine off
TransferLog none
<Anonymous {d}/ftp>
  User nobody
  Group nogroup
  UserAlias ftp nobody
  RequireValidShell off
</Anonymous>
"""
TOMCAT = """<Server port="-1"><Service name="Catalina"><Connector port="{port}" protocol="HTTP/1.1" maxThreads="8"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>
"""
TOMCAT_WEB = """<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0"><servlet><servlet-name>default</servlet-name>
<servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping></web-app>
"""
MELT = """variable rank index first
units lj
atom_style atomic
lattice fcc 0.8442
region box block 0 12 0 12 0 12
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 3.0 87287
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
fix 1 all nve
thermo 50
run ${steps}
"""


def configs(d, ports, addresses):
    """A file per port, for servers that take ports from a file only."""
    port = ports[1]
    write(f"{d}/proftpd-{port}.conf", PROFTPD.format(d=d, port=port))
    write(f"{d}/tomcat-{port}/conf/server.xml", TOMCAT.format(port=port))
    write(f"{d}/tomcat-{port}/conf/web.xml", TOMCAT_WEB)
    write(f"{d}/tomcat-{port}/webapps/ROOT/small.html", "<p>" + "hello " * 100)


def mpi4py(d):
    script(d, "mpi_sums.py")


def melt(d):
    write(f"{d}/melt.lmp", MELT)


def proftpd(d):
    for i in range(71):
        write(f"{d}/ftp/{i}.bin", random.Random(i).randbytes(8000 + i * 7919 % 40000))


def express(d):
    script(d, "express_app.js")


def tomcat(d):
    """All in configs(): it reads a folder per port."""


def drb(d):
    script(d, "drb.rb")


def xml_rpc(d):
    script(d, "xml_rpc.py")


def pile(d):
    for name, n in (("large", 900), ("medium", 160), ("small", 40)):
        files(f"{d}/pile/{name}", n)


def loads(d):
    for m in (64, 8):
        write(f"{d}/{m}m.bin", random.Random(m).randbytes(m << 20))


def php(d):
    script(d, "page.php")
    os.makedirs(f"{d}/php", exist_ok=True)
    os.replace(f"{d}/page.php", f"{d}/php/page.php")


def brz(d):
    env = dict(os.environ, BRZ_EMAIL="v@v", HOME=d, PATH="/usr/bin:/bin")
    for name, n in (("medium", 120), ("small", 40)):
        branch = f"{d}/brz/{name}"
        if os.path.exists(branch):
            continue
        files(branch, n)
        for command in (["init", "-q"], ["add", "-q"], ["commit", "-q", "-m", "all"]):
            subprocess.run(["brz", *command], check=True, env=env, cwd=branch)


def clip(d):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "mandelbrot=s=640x360:r=25", "-frames:v", "60", "-pix_fmt", "yuv420p", f"{d}/clip.y4m"],
                   check=True)


def forest(d):
    script(d, "forest.py")


def picture(d):
    write(f"{d}/picture.ppm", b"P6 3000 2000 255\n" + random.Random(1).randbytes(3000 * 2000 * 3))


def gobuild(d):
    script(d, "gobuild.go")
