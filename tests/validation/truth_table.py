"""A truth, truth/MACHINE.csv: a row per case, and a first line `# {...}` with the facts of the machine it was measured on."""
import csv
import glob
import hashlib
import json
import os
import platform
import re
import statistics
import time
import zlib

from cases import family_of, fingerprint
from truth import undisturbed

COLUMNS = ["case", "family", "workload", "setting", "client", "size", "fingerprint", "wall_median_s", "wall_min_s", "wall_max_s", "spread_pct", "runs",
           "rejected", "foreign_cores", "core_wait_pct", "walls", "rejected_walls", "failed", "cpu_median_s"]


def cpu_model():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")


def probe_s():
    """CPU seconds of fixed work on one core (the best of seven, so that foreign load hardly shows)."""
    data = b"".join(b"%d %x\n" % (i, i * i * 2654435761 % 2**32) for i in range(200000))
    times = []
    for _ in range(7):
        t = time.process_time()
        zlib.crc32(zlib.compress(data, 6)), hashlib.sha256(data * 4).digest()
        times.append(time.process_time() - t)
    return min(times)


def kind_of_machine():
    return {"cpu": cpu_model(), "cores": os.cpu_count()}


def host_facts():
    return {**kind_of_machine(), "kernel": platform.release(), "probe_s": round(probe_s(), 5),
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}


def why_not_this_machine(stored):
    """(reason to refuse a stored truth here or None, how much faster this machine is now than then)."""
    for fact, here in kind_of_machine().items():
        if here != stored.get(fact):
            return f"its {fact} was {stored.get(fact)}, here it is {here}", None
    return None, stored["probe_s"] / round(probe_s(), 5) - 1


def of_this_machine(folder):
    """The file in the folder for this kind of machine (CPU model, number of cores), whether or not it is there."""
    here = kind_of_machine()
    for path in sorted(glob.glob(f"{folder}/*.csv")):
        facts, _ = read(path)
        if here.items() <= facts.items():
            return path
    words = re.findall("[a-z0-9]+", re.sub(r"\(.*?\)", " ", here["cpu"].lower()))
    return f"{folder}/{'-'.join(words)}-{here['cores']}.csv"


def row(case, results):
    """The row of a case from the results of its run, in the order of measurement."""
    at = case.workload.clients.index(case.client)
    runs = [r for r in results if "walls" in r]
    good = [(r["walls"][at], r["foreign"] + r["steal"], r["core_wait"], r["cpus"][at]) for r in runs]
    quiet = [g for g, r in zip(good, runs) if undisturbed(r)]
    used = quiet if len(quiet) >= 3 else good  # a truth beside foreign load is better than none; the column says so
    rejected = [g for g in good if g not in used]
    failed = [r["failed"] for r in results if "failed" in r]
    out = dict(case=case.name, family=family_of(case), workload=case.workload.name, setting=case.setting.name, client=case.client.label,
               size=case.workload.size(case.setting) or "",
               fingerprint=fingerprint(case), runs=len(used), rejected=len(rejected), failed=" ".join("; ".join(sorted(set(failed))).split())[:300])
    if used:
        walls = [g[0] for g in used]
        median = statistics.median(walls)
        out |= dict(wall_median_s=f"{median:.4f}", wall_min_s=f"{min(walls):.4f}", wall_max_s=f"{max(walls):.4f}",
                    spread_pct=f"{100 * (max(walls) - min(walls)) / median:.1f}", walls=" ".join(f"{w:.4f}" for w in walls),
                    foreign_cores=f"{statistics.median(g[1] for g in used):.2f}", core_wait_pct=f"{100 * statistics.median(g[2] for g in used):.0f}",
                    rejected_walls=" ".join(f"{g[0]:.4f}({g[1]:.2f})" for g in rejected), cpu_median_s=f"{statistics.median(g[3] for g in used):.4f}")
    return out


def write(path, facts, rows):
    with open(path + ".new", "w") as f:
        f.write(f"# {json.dumps(facts)}\n")
        table = csv.DictWriter(f, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    os.replace(path + ".new", path)


def read(path):
    """(facts, {case name: row})."""
    with open(path) as f:
        first = f.readline()
        if not first.startswith("# {"):
            raise ValueError(f"{path}: the first line must be '# ' and the facts of the machine; measure with --measure-truth")
        return json.loads(first[2:]), {r["case"]: r for r in csv.DictReader(f)}


def merge_facts(old, new):
    """What was found now, and the networks of settings that were not set up now."""
    measured = {n["setting"] for n in new.get("networks", ())}
    return old | new | {"networks": [n for n in old.get("networks", ()) if n["setting"] not in measured] + new.get("networks", [])}


def merge(old_rows, new_rows):
    """Rows measured now replace stored ones of the same case; the others stay."""
    rows = {r["case"]: r for r in old_rows}
    rows |= {r["case"]: r for r in new_rows}
    return list(rows.values())
