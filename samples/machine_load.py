"""How busy others keep this machine while something runs: a measurement taken in a crowd says little."""
import os
import time


def _busy_s():
    """CPU time that all cores together spent on anything, in s (proc(5): user nice system idle iowait irq softirq steal)."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_s():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class ForeignLoad:
    """with ForeignLoad() as load: ...; then load.cores is how many cores others kept busy meanwhile."""

    QUIET_CORES = 0.15

    def __enter__(self):
        self.start, self.busy, self.own = time.monotonic(), _busy_s(), _own_s()
        return self

    def __exit__(self, *_):
        elapsed = max(time.monotonic() - self.start, 1e-3)
        self.cores = max(0.0, _busy_s() - self.busy - (_own_s() - self.own)) / elapsed
        self.quiet = self.cores <= self.QUIET_CORES
