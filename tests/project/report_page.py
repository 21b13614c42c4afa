#!/usr/bin/env python3
"""Checks that the built page of `simtrace report` belongs to its sources: report_page.py ROOT"""
import hashlib
import json
import pathlib
import re
import sys


def main():
    folder = pathlib.Path(sys.argv[1]) / "analysis" / "report"
    names = sorted(["build.mjs", "package-lock.json", "package.json", "tsconfig.json", *(f"src/{p.name}" for p in (folder / "src").iterdir())])
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\n" + (folder / name).read_bytes() + b"\n")
    page = (folder / "built" / "report.html").read_text()
    wrong = []
    if f"<!-- sources: {digest.hexdigest()} -->" not in page:
        wrong.append("built/report.html is not what src/ gives: run `npm ci && npm run build` in analysis/report and commit built/")
    if page.count("@DATA@") != 1:
        wrong.append("built/report.html has not one place for data")
    if re.search(r"""<link|\ssrc=|url\(["']?https?:""", page):
        wrong.append("built/report.html asks for something outside itself")
    lock = (folder / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    if "resolved" in lock:
        wrong.append("package-lock.json names a registry: remove its \"resolved\" fields")
    wrong += [f"package-lock.json has no checksum of {name}" for name, entry in packages.items() if name and "integrity" not in entry]
    licences = (folder / "built" / "LICENSES.txt").read_text()
    bundled = json.loads((folder / "package.json").read_text())["dependencies"]
    wrong += [f"built/LICENSES.txt lacks {name} {version}" for name, version in bundled.items() if f"{name} {version}".lower() not in licences.lower()]
    print("\n".join(wrong) or f"{len(names)} sources, page of {len(page)} characters")
    sys.exit(1 if wrong else 0)


main()
