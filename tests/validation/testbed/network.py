"""Emulated hosts on one machine: network namespaces h1..hN in a star around delayline's switch. Needs root.

A host is `Link(up_bps, down_bps, lat_ms)`: its access link. Everything this module creates carries the
mark `# testbed` in /etc/netns/hN/hosts, and `down()` removes that and nothing else.
"""
import dataclasses
import os
import re
import signal
import subprocess
import time

CONGESTION_CONTROL = "cubic"  # Linux's default; some clouds' kernels begin with BBR
ALLOWED = "/proc/sys/net/ipv4/tcp_allowed_congestion_control"
NET = "10.77.0."
MTU = 1500
SHARES = 262144  # CPU shares of the testbed's programs: 256 times the default, against foreign load


class TestbedError(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Link:
    """Access link of a host: rates count Ethernet frames, one-way latency of this link alone."""
    up_bps: float
    down_bps: float
    lat_ms: float


def call(cmd, check=True, **kw):
    r = subprocess.run(cmd, stdin=None if "input" in kw else subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, **kw)
    if check and r.returncode:
        raise TestbedError(f"{' '.join(cmd)}: {r.stderr.strip()}")
    return r.stdout


def ours():
    """Names of the namespaces that this module created."""
    def marked(name):
        try:
            with open(f"/etc/netns/{name}/hosts") as f:
                return f.readline().startswith("# testbed")
        except OSError:
            return False
    return sorted(h for h in (os.listdir("/run/netns") if os.path.isdir("/run/netns") else []) if marked(h))


def end_processes_in(namespace):
    for sig in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(40):
            pids = [int(p) for p in call(["ip", "netns", "pids", namespace], check=False).split()]
            if not pids:
                return
            for p in pids:
                try:
                    os.kill(p, sig)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)


def remove_namespaces():
    for h in ours():
        end_processes_in(h)
        call(["ip", "netns", "del", h], check=False)
        call(["rm", "-rf", f"/etc/netns/{h}"], check=False)


class AllowedCongestionControl:
    """Namespaces may only use what the machine allows everybody: allows one more, and puts back what was there."""

    def __init__(self, wanted):
        self.wanted, self.before = wanted, None

    def allow(self):
        try:
            with open(ALLOWED) as f:
                allowed = f.read()
            if self.wanted not in allowed.split():
                self.write(f"{allowed.strip()} {self.wanted}")
                self.before = allowed
        except OSError as e:
            raise TestbedError(f"{self.wanted} cannot be allowed ({e}): does this kernel have it?") from e

    def restore(self):
        if self.before is not None:
            self.write(self.before)

    @staticmethod
    def write(text):
        with open(ALLOWED, "w") as f:
            f.write(text)


def median(values):
    v = sorted(values)
    return (v[len(v) // 2] + v[(len(v) - 1) // 2]) / 2


def segments_per_frame(link):
    """TSO super-frames no longer than max(100 us, a tenth of the link latency), 1..40 segments."""
    return int(min(40, max(1, min(link.up_bps, link.down_bps) * max(100e-6, link.lat_ms / 1e4) / 8 / MTU)))


def ideal_rtt_ms(a, b, frame=98):
    """RTT of a 56-byte ping between two hosts: four latencies, four serialisations of 98 bytes."""
    return 2 * (a.lat_ms + b.lat_ms) + frame * 8e3 * sum(1 / r for r in (a.up_bps, a.down_bps, b.up_bps, b.down_bps))


class Network:
    """A running star of hosts; a context manager. `facts` has what the calibration found."""

    def __init__(self, links, delayline, folder, congestion_control=CONGESTION_CONTROL):
        self.links, self.delayline, self.folder, self.congestion_control = links, delayline, folder, congestion_control
        self.facts, self.switch = {"congestion_control": congestion_control}, None
        self.allowed = AllowedCongestionControl(congestion_control)

    def __enter__(self):
        if os.geteuid():
            raise TestbedError("emulated hosts need root (network namespaces, TUN)")
        remove_namespaces()
        clash = [f"h{i}" for i in range(1, len(self.links) + 1) if os.path.exists(f"/run/netns/h{i}")]
        if clash:
            raise TestbedError(f"namespaces {clash} exist and are not ours")
        self.allowed.allow()
        try:
            self.start_switch()
            for i, link in enumerate(self.links, 1):
                self.add_host(i, link)
            self.calibrate()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()

    def start_switch(self):
        slowest = max(l.lat_ms for l in self.links) / 1e3
        queue = int(max([256 * 1024] + [l.down_bps * 4 * slowest / 8 for l in self.links]))
        self.ready = f"{self.folder}/ready"
        for stale in (self.ready, f"{self.ready}.comp"):
            if os.path.exists(stale):
                os.unlink(stale)
        ports = sum((["--port", f"{l.up_bps},{l.down_bps},{int(l.lat_ms * 1e6)}"] for l in self.links), [])
        with open(f"{self.folder}/delayline.log", "w") as log:
            self.switch = subprocess.Popen([self.delayline, *ports, "--queue", str(queue), "--ready", self.ready, "--stats",
                                            f"{self.folder}/stats", "--no-idle"], stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
        for _ in range(200):
            if os.path.exists(self.ready):
                return
            if self.switch.poll() is not None:
                break
            time.sleep(0.02)
        with open(f"{self.folder}/delayline.log") as log:
            raise TestbedError(f"delayline did not start: {log.read()}")

    def add_host(self, i, link):
        h, n = f"h{i}", len(self.links)
        os.makedirs(f"/etc/netns/{h}", exist_ok=True)
        with open(f"/etc/netns/{h}/hosts", "w") as f:
            f.write("# testbed\n127.0.0.1 localhost\n" + "".join(f"{NET}{j} h{j}\n" for j in range(1, n + 1)))
        call(["ip", "netns", "add", h])
        call(["ip", "link", "set", f"tbtap{i}", "netns", h, "name", "eth0"])
        gso = segments_per_frame(link)
        neighbours = "".join(f"neigh replace {NET}{j} lladdr 02:54:42:00:00:{j:02x} nud permanent dev eth0\n"
                             for j in range(1, n + 1) if j != i)
        call(["ip", "-n", h, "-batch", "-"], input=f"link set lo up\nlink set eth0 address 02:54:42:00:00:{i:02x}\n"
             f"link set eth0 mtu {MTU} gso_max_segs {gso} txqueuelen 2000\naddr add {NET}{i}/24 dev eth0\nlink set eth0 up\n{neighbours}")
        burst = max(gso * 1600, int(link.up_bps / 8 * 0.0005), 3200)
        limit = max(int(link.up_bps / 8 * 0.05), 512 * 1024)
        call(["tc", "-n", h, "qdisc", "add", "dev", "eth0", "root", "handle", "1:", "tbf", "rate", f"{int(link.up_bps)}bit",
              "burst", str(burst), "limit", str(limit)])
        tcp = "/proc/sys/net/ipv4/tcp_congestion_control"
        used = self.inside(h, ["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; "
                               "echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save; echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range; "
                               f"echo {self.congestion_control} > {tcp}; cat {tcp}"]).strip()
        if used != self.congestion_control:
            raise TestbedError(f"{h} uses {used} for TCP instead of {self.congestion_control}")

    def inside(self, host, cmd):
        return call(["ip", "netns", "exec", host, *cmd], check=False)

    def ping_ms(self, count=25):
        out = self.inside("h1", ["ping", "-n", "-i", "0.005", "-c", str(count), "-s", "56", f"{NET}2"])
        times = [float(x) for x in re.findall(r"time=([\d.]+) ms", out)]
        return median(times) if times else None

    def calibrate(self):
        """What the idle path adds to the RTT is taken off, half per direction."""
        ideal, comp = ideal_rtt_ms(self.links[0], self.links[1]), 0
        for _ in range(3):
            times = [t for t in (self.ping_ms(), self.ping_ms()) if t]
            if not times:
                raise TestbedError("no answer to ping between h1 and h2")
            extra = min(times) - ideal
            self.facts.setdefault("extra_us", round(extra * 1e3, 1))
            self.facts.update(comp_ns=comp, rtt_ms=round(min(times), 4), rtt_ideal_ms=round(ideal, 4))
            if abs(extra) < 0.01 * ideal:
                break
            comp = int(max(0, min(comp + extra / 2 * 1e6, min(l.lat_ms for l in self.links) * 1e6, 100e3)))
            with open(f"{self.ready}.comp", "w") as f:
                f.write(str(comp))
            os.kill(self.switch.pid, signal.SIGUSR1)
            time.sleep(0.01)

    def cpu_s(self):
        """CPU seconds that the switch has used."""
        with open(f"/proc/{self.switch.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def listening(self, host, port):
        return bool(self.inside(host, ["ss", "-Hltn", f"sport = :{port}"]).strip())

    def down(self):
        try:
            remove_namespaces()
            if self.switch and self.switch.poll() is None:
                self.switch.terminate()
                try:
                    self.switch.wait(3)
                except subprocess.TimeoutExpired:
                    self.switch.kill()
                    self.switch.wait()
        finally:
            self.allowed.restore()


def host_prefix(host):
    """argv prefix that runs a command on an emulated host."""
    return ["ip", "netns", "exec", host, "unshare", "--uts", "sh", "-c", f'hostname {host}; exec "$@"', "sh"]


class Accounting:
    """Cgroups of the testbed's programs: their CPU time is told from foreign load, and they come first."""

    def __init__(self):  # a name of its own: end_all must not reach into a testbed beside this one
        self.folders = {c: f"/sys/fs/cgroup/{c}/simrec-testbed-{os.getpid()}" for c in ("cpu", "cpuacct")}

    def __enter__(self):
        for path in self.folders.values():
            try:
                os.makedirs(path, exist_ok=True)
            except OSError:
                pass
        try:
            with open(f"{self.folders['cpu']}/cpu.shares", "w") as f:
                f.write(str(SHARES))
        except OSError:
            pass
        return self

    def __exit__(self, *_):
        self.end_all()
        for path in self.folders.values():
            try:
                os.rmdir(path)
            except OSError:
                pass

    def enter(self):
        """For the child, between fork and exec."""
        for path in self.folders.values():
            try:
                with open(f"{path}/cgroup.procs", "w") as f:
                    f.write(str(os.getpid()))
            except OSError:
                pass

    def end_all(self):
        """Ends what was started and is still there: also what left its process group, or whose tracer is gone."""
        for path in self.folders.values():
            try:
                with open(f"{path}/cgroup.procs") as f:
                    left = [int(line) for line in f]
            except OSError:
                continue
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    @staticmethod
    def core_wait_s():
        """Seconds since boot in which some thread of the machine waited for a core; 0 in kernels that do not count it."""
        try:
            with open("/proc/pressure/cpu") as f:
                return int(f.readline().rsplit("total=", 1)[1]) / 1e6
        except OSError:
            return 0.0

    def own_cpu_s(self):
        try:
            with open(f"{self.folders['cpuacct']}/cpuacct.usage") as f:
                return int(f.read()) / 1e9
        except OSError:
            return 0.0

    @staticmethod
    def machine_cpu_s():
        """(busy, stolen by the hypervisor) CPU seconds of the whole machine."""
        with open("/proc/stat") as f:
            v = [int(x) for x in f.readline().split()[1:9]]
        hz = os.sysconf("SC_CLK_TCK")
        return (v[0] + v[1] + v[2] + v[5] + v[6]) / hz, v[7] / hz
