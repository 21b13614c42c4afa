"""What the runs gave: medians, spreads and ratios, as a table for people and CSV for programs."""
import csv
import statistics

COLUMNS = ("workload", "recorder", "round", "seconds", "whole_s", "events", "bytes_per_event", "bytes_per_event_beyond_fixed", "fixed_bytes", "recorder_cpu_s", "tier2_share", "losses", "lost",
           "failure")


class Results:
    def __init__(self, recorders):
        self.recorders = recorders  # names, "untraced" among them
        self.rows = []

    def add(self, workload, recorder, number, **figures):
        self.rows.append({"workload": workload.name, "recorder": recorder, "round": number, **figures})

    def of(self, workload, recorder):
        return [r for r in self.rows if r["workload"] == workload.name and r["recorder"] == recorder and "seconds" in r]

    def failure(self, workload, recorder):
        found = [r["failure"] for r in self.rows if r["workload"] == workload.name and r["recorder"] == recorder and "failure" in r]
        return found[0] if found else ""

    def ratio(self, workload, recorder, figure):
        """Median, least and greatest slowdown, each against the untraced run of the same round; None without runs."""
        native = {r["round"]: r[figure] for r in self.of(workload, "untraced")}
        ratios = [r[figure] / native[r["round"]] for r in self.of(workload, recorder) if native.get(r["round"]) and r[figure]]
        return (statistics.median(ratios), min(ratios), max(ratios)) if ratios else None

    def middle(self, workload, recorder, figure):
        values = [r[figure] for r in self.of(workload, recorder) if figure in r]
        return statistics.median(values) if values else None

    def write_csv(self, path):
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(three):
    return "-" if three is None else f"{number(three[0])} {number(three[1])}..{number(three[2])}"


def shown(value, pattern):
    return "-" if value is None else pattern.format(value)


def print_rows(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def print_slowdown(results, workloads, figure):
    traced = [name for name in results.recorders if name != "untraced"]
    rows = [["workload", "untraced s", *traced, "target", "simrec meets it"]]
    for workload in workloads:
        native = results.of(workload, "untraced")
        if not native or native[0][figure] is None:
            continue
        ours = results.ratio(workload, "simrec", figure)
        verdict = "-" if ours is None else "yes" if ours[0] <= workload.target else "NO"
        if results.failure(workload, "simrec"):
            verdict = "FAILED"
        rows.append([workload.name, shown(results.middle(workload, "untraced", figure), "{:.3f}"),
                     *(spread(results.ratio(workload, name, figure)) for name in traced), f"<= {workload.target}", verdict])
    print_rows(rows)


def print_details(results, workloads):
    figures = (("events", "{:,.0f}"), ("bytes_per_event", "{:.2f}"), ("fixed_bytes", "{:,.0f}"), ("bytes_per_event_beyond_fixed", "{:.2f}"), ("recorder_cpu_s", "{:.3f}"), ("tier2_share", "{:.1%}"), ("losses", "{:.0f}"))
    rows = [["workload", "recorder", "events", "bytes/event", "of these fixed bytes", "+ bytes/event", "recorder CPU s", "on tier 2", "losses"]]
    for workload in workloads:
        for name in (n for n in results.recorders if n.startswith("simrec")):
            if results.of(workload, name):
                rows.append([workload.name, name, *(shown(results.middle(workload, name, figure), pattern) for figure, pattern in figures)])
    print_rows(rows)


def print_results(results, workloads):
    print("\nSlowdown of the program (untraced = 1), median min..max over the rounds; no start-up of a recorder or server in it")
    print_slowdown(results, workloads, "seconds")
    print("\nThe whole command, with the recorder's start-up (simrec: its calibration) and with finishing its file")
    print_slowdown(results, workloads, "whole_s")
    print("\nWhat simrec wrote, and the CPU time it used itself while recording (medians)")
    print_details(results, workloads)
    for workload in workloads:
        for name in results.recorders:
            if results.failure(workload, name):
                print(f"{workload.name}, {name}: {results.failure(workload, name)}")
    lost = sum(r.get("lost", 0) for r in results.rows)
    if lost:
        print(f"perf lost {lost} chunks of events: its slowdown is that of an incomplete recording")
