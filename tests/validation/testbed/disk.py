"""A block device of known speed: an ext4 file system on a loop device over memory, throttled by the blkio controller.

The limit is set in the root group, so that write-back counts, too, and only for our own loop device.
"""
import os
import subprocess

from testbed.network import TestbedError, call

THROTTLE = "/sys/fs/cgroup/blkio/blkio.throttle.{}_bps_device"


def why_not():
    """The reason why no throttled device can be made here, or None."""
    if os.geteuid():
        return "a throttled loop device needs root"
    if not os.path.exists(THROTTLE.format("write")):
        return "this kernel has no blkio throttle in the root group of a cgroup v1 hierarchy"
    if not os.path.exists("/dev/loop-control"):
        return "this kernel has no loop devices"
    return None


class Disk:
    """A context manager; `path` is where the file system is mounted. Full speed until `throttle`."""

    def __init__(self, folder):
        self.image, self.path, self.device = f"{folder}/disk.img", f"{folder}/disk", None

    def __enter__(self):
        reason = why_not()
        if reason:
            raise TestbedError(reason)
        os.makedirs(self.path, exist_ok=True)
        with open(self.image, "wb") as f:
            f.truncate(256 << 20)
        self.device = call(["losetup", "-f", "--show", self.image]).strip()
        try:
            call(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.device])
            self.mount()
            with open(f"{self.path}/cold.bin", "wb") as f:
                f.write(os.urandom(12 << 20))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.throttle(0)
        call(["umount", self.path], check=False)
        if self.device:
            call(["losetup", "-d", self.device], check=False)
        for remove, path in ((os.unlink, self.image), (os.rmdir, self.path)):
            try:
                remove(path)
            except OSError:
                pass

    def mount(self):
        call(["mount", "-o", "noatime", self.device, self.path])

    def throttle(self, bytes_per_s):
        """0 = no limit."""
        if not self.device:
            return
        number = os.stat(self.device).st_rdev
        for direction in ("read", "write"):
            try:
                with open(THROTTLE.format(direction), "w") as f:
                    f.write(f"{os.major(number)}:{os.minor(number)} {int(bytes_per_s)}\n")
            except OSError as e:
                if bytes_per_s:
                    raise TestbedError(f"throttling {self.device}: {e}") from e

    def make_cold(self):
        """Removes what runs left and empties the cache of this file system."""
        for name in os.listdir(self.path):
            if name not in ("cold.bin", "lost+found"):
                os.unlink(f"{self.path}/{name}")
        subprocess.run(["sync", "-f", self.path], check=True)
        call(["umount", self.path])
        self.mount()
