#!/usr/bin/env python3
"""Checks that each manual page names every option and subcommand of --help, and no option that is gone.

manual_pages.py ROOT SIMREC SIMREPLAY SIMTRACE"""
import pathlib
import re
import subprocess
import sys

FOLDERS = {"simrec": "recorder", "simreplay": "replayer", "simtrace": "analysis"}
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z0-9-]*")


def usage(program, *subcommand):
    return subprocess.run([program, *subcommand, "--help"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def declared(text):
    """Options that a CLI11 help text declares: those at the start of an indented line."""
    lines = re.findall(r"^\s+(-[^\s].*)$", text, re.MULTILINE)
    return {option for line in lines for option in OPTION.findall(re.split(r"\s{2,}|\s[A-Z]", line)[0])}


def subcommands(text):
    section = re.search(r"^(?:Subcommands|Commands):\n((?:\s+\S.*\n?)+)", text, re.MULTILINE | re.IGNORECASE)
    return re.findall(r"^\s{2}([a-z][a-z-]*)\s", section[1], re.MULTILINE) if section else []


def check(root, program):
    name = pathlib.Path(program).name
    page = (root / FOLDERS[name] / f"{name}.1").read_text().replace("\\-", "-")
    texts = {name: usage(program)}
    for command in subcommands(texts[name]):
        texts[f"{name} {command}"] = usage(program, command)
    options = set().union(*(declared(text) for text in texts.values()))
    wrong = [f"{name}.1 does not mention {o}" for o in sorted(options) if not re.search(rf"(?<![\w-]){o}(?![\w-])", page)]
    wrong += [f"{name}.1 has no entry for `{text}`" for text in texts if text not in page]
    entries = {o for line in re.findall(r"^\.TP\n\.BR? (.*)$", page, re.MULTILINE) for o in OPTION.findall(re.sub(r"\\f.", "", line))}
    wrong += [f"{name}.1 describes {o}, which --help does not have" for o in sorted(entries - options)]
    print(f"{name}: {len(texts)} help texts, {len(options)} options, {len(wrong)} differences")
    return wrong + ([f"{name} --help declares no option"] if not options else [])


def main():
    root = pathlib.Path(sys.argv[1])
    wrong = [line for program in sys.argv[2:] for line in check(root, program)]
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
