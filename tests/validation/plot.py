"""Two plots by gnuplot, as SVG: predicted against real (log-log), and the error of every case, with both spreads."""
import shutil
import subprocess

from cases import FAMILIES

AGAINST = """set terminal svg size 900,900 dynamic noenhanced background rgb 'white'
set output '{out}'
set logscale xy
set autoscale noextend
set offsets graph 0.03, graph 0.03, graph 0.03, graph 0.03
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
ERRORS = """set terminal svg size {width},700 dynamic noenhanced background rgb 'white'
set output '{out}'
set logscale y 2
set yrange [0.25:4]
set ytics (0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 4)
set xtics rotate by 90 right font ',8'
set xrange [-1:{n}]
set ylabel 'predicted / real'
set grid y
set key top left
set title 'Error of every case (bars: range over the recordings; at the edge = beyond 4 times)'
plot 1 with lines lc rgb 'black' notitle, 1.05 with lines lc rgb 'gray' dt 2 notitle, 1/1.05 with lines lc rgb 'gray' dt 2 notitle, \\
     {series}
"""


def data(name, lines):
    return f"{name} << EOD\n" + "".join(line + "\n" for line in lines) + "EOD\n"


def clipped(ratio):
    return min(max(ratio, 0.2501), 3.999)


def plot(rows, folder):
    """The files written: [] without gnuplot or without anything to plot."""
    known = [r for f in FAMILIES for r in rows if r.family == f and r.error is not None]
    if not known or not shutil.which("gnuplot"):
        return []
    blocks, against, errors = [], [], []
    for family in FAMILIES:
        members = [(i, r) for i, r in enumerate(known) if r.family == family]
        if members:
            a, e, style = f"$a{len(blocks)}", f"$e{len(blocks)}", f"pt {5 + len(against)} ps 0.7 title '{family}'"
            blocks.append(data(a, (f"{r.real_s} {r.predicted_s} {r.real_min_s} {r.real_max_s} {r.predicted_min_s} {r.predicted_max_s}" for _, r in members)))
            blocks.append(data(e, (f"{i} {clipped(r.predicted_s / r.real_s)} {clipped(r.predicted_min_s / r.real_s)} "
                                   f"{clipped(r.predicted_max_s / r.real_s)} \"{r.case.replace('_', ' ')}\"" for i, r in members)))
            against.append(f"{a} using 1:2:3:4:5:6 with xyerrorbars {style}")
            errors.append(f"{e} using 1:2:3:4:xtic(5) with yerrorbars {style}")
    files = {f"{folder}/predicted-against-real.svg": AGAINST.format(out=f"{folder}/predicted-against-real.svg", n=len(known), series=", ".join(against)),
             f"{folder}/errors.svg": ERRORS.format(out=f"{folder}/errors.svg", n=len(known), width=max(700, 11 * len(known)), series=", ".join(errors))}
    return [path for path, script in files.items()
            if subprocess.run(["gnuplot"], input="".join(blocks) + script, text=True, stdout=subprocess.DEVNULL).returncode == 0]
