#!/usr/bin/env python3
"""Completes command lines in real shells: completions_in_shells.py ROOT bash|zsh|fish  (77 = skipped: no such shell)"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

FOLDERS = {"simrec": "recorder", "simreplay": "replayer", "simtrace": "analysis"}

# Words typed so far, the last one unfinished; some of what must be offered; some of what must not.
CASES = (
    (("simtrace", "exp"), {"export"}, {"info"}),
    (("simtrace", ""), {"info", "dump", "top", "compare", "export"}, {"run.capnp"}),
    (("simtrace", "export", "--f"), {"--format"}, {"--json"}),
    (("simtrace", "export", "-f", ""), {"perfetto", "paje", "folded", "dot", "csv", "json"}, {"run.capnp"}),
    (("simtrace", "top", "--by", "b"), {"bytes"}, {"time"}),
    (("simtrace", "info", ""), {"run.capnp"}, set()),
    (("simreplay", "run.capnp", "--engine", ""), {"event", "reference"}, set()),
    (("simreplay", "--host"), {"--host-speed"}, {"--json"}),
    (("simrec", "--no-"), {"--no-fast", "--no-clobber"}, {"--stacks"}),
    (("simrec", "-q", "doc"), {"doctor"}, set()),
)


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"})
    assert done.returncode == 0 and not done.stderr, f"{command}: status {done.returncode}, {done.stderr}"
    return done.stdout


def bash(root, words, folder):
    script = root / FOLDERS[words[0]] / "completion" / f"{words[0]}.bash"
    quoted = " ".join(f"'{w}'" for w in words)
    return run(["bash", "--norc", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                                        f"_{words[0]}; printf '%s\\n' \"${{COMPREPLY[@]}}\""], folder).splitlines()


def fish(root, words, folder):
    script = root / FOLDERS[words[0]] / "completion" / f"{words[0]}.fish"
    lines = run(["fish", "--no-config", "-c", f"source {script}; complete -C '{' '.join(words)}'"], folder).splitlines()
    return [line.split("\t")[0] for line in lines]


def zsh(root, folder):
    """zsh completes in a line editor only: the files are loaded as its completion system loads them."""
    for program, part in FOLDERS.items():
        path = root / part / "completion"
        run(["zsh", "-f", "-n", str(path / f"_{program}")], folder)
        out = run(["zsh", "-f", "-c", f"fpath=({path} $fpath); autoload -Uz compinit; compinit -u -D; "
                                      f"autoload +X -Uz _{program}; print $_comps[{program}]"], folder)
        assert out.split() == [f"_{program}"], f"compinit does not find _{program}: {out!r}"


def main():
    root, shell = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    if not shutil.which(shell):
        print(f"skipped: {shell} is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="simrec-completion.") as folder:
        (pathlib.Path(folder) / "run.capnp").write_text("")
        if shell == "zsh":
            return zsh(root, folder)
        for words, wanted, unwanted in CASES:
            offered = set((bash if shell == "bash" else fish)(root, words, folder))
            print(shell, words, "→", sorted(offered)[:12])
            assert wanted <= offered, f"{words}: {wanted - offered} is not offered, only {sorted(offered)[:30]}"
            assert not unwanted & offered, f"{words}: {unwanted & offered} is offered"


main()
