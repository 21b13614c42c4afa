"""Predictions beside the truth: a row per case, totals per family. Errors are ln(predicted / real)."""
import csv
import dataclasses
import json
import math
import random
import statistics

from cases import FAMILIES, family_of


KEPT_CACHES_PCT = 10  # CPU times vary by a few percent from run to run


@dataclasses.dataclass
class Row:
    case: str
    family: str
    counted: bool
    real_s: float | None = None
    real_min_s: float | None = None
    real_max_s: float | None = None
    foreign_cores: float | None = None
    predicted_s: float | None = None
    predicted_min_s: float | None = None
    predicted_max_s: float | None = None
    error: float | None = None
    closure: float | None = None
    recorded_s: float | None = None
    recorded_error: float | None = None  # baseline: it takes what the recording took
    scaled_error: float | None = None  # baseline: that times the ratio of the core speeds
    trust: str = ""
    reason: str = ""
    interval_low_s: float | None = None
    interval_high_s: float | None = None
    covered: bool | None = None
    slowed: bool | None = None  # one host: are its cores slowed, in the truth or while recording? None: several hosts, or a disk
    dilated_pct: float | None = None  # slowed cores of one host: how much more CPU time than at full speed the truth of that speed took
    core_wait_pct: float | None = None  # share of the time in which some thread waited for a core
    walls: tuple = ()  # the truth's runs
    recordings: int = 0  # that worked
    failed: str = ""

    @property
    def contended(self):
        """The truth is not clean: all hosts share this machine's cores, and threads waited for one for a fifth of the time."""
        return (self.core_wait_pct or 0) > 20

    @property
    def kept_caches(self):
        """Slowed cores that are what a slower core would be: the program computed as much on them as at full speed."""
        return self.dilated_pct is not None and self.dilated_pct <= KEPT_CACHES_PCT

    @property
    def flagged(self):
        """simreplay itself doubts the prediction."""
        return self.trust not in ("", "high")


def compare(case, truth_row, recordings, predictions, combined=None, dilated_pct=None):
    """`predictions`: one per recording that worked; `combined`: one of all recordings together, if there is such."""
    row, label = Row(case.name, family_of(case), case.counted), case.client.label
    if not case.setting.links and not case.workload.disk:
        row.slowed = min(case.setting.cpu, case.setting.recorded_cpu) < 1
        row.dilated_pct = dilated_pct if row.slowed else None
    reasons = [r.failed for r in recordings if r.failed] + [p.failed for p in predictions if p.failed]
    good = [p for p in predictions if not p.failed]
    if truth_row and truth_row.get("wall_median_s"):
        row.real_s, row.real_min_s, row.real_max_s = (float(truth_row[f"wall_{k}_s"]) for k in ("median", "min", "max"))
        row.foreign_cores = float(truth_row["foreign_cores"])
        row.core_wait_pct = float(truth_row["core_wait_pct"]) if truth_row.get("core_wait_pct") else None
        row.walls = tuple(float(w) for w in truth_row["walls"].split())
    else:
        reasons.insert(0, f"no truth: {truth_row['failed'] if truth_row else 'not measured'}")
    if good:
        seconds = [p.seconds[label] for p in good]
        row.recordings = len(good)
        row.predicted_s, row.predicted_min_s, row.predicted_max_s = statistics.median(seconds), min(seconds), max(seconds)
        row.closure = statistics.median(p.closure for p in good)
        row.recorded_s = statistics.median(r.walls[label] for r in recordings if not r.failed)
        worst = max(good, key=lambda p: {"low": 2, "medium": 1}.get(p.trust, 0))
        row.trust, row.reason = worst.trust, worst.reason
        of_all = combined if combined and not combined.failed and combined.interval else None
        if of_all or len(good[0].interval) == 2:
            low, high = (of_all or good[0]).interval
            middle = of_all.seconds[label] if of_all else row.predicted_s
            row.interval_low_s, row.interval_high_s = low * middle, high * middle
    if row.real_s and row.predicted_s:
        row.error = math.log(row.predicted_s / row.real_s)
        row.recorded_error = math.log(row.recorded_s / row.real_s)
        row.scaled_error = row.recorded_error + math.log(case.setting.recorded_cpu / case.setting.cpu)
        if row.interval_low_s is not None:
            row.covered = row.interval_low_s <= row.real_s <= row.interval_high_s
    row.failed = " ".join("; ".join(dict.fromkeys(reasons)).split())[:400]
    return row


def percent(log_error):
    """An absolute log error as a percentage."""
    return 100 * (math.exp(abs(log_error)) - 1)


def quantile(values, q):
    v = sorted(values)
    at = q * (len(v) - 1)
    low = math.floor(at)
    return v[low] + (v[min(low + 1, len(v) - 1)] - v[low]) * (at - low)


def summary(errors):
    """Of signed log errors: mean, median, P90 and largest absolute error in percent; {} of none."""
    e = [abs(x) for x in errors]
    return {"cases": len(e), "mean_pct": percent(statistics.mean(e)), "median_pct": percent(statistics.median(e)),
            "p90_pct": percent(quantile(e, 0.9)), "max_pct": percent(max(e)), "bias_pct": 100 * (math.exp(statistics.mean(errors)) - 1)} if e else {}


def by_chance(rows):
    """Errors that a perfect simreplay would have: medians of as many runs as there are recordings beside medians of as many as the truth
    has, all drawn from the truth's own runs (200 times; the same draws each time)."""
    draw = random.Random(1)

    def median(row, n):
        return statistics.median(draw.choices(row.walls, k=n))
    return [math.log(median(r, r.recordings) / median(r, len(r.walls))) for r in rows if r.walls and r.recordings for _ in range(200)]


def totals(rows):
    """{group: summary, with the baselines' means, failures, interval coverage}."""
    counted = [r for r in rows if r.counted]
    groups = {f: [r for r in counted if r.family == f] for f in FAMILIES}
    spare = [r for r in counted if r.family in ("network", "servers", "heterogeneous", "both") and not r.contended]
    groups["hosts of networks with cores to spare"] = spare
    groups["hosts of networks with cores to spare, unflagged"] = [r for r in spare if not r.flagged]
    groups["one host, cores at full speed"] = [r for r in counted if r.slowed is False]
    groups["one host, slowed cores"] = [r for r in counted if r.slowed]
    groups[f"of those: CPU time within {KEPT_CACHES_PCT} % of full speed's"] = [r for r in counted if r.kept_caches]
    groups["cache, slowed cores (outside the totals)"] = [r for r in rows if not r.counted]
    groups["all"] = counted
    groups["all, unflagged"] = [r for r in counted if not r.flagged]
    groups["all, flagged"] = [r for r in counted if r.flagged]
    groups |= {f"trust {level}": [r for r in counted if r.trust == level] for level in ("high", "medium", "low")}
    out = {}
    for name, members in groups.items():
        known = [r for r in members if r.error is not None]
        if not members:
            continue
        out[name] = summary([r.error for r in known]) | {"failed": len(members) - len(known)}
        if known:
            out[name]["recorded_mean_pct"] = percent(statistics.mean(abs(r.recorded_error) for r in known))
            out[name]["scaled_mean_pct"] = percent(statistics.mean(abs(r.scaled_error) for r in known))
            out[name]["closure_mean_pct"] = 100 * statistics.mean(abs(r.closure) for r in known)
            chance = [abs(e) for e in by_chance(known)]
            out[name] |= {f"chance_{q}_pct": percent(quantile(chance, x)) for q, x in (("median", 0.5), ("p90", 0.9))}
            out[name]["closure_p90_pct"] = 100 * quantile([abs(r.closure) for r in known], 0.9)
        judged = [r.covered for r in known if r.covered is not None]
        out[name]["interval_coverage"] = sum(judged) / len(judged) if judged else None
    return out


def seconds(x):
    return f"{x:8.3f}" if x is not None else f"{'-':>8}"


def signed(log_error):
    return f"{100 * (math.exp(log_error) - 1):+7.1f}" if log_error is not None else f"{'-':>7}"


def text(rows, sums):
    width = max([len(r.case) for r in rows] + [10])
    lines = [f"{'case':{width}} {'real s':>8} {'spread%':>7} {'foreign':>7} {'wait%':>5} {'cpu%':>5} {'pred. s':>8} {'error%':>7} {'ln':>6} {'closure%':>8} {'recorded%':>9} {'scaled%':>8}  trust"]
    for family in FAMILIES:
        members = [r for r in rows if r.family == family]
        lines += [f"-- {family}"] if members else []
        for r in members:
            spread = f"{100 * (r.real_max_s - r.real_min_s) / r.real_s:7.1f}" if r.real_s else f"{'-':>7}"
            foreign = f"{r.foreign_cores:7.2f}" if r.foreign_cores is not None else f"{'-':>7}"
            wait = f"{r.core_wait_pct:5.0f}" if r.core_wait_pct is not None else f"{'-':>5}"
            cpu = f"{r.dilated_pct:+5.0f}" if r.dilated_pct is not None else f"{'':5}"
            closure = f"{100 * r.closure:+8.1f}" if r.closure is not None else f"{'-':>8}"
            ln = f"{r.error:+6.2f}" if r.error is not None else f"{'-':>6}"
            lines.append(f"{r.case:{width}} {seconds(r.real_s)} {spread} {foreign} {wait} {cpu} {seconds(r.predicted_s)} {signed(r.error)} {ln} {closure} "
                         f"{signed(r.recorded_error):>9} {signed(r.scaled_error):>8}  {r.trust}" + ("" if r.counted else "  (outside the totals)")
                         + (f"  FAILED: {r.failed}" if r.failed else ""))
    lines += ["", f"{'totals':48} {'cases':>5} {'failed':>6} {'mean%':>6} {'median%':>7} {'P90%':>6} {'max%':>7} {'bias%':>6} "
              f"{'closure%':>8} {'recorded%':>9} {'scaled%':>8} {'covered%':>8} {'chance%':>7} {'P90%':>6}"]
    for name, t in sums.items():
        if "mean_pct" not in t:
            lines.append(f"{name:48} {0:5} {t['failed']:6}")
            continue
        cover = f"{100 * t['interval_coverage']:8.0f}" if t["interval_coverage"] is not None else f"{'-':>8}"
        lines.append(f"{name:48} {t['cases']:5} {t['failed']:6} {t['mean_pct']:6.1f} {t['median_pct']:7.1f} {t['p90_pct']:6.1f} {t['max_pct']:7.1f} "
                     f"{t['bias_pct']:+6.1f} {t['closure_mean_pct']:8.1f} {t['recorded_mean_pct']:9.1f} {t['scaled_mean_pct']:8.1f} {cover} "
                     f"{t['chance_median_pct']:7.1f} {t['chance_p90_pct']:6.1f}")
    return "\n".join(lines + ["mean = exp(mean |ln(predicted/real)|) - 1; recorded = the recording's wall time taken as the prediction, "
                              "scaled = that times the ratio of core speeds; chance = median and P90 error that the spread of the truth's own runs would give a "
                              "perfect prediction"])


def ablation_text(base, per_model):
    """`base`, `per_model[name]`: rows. Mean error per family with each term off."""
    families = [f for f in FAMILIES if any(r.family == f for r in base)] + ["all"]
    lines = [f"{'mean error % without':24}" + "".join(f"{f:>14}" for f in families)]
    for name, rows in {"(nothing removed)": base, **per_model}.items():
        sums = totals(rows)
        lines.append(f"{name:24}" + "".join(f"{sums[f]['mean_pct']:14.1f}" if "mean_pct" in sums.get(f, {}) else f"{'-':>14}" for f in families))
    return "\n".join(lines)


def write(folder, rows, sums, how):
    with open(f"{folder}/results.csv", "w") as f:
        table = csv.DictWriter(f, [x.name for x in dataclasses.fields(Row)] + ["flagged"])
        table.writeheader()
        table.writerows(dataclasses.asdict(r) | {"flagged": r.flagged} for r in rows)
    with open(f"{folder}/results.json", "w") as f:
        json.dump({"how": how, "totals": sums, "cases": [dataclasses.asdict(r) | {"flagged": r.flagged} for r in rows]}, f, indent=1)
