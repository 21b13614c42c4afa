"""Inputs of the fifth held-out family (families/heldout5.py)."""
import os
import random
import struct
import subprocess

from more_inputs import files
from server_inputs import script, write

SAMBA = """[global]
smb ports = {port}
map to guest = Bad User
server role = standalone server
disable netbios = yes
load printers = no
log file = {d}/samba/log
pid directory = {d}/samba
lock directory = {d}/samba
state directory = {d}/samba
cache directory = {d}/samba
private dir = {d}/samba
ncalrpc dir = {d}/samba/rpc
[files]
path = {d}/trees
guest ok = yes
"""
DOVECOT = """protocols = imap
base_dir = {d}/dovecot/run-{port}
log_path = /dev/null
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{d}/dovecot/mail
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
passdb {{
  driver = static
  args = password=p
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={d}/dovecot
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
H2O = """hosts:
  default:
    listen:
      port: {port}
    paths:
      /:
        file.dir: {d}/www
num-threads: 1
user: nobody
"""
TINYPROXY = """Port {port}
Listen 0.0.0.0
Timeout 60
LogLevel Critical
MaxClients 20
"""
UNBOUND = """server:
  interface: 0.0.0.0@{port}
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: /dev/null
  num-threads: 1
  module-config: "iterator"
  local-zone: "test." redirect
  local-data: "test. A 10.1.2.3"
remote-control:
  control-enable: no
"""
BORG_CONNECT = """#!/bin/sh
exec socat - TCP:$BORG_PEER
"""


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    port = ports[1]
    for name, text in (("samba", SAMBA), ("dovecot", DOVECOT), ("h2o", H2O), ("tinyproxy", TINYPROXY), ("unbound", UNBOUND)):
        write(f"{d}/{name}-{port}.conf", text.format(d=d, port=port))


def samba(d):
    os.makedirs(f"{d}/samba/rpc", exist_ok=True)


def mail(d):
    os.makedirs(f"{d}/dovecot", mode=0o755, exist_ok=True)
    os.chmod(f"{d}/dovecot", 0o777)
    for i in range(320):
        body = "\r\n".join(random.Random(i).choices(("lorem ipsum dolor sit amet", "consectetur", "adipiscing elit sed do"), k=300))
        write(f"{d}/dovecot/mail/cur/{1600000000 + i}.m{i}.v:2,S", f"From: a@t\r\nTo: v@t\r\nSubject: m{i}\r\n\r\n{body}\r\n")
    subprocess.run(["chown", "-R", "nobody:nogroup", f"{d}/dovecot"], check=True)


def imap(d):
    script(d, "imap_fetch.py")


def influx(d):
    script(d, "influx_client.py")


def websockets(d):
    script(d, "websocket_echo.py")


def zookeeper(d):
    script(d, "zookeeper_client.py")


def borg(d):
    write(f"{d}/borg-connect", BORG_CONNECT)
    os.chmod(f"{d}/borg-connect", 0o755)
    env = dict(os.environ, BORG_BASE_DIR=f"{d}/borg", BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes")
    for name, n in (("medium", 240), ("small", 40)):
        if not os.path.exists(f"{d}/borg/{name}"):
            files(f"{d}/borg/files-{name}", n)
            subprocess.run(["borg", "init", "-e", "none", f"{d}/borg/{name}"], check=True, env=env)
            subprocess.run(["borg", "create", f"{d}/borg/{name}::a", "."], check=True, env=env, cwd=f"{d}/borg/files-{name}")


def batch(d):
    """Commands of sftp: fetch a tree."""
    for name in ("medium", "small"):
        write(f"{d}/get-{name}", f"get -r {d}/trees/{name}\n")


def job_lines(d):
    for n in (400, 80):
        write(f"{d}/lines-{n}.txt", "".join(f"job {i}\n" for i in range(n)))


def queries(d):
    for n in (8000, 4000):
        write(f"{d}/queries-{n}.txt", "".join(f"host{i}.test A\n" for i in range(n)))


def octave(d):
    script(d, "solve.m")


def lua(d):
    script(d, "queens.lua")


def postscript(d):
    script(d, "page.ps")


def part(d):
    script(d, "part.scad")


def alignments(d):
    """Reads in the order of their names, for samtools sort."""
    r, sequence = random.Random(5), "".join(random.Random(6).choices("ACGT", k=5000))
    lines = ["@HD\tVN:1.6\tSO:unsorted\n@SQ\tSN:c1\tLN:1000000\n"]
    for i in range(240000):
        at = r.randrange(4900)
        lines.append(f"r{i}\t0\tc1\t{r.randrange(1, 990000)}\t60\t100M\t*\t0\t0\t{sequence[at:at + 100]}\t{'I' * 100}\n")
    write(f"{d}/reads.sam", "".join(lines))


def sound(d):
    """A minute of stereo noise and tones as a WAV file."""
    r = random.Random(7)
    data = b"".join(struct.pack("<hh", (i * 37 % 8000) - 4000 + r.randrange(300), (i * 11 % 9000) - 4500) for i in range(44100 * 60))
    write(f"{d}/sound.wav", b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16) +
          b"data" + struct.pack("<I", len(data)) + data)


def formula(d):
    """Ten pigeons, nine holes: unsatisfiable, and slow to prove."""
    pigeons, holes = 10, 9
    text = "".join(f"(declare-const p{i}_{j} Bool)\n" for i in range(pigeons) for j in range(holes))
    text += "".join(f"(assert (or {' '.join(f'p{i}_{j}' for j in range(holes))}))\n" for i in range(pigeons))
    text += "".join(f"(assert (not (and p{i}_{j} p{k}_{j})))\n" for j in range(holes) for i in range(pigeons) for k in range(i))
    write(f"{d}/pigeons.smt2", text + "(check-sat)\n")
