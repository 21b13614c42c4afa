#!/usr/bin/env python3
"""Checks that clang-format would change nothing: format.py ROOT. Exits 77 (skipped) without clang-format."""
import shutil
import subprocess
import sys


def main():
    root = sys.argv[1]
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if not tool:
        print("skipped: clang-format is not installed")
        sys.exit(77)
    listing = subprocess.run(["git", "-C", root, "ls-files", "*.cc", "*.h"], capture_output=True, text=True)
    if listing.returncode != 0:
        print("skipped: not a git clone, so what belongs to the project is unknown")
        sys.exit(77)
    # Another version of clang-format wraps a few lines differently: a matter of taste, not of the project.
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    if " 14." not in version:
        print(f"skipped: the project is formatted by clang-format 14, not by {version.strip()}")
        sys.exit(77)
    files = listing.stdout.split()
    check = subprocess.run([tool, "--dry-run", "--Werror", *files], cwd=root, capture_output=True, text=True)
    bad = sorted({line.split(":")[0] for line in check.stderr.splitlines() if "error: code should be" in line})
    for name in bad:
        print(f"{name}: run clang-format -i {name}")
    print(f"{len(files)} files, {len(bad)} of them not as .clang-format wants")
    sys.exit(1 if bad or check.returncode else 0)


main()
