#!/usr/bin/env python3
"""Checks what lies at the top of the repository, and that no file grew out of hand: layout.py ROOT"""
import pathlib
import re
import subprocess
import sys

ALLOWED = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
           "recorder", "trace-format", "replayer", "analysis", "samples", "tests"}
LONGEST_LINES = 450  # most files stay under 300: see the report this prints
SOURCES = {".h", ".cc", ".c", ".py", ".S"}
VAGUE = re.compile(r"(^|[_-])(utils?|helpers?|misc|common)([_.-]|$)")


def tracked(root):
    """Files of the project: those git knows, or, outside a clone, everything but build folders."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True)
    if listing.returncode == 0:
        return [pathlib.Path(line) for line in listing.stdout.splitlines() if (root / line).is_file()]
    files = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    return [p for p in files if not p.parts[0].startswith(("build", "."))]


def main():
    root = pathlib.Path(sys.argv[1])
    files, wrong = tracked(root), []
    for entry in sorted({p.parts[0] for p in files}):
        if entry not in ALLOWED and not entry.startswith("."):
            wrong.append(f"{entry}: not a place of the fixed top-level layout; move it into one of the folders")
    required = re.search(r"cmake_minimum_required\(VERSION (\d+)\.(\d+)", (root / "CMakeLists.txt").read_text())
    if (int(required[1]), int(required[2])) < (3, 25):
        wrong.append("CMakeLists.txt: asks for less than CMake 3.25")
    lengths = {}
    for path in files:
        if VAGUE.search(path.name):
            wrong.append(f"{path}: name it after what it does")
        if path.suffix in SOURCES:
            lengths[path] = len((root / path).read_text(errors="replace").splitlines())
    for path, lines in lengths.items():
        if lines > LONGEST_LINES:
            wrong.append(f"{path}: {lines} lines; split it by purpose")
    over = sorted(((n, p) for p, n in lengths.items() if n > 300), reverse=True)
    print(f"{len(lengths)} source files, {sum(lengths.values())} lines, {len(over)} longer than 300 lines")
    for lines, path in over:
        print(f"  {lines} {path}")
    if 10 * len(over) > len(lengths):
        wrong.append("more than a tenth of the files is longer than 300 lines")
    print("\n".join(wrong))
    sys.exit(1 if wrong or not lengths else 0)


main()
