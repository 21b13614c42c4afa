#!/usr/bin/env python3
"""Checks the direction of #include lines (README, "Layout"): includes.py ROOT | --self-test"""
import pathlib
import re
import sys
import tempfile

PARTS = ("recorder", "replayer", "analysis", "trace-format")

# Headers that only some folders may see: what the include looks like, where it is allowed.
RESERVED = (
    (re.compile(r"(sys|linux|asm)/ptrace(-abi)?\.h$|libunwind(-ptrace)?\.h$"), "recorder"),
    (re.compile(r"(simgrid|xbt|smpi)/|(simgrid|xbt)\.h(pp)?$"), "replayer/simulate"),
    (re.compile(r"(trace|prediction|program)\.capnp\.h$"), "trace-format"),
    (re.compile(r"(capnp|kj)/"), "trace-format"),
    (re.compile(r"zstd(_errors)?\.h$|zdict\.h$"), "trace-format"),
)

# Headers that one .h/.cc pair hides from everybody else.
ONE_PAIR = (
    ("zstd", re.compile(r"zstd(_errors)?\.h$")),
    ("Cap'n Proto serialisation", re.compile(r"capnp/serialize")),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(root):
    """Yields (file relative to root, line number, quoted?, header) of the product's sources."""
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix not in (".h", ".hpp", ".cc", ".cpp", ".c", ".S", ".inc"):
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if match := INCLUDE.match(line):
                    yield path.relative_to(root), number, match[1] == '"', match[2]


def violations(root):
    found, owners = [], {name: {} for name, _ in ONE_PAIR}
    for path, number, quoted, header in includes(root):
        where, part = f"{path}:{number}", path.parts[0]
        target = header.split("/")[0]
        if target in PARTS and target not in (part, "trace-format"):
            found.append(f"{where}: {part} must not include {header}; only trace-format is shared")
        if quoted and target not in PARTS and not header.endswith(".capnp.h"):
            found.append(f'{where}: include "{header}" by its path from the repository root')
        for pattern, folder in RESERVED:
            if pattern.search(header) and not str(path).startswith(folder + "/"):
                found.append(f"{where}: only {folder} may include {header}")
        for name, pattern in ONE_PAIR:
            if pattern.search(header):
                owners[name].setdefault(str(path.with_suffix("")), where)
    for name, pairs in owners.items():
        if len(pairs) > 1:
            found.append(f"{name} must stay in one .h/.cc pair, but is in: {', '.join(sorted(pairs))}")
    return found


def self_test():
    """Each rule must catch its own violation, and a clean tree must pass."""
    bad = {
        "analysis/a.cc": '#include "replayer/x.h"',
        "replayer/compile/b.cc": "#include <simgrid/s4u.hpp>",
        "analysis/c.cc": "  #  include <sys/ptrace.h>",
        "recorder/d.cc": "#include <zstd.h>",
        "replayer/e.cc": '#include "e.h"',
        "recorder/f.cc": "#include <trace.capnp.h>",
    }
    good = {"recorder/a.cc": '#include "trace-format/model.h"\n#include <sys/ptrace.h>', "trace-format/z.cc": "#include <zstd.h>"}
    pair = {"trace-format/z.cc": "#include <zstd.h>", "trace-format/y.h": "#include <zstd.h>"}

    def check(files):
        with tempfile.TemporaryDirectory() as d:
            for name, text in files.items():
                path = pathlib.Path(d) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n")
            return violations(pathlib.Path(d))

    assert check(good) == [], check(good)
    assert len(check(pair)) == 1, check(pair)
    for name, text in bad.items():
        assert check({name: text}), f"missed: {name}: {text}"


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    root = pathlib.Path(sys.argv[1])
    seen = sum(1 for _ in includes(root))
    found = violations(root)
    print("\n".join(found) or f"{seen} #include lines point the right way")
    sys.exit(1 if found or seen < 100 else 0)


main()
