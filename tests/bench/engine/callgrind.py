"""Counts instructions, which a busy machine does not change. Needs valgrind."""
import re
import subprocess


def instructions(command, folder):
    """Of the whole process tree that `command` makes, startup included."""
    out = folder / "callgrind"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    subprocess.run(["valgrind", "--tool=callgrind", "--trace-children=yes", "--cache-sim=no", f"--callgrind-out-file={out}/%p", *command],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    total = 0
    for file in out.iterdir():
        found = re.search(r"^(?:summary|totals): (\d+)", file.read_text(errors="replace"), re.MULTILINE)
        total += int(found[1]) if found else 0
    return total
