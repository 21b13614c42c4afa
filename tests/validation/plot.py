"""Predicted against real, log-log, with the spread of the truth and of the recordings: gnuplot writes SVG."""
import shutil
import subprocess

from cases import FAMILIES

SCRIPT = """set terminal svg size 900,900 dynamic background rgb 'white'
set output '{out}'
set logscale xy
set xlabel 'real [s] (median and range of the runs)'
set ylabel 'predicted [s] (median and range of the recordings)'
set key left top
set grid
set title 'Predicted against real: {n} cases'
plot x with lines lc rgb 'black' title 'exact', \\
     1.05*x with lines lc rgb 'gray' dt 2 title '5 %', x/1.05 with lines lc rgb 'gray' dt 2 notitle, \\
     1.25*x with lines lc rgb 'gray' dt 3 title '25 %', x/1.25 with lines lc rgb 'gray' dt 3 notitle, \\
     {series}
"""


def plot(rows, out):
    """False if gnuplot is missing or there is nothing to plot."""
    known = [r for r in rows if r.error is not None]
    if not known or not shutil.which("gnuplot"):
        return False
    blocks, series = [], []
    for family in FAMILIES:
        members = [r for r in known if r.family == family]
        if members:
            name = f"$d{len(blocks)}"
            blocks.append(f"{name} << EOD\n" + "".join(
                f"{r.real_s} {r.predicted_s} {r.real_min_s} {r.real_max_s} {r.predicted_min_s} {r.predicted_max_s}\n" for r in members) + "EOD\n")
            series.append(f"{name} using 1:2:3:4:5:6 with xyerrorbars pt {5 + len(series)} ps 0.8 title '{family}'")
    script = "".join(blocks) + SCRIPT.format(out=out, n=len(known), series=", ".join(series))
    return subprocess.run(["gnuplot"], input=script, text=True, stdout=subprocess.DEVNULL).returncode == 0
