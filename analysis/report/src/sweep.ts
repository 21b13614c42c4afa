// What-if curves of a sweep: the predicted time over one axis, a curve per value of a second one; further axes are
// chosen from lists.
import type { Head, Sweep, SweepAxis } from "./data";
import { chartElement, type Curve } from "./charts";
import { h, missing, section } from "./dom";
import { countOf, duration, shortDuration } from "./format";
import { table } from "./tables";

const COLOURS = ["--curve-1", "--curve-2", "--curve-3", "--curve-4", "--curve-5", "--curve-6"];

/** True if values grow by factors rather than by steps. */
function grows(values: number[]): boolean {
  return values.length > 2 && values[0] > 0 && values[values.length - 1] / values[0] >= 8;
}
function label(axis: SweepAxis, i: number): string {
  return axis.labels[i] ?? `${axis.values[i]}${axis.unit ? ` ${axis.unit}` : ""}`;
}

function draw(sweep: Sweep, chosen: number[], x: number, by: number | null): HTMLElement {
  const axis = sweep.axes[x];
  const order = axis.values.map((_, i) => i).sort((a, b) => axis.values[a] - axis.values[b]);
  const byIndex = new Map(sweep.points.map((point) => [point.index.join(), point]));
  const curve = (at: number[], name: string, n: number): Curve => ({
    label: name, variable: COLOURS[n % COLOURS.length], points: true, dashed: n >= COLOURS.length,
    values: order.map((i) => {
      const index = [...at];
      index[x] = i;
      return byIndex.get(index.join())?.predicted_s ?? null;
    }),
  });
  const curves = by === null ? [curve(chosen, "predicted", 0)]
    : sweep.axes[by].values.map((_, n) => curve(chosen.map((c, i) => (i === by ? n : c)), label(sweep.axes[by], n), n));
  const baseline = sweep.baseline_s ?? null;
  if (baseline !== null) curves.push({ label: "unchanged", variable: "--faint", dashed: true, values: order.map(() => baseline) });
  const times = curves.flatMap((c) => c.values).filter((t): t is number => t !== null);
  const text = new Map(order.map((i) => [axis.values[i], label(axis, i)]));
  return chartElement({
    title: `Predicted time by ${axis.name}${by === null ? "" : `, a curve per ${sweep.axes[by].name}`}`, height: 320, logX: grows(order.map((i) => axis.values[i])), logY: Math.min(...times) > 0 && Math.max(...times) > 20 * Math.min(...times),
    x: order.map((i) => axis.values[i]), curves, yText: (seconds) => duration(seconds * 1e9), yTick: (seconds) => shortDuration(seconds * 1e9),
    xText: (value) => text.get(value) ?? (axis.unit === "s" ? shortDuration(value * 1e9) : null) ?? `${Number(value.toPrecision(4))}${axis.unit ? ` ${axis.unit}` : ""}`,
  });
}

export function sweepSection(head: Head): HTMLElement {
  const { sweep } = head;
  if (!sweep) {
    return section("whatif", "What if", missing("No sweep was given. ", h("code", {}, "simreplay TRACE --sweep net.latency=0.1ms:100ms:log10 --json > sweep.json"), ", then ", h("code", {}, "simtrace report --sweep sweep.json"), "."));
  }
  const lengths = sweep.axes.map((axis) => axis.values.length);
  let x = lengths.indexOf(Math.max(...lengths));
  const chosen = lengths.map(() => 0), place = h("div"), choice = h("p", { class: "toolbar" });
  const select = (name: string, labels: string[], value: number, act: (i: number) => void) => {
    const list = h("select", { change: () => (act(list.selectedIndex), show()) }, ...labels.map((text) => h("option", {}, text)));
    list.selectedIndex = value;
    return h("label", {}, `${name} `, list);
  };
  const show = () => {
    const by = sweep.axes.findIndex((axis, i) => i !== x && axis.values.length > 1);
    choice.replaceChildren(...(sweep.axes.length > 1 ? [select("Along", sweep.axes.map((axis) => axis.name), x, (i) => (x = i))] : []),
      ...sweep.axes.flatMap((axis, i) => (i === x || i === by ? [] : [select(axis.name, axis.values.map((_, n) => label(axis, n)), chosen[i], (n) => (chosen[i] = n))])));
    place.replaceChildren(draw(sweep, chosen, x, by < 0 ? null : by));
  };
  show();
  const failed = sweep.points.filter((point) => point.failed).length;
  const baseline = sweep.baseline_s ?? 0;
  return section("whatif", "What if",
    h("p", { class: "faint" }, `${countOf(sweep.points.length, "replay")} of ${sweep.trace} on ${sweep.platform}${failed > 0 ? `, ${failed} of them failed: gaps in the curves` : ""}.`),
    choice, place,
    h("details", {}, h("summary", {}, "All points"), table("Points of the sweep", sweep.points, [
      ...sweep.axes.map((axis, a) => ({ title: axis.name, text: (p: Sweep["points"][number]) => label(axis, p.index[a]), sort: (p: Sweep["points"][number]) => axis.values[p.index[a]] })),
      { title: "Predicted", text: (p) => (p.predicted_s === null ? `failed: ${p.failed ?? ""}` : duration(p.predicted_s * 1e9)), sort: (p) => p.predicted_s ?? Infinity },
      ...(baseline > 0 ? [{ title: "Against unchanged", text: (p: Sweep["points"][number]) => (p.predicted_s === null ? "–" : `× ${(p.predicted_s / baseline).toPrecision(3)}`), sort: (p: Sweep["points"][number]) => p.predicted_s ?? Infinity }] : [])])));
}
