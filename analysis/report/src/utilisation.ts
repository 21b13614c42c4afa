// Use of hosts and links over the predicted time.
import type { Head } from "./data";
import { chartElement } from "./charts";
import { h, missing, section } from "./dom";
import { axisTime, bitsPerSecond } from "./format";

const MOST_CHARTS = 8;  // more on request

/** Middles and one closing point, so that stepped curves show every slice. */
function slices(n: number, total: number): number[] {
  return Array.from({ length: n + 1 }, (_, i) => (i / n) * total);
}

function chart(title: string, amounts: number[], capacity: number, unit: (value: number) => string, total: number, variable: string): HTMLElement {
  const perSlice = amounts.map((amount) => amount / (total / amounts.length));
  const most = Math.max(...perSlice), showLimit = capacity > 0 && most > capacity / 4;  // a far limit would press the curve flat
  return chartElement({
    title: `${title}${capacity > 0 ? `, limit ${unit(capacity)}` : ""}`, x: slices(amounts.length, total), height: 150,
    most: showLimit ? Math.max(capacity, most) * 1.05 : undefined,
    xText: (t) => axisTime(t, total / 8), yText: unit,
    curves: [{ label: "used", variable, values: [...perSlice, perSlice[perSlice.length - 1]], stepped: true, fill: true },
      ...(showLimit ? [{ label: "limit", variable: "--faint", values: Array(amounts.length + 1).fill(capacity) as number[], dashed: true }] : [])],
  });
}

export function utilisationSection(head: Head): HTMLElement {
  const total = Math.max(1, head.predicted_ns);
  const cores = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(2));
  const hosts = head.hosts.filter((host) => host.busy_over_time_ns.length > 0 && host.busy_core_ns > 0).sort((a, b) => b.busy_core_ns - a.busy_core_ns)
    .map((host) => () => chart(`${host.name}: cores busy, ${cores(host.busy_core_ns / total)} on average`,
      host.busy_over_time_ns, host.cores, cores, total, "--compute"));
  const links = head.links.filter((link) => link.bytes_over_time.length > 0 && link.bytes > 0).sort((a, b) => b.busy_ns - a.busy_ns)
    .map((link) => () => chart(`${link.name}: ${bitsPerSecond((8e9 * link.bytes) / total)} on average`,
      link.bytes_over_time.map((n) => 8e9 * n), 8 * link.bandwidth_bytes_per_s, bitsPerSecond, total, "--network"));
  const all = [...hosts.slice(0, MOST_CHARTS / 2), ...links.slice(0, MOST_CHARTS / 2), ...hosts.slice(MOST_CHARTS / 2), ...links.slice(MOST_CHARTS / 2)];
  if (all.length === 0) return section("use", "Use over time", missing("This prediction holds no use of hosts or links over time."));
  const grid = h("div", { class: "charts" }, ...all.slice(0, MOST_CHARTS).map((make) => make()));
  const rest = all.slice(MOST_CHARTS);
  const more = h("button", { type: "button", class: "more", click: () => { grid.append(...rest.map((make) => make())); more.remove(); } }, `Show ${rest.length} more`);
  return section("use", "Use over time", grid, rest.length > 0 && more);
}
