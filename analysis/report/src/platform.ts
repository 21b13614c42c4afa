// A picture of the platform as the prediction used it: hosts with their processes, what they sent each other, links.
import type { Head, HostResult } from "./data";
import { h, missing, s, section } from "./dom";
import { bitsPerSecond, bytes, count, countOf, duration, flops, percent } from "./format";

const BOX = 190, LINE = 15, MOST_HOSTS = 16, MOST_NAMES = 5;

interface Placed { host: HostResult; names: string[]; x: number; y: number; height: number }

/** "redis-server", "sh ×3": what runs on a host, the most computing first. */
function namesOn(head: Head, host: string): string[] {
  const byName = new Map<string, { n: number; ns: number }>();
  for (const p of head.processes) {
    if (p.host !== host) continue;
    const sum = byName.get(p.name) ?? { n: 0, ns: 0 };
    byName.set(p.name, { n: sum.n + 1, ns: sum.ns + p.compute_ns });
  }
  const names = [...byName].sort((a, b) => b[1].ns - a[1].ns).map(([name, { n }]) => (n > 1 ? `${name} ×${n}` : name));
  return names.length <= MOST_NAMES ? names : [...names.slice(0, MOST_NAMES - 1), `and ${names.length - MOST_NAMES + 1} more`];
}

/** Hosts in a row (up to three) or on an ellipse; the size of the picture comes with them. */
function place(head: Head, hosts: HostResult[]): { placed: Placed[]; width: number; height: number } {
  const boxes = hosts.map((host) => ({ host, names: namesOn(head, host.name) })).map((b) => ({ ...b, height: 62 + LINE * b.names.length }));
  const tallest = boxes.reduce((max, b) => Math.max(max, b.height), 0), n = boxes.length;
  if (n <= 3) {
    const step = BOX + 190, height = tallest + 70;
    return { width: n * BOX + (n - 1) * 190 + 4, height, placed: boxes.map((b, i) => ({ ...b, x: 2 + BOX / 2 + i * step, y: height / 2 })) };
  }
  const radiusX = Math.max(280, (n * (BOX + 30)) / Math.PI / 1.6), radiusY = Math.max(tallest * 1.1, (n * (tallest + 30)) / Math.PI / 1.7);
  const width = 2 * radiusX + BOX + 4, height = 2 * radiusY + tallest + 40;
  return { width, height, placed: boxes.map((b, i) => {
    const angle = (2 * Math.PI * i) / n - Math.PI;
    return { ...b, x: width / 2 + radiusX * Math.cos(angle), y: height / 2 + radiusY * Math.sin(angle) };
  }) };
}

function hostBox(head: Head, { host, names, x, y, height }: Placed): SVGElement {
  const use = Math.min(1, host.busy_core_ns / (Math.max(1, host.cores) * Math.max(1, head.predicted_ns)));
  const left = x - BOX / 2, top = y - height / 2;
  const cut = (text: string, n: number) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);
  return s("g", { class: "host" },
    s("title", {}, `${host.name}: ${countOf(host.cores, "core")} of ${flops(host.speed_flops)}, ${percent(use)} used`),
    s("rect", { x: left, y: top, width: BOX, height, rx: 8, class: "box" }),
    s("text", { x: left + 12, y: top + 20, class: "name" }, cut(host.name, 20)),
    s("text", { x: left + 12, y: top + 36, class: "faint" }, `${countOf(host.cores, "core")} × ${flops(host.speed_flops)}, ${percent(use, 0)} used`),
    s("rect", { x: left + 12, y: top + 43, width: BOX - 24, height: 4, rx: 2, class: "track" }),
    s("rect", { x: left + 12, y: top + 43, width: (BOX - 24) * use, height: 4, rx: 2, class: "used" }),
    ...names.map((name, i) => s("text", { x: left + 12, y: top + 63 + LINE * i }, cut(name, 25))));
}

/** Where the line from the middle of a box towards another point leaves the box. */
function edgeOf(box: Placed, towards: Placed): { x: number; y: number } {
  const dx = towards.x - box.x, dy = towards.y - box.y;
  const t = Math.min((BOX / 2 + 5) / Math.max(1e-9, Math.abs(dx)), (box.height / 2 + 5) / Math.max(1e-9, Math.abs(dy)));
  return { x: box.x + t * dx, y: box.y + t * dy };
}

interface Traffic { from: string; to: string; bytes: number; messages: number; path_ns: number }

function trafficBetweenHosts(head: Head): Traffic[] {
  const sums = new Map<string, Traffic>();
  for (const c of head.connections) {
    if (c.from_host === c.to_host) continue;
    const key = JSON.stringify([c.from_host, c.to_host]);
    const sum = sums.get(key) ?? { from: c.from_host, to: c.to_host, bytes: 0, messages: 0, path_ns: 0 };
    sum.bytes += c.bytes;
    sum.messages += c.messages;
    sum.path_ns += c.path_ns;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

function arrow(flow: Traffic, placed: Placed[], most: number, showText: boolean): SVGElement | null {
  const from = placed.find((p) => p.host.name === flow.from), to = placed.find((p) => p.host.name === flow.to);
  if (!from || !to) return null;
  const a = edgeOf(from, to), b = edgeOf(to, from), length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const nx = -(b.y - a.y) / length, ny = (b.x - a.x) / length, off = 12;  // each direction on its own side
  const middle = { x: (a.x + b.x) / 2 - nx * off * 2.1, y: (a.y + b.y) / 2 - ny * off * 2.1 };
  const start = { x: a.x - nx * off * 0.5, y: a.y - ny * off * 0.5 }, end = { x: b.x - nx * off * 0.5, y: b.y - ny * off * 0.5 };
  const width = 1 + 4 * Math.sqrt(flow.bytes / most);
  const words = `${bytes(flow.bytes)}, ${countOf(flow.messages, "message")}`;
  return s("g", { class: "flow" }, s("title", {}, `${flow.from} → ${flow.to}: ${words}, ${duration(flow.path_ns)} on the critical path`),
    s("path", { d: `M${start.x},${start.y} Q${middle.x},${middle.y} ${end.x},${end.y}`, "stroke-width": width, "marker-end": "url(#arrowhead)" }),
    showText && s("text", { x: middle.x, y: middle.y + (ny < 0 ? 14 : -6), "text-anchor": "middle" }, words));
}

function picture(head: Head): HTMLElement {
  const busy = head.hosts.filter((host) => head.processes.some((p) => p.host === host.name));
  const shown = (busy.length > 0 ? busy : head.hosts).slice(0, MOST_HOSTS);
  const { placed, width, height } = place(head, shown), flows = trafficBetweenHosts(head);
  const most = flows.reduce((max, flow) => Math.max(max, flow.bytes), 1), idle = head.hosts.length - shown.length;
  return h("figure", { class: "platform" },
    s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${countOf(shown.length, "host")} and the bytes they sent each other; the tables below say the same.` },
      s("defs", {}, s("marker", { id: "arrowhead", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0,0 L8,4 L0,8 z" }))),
      ...flows.map((flow) => arrow(flow, placed, most, shown.length <= 3)), ...placed.map((p) => hostBox(head, p))),
    h("figcaption", {}, idle > 0 ? `Not drawn: ${countOf(idle, "other host")} of the platform.` : ""));
}

function linkList(head: Head): HTMLElement | null {
  if (head.links.length === 0) return null;
  const seconds = Math.max(1, head.predicted_ns) / 1e9;
  const links = [...head.links].sort((a, b) => b.busy_ns - a.busy_ns).slice(0, 24);
  return h("ul", { class: "links" }, ...links.map((link) => {
    const use = link.bytes / (link.bandwidth_bytes_per_s * seconds);
    const item = h("li", {}, h("b", {}, link.name), h("span", { class: "faint" },
      `${bitsPerSecond(8 * link.bandwidth_bytes_per_s)}, ${duration(link.latency_s * 1e9)}; ${bytes(link.bytes)}, ${percent(use)} used`));
    item.style.setProperty("--bar", `${(100 * Math.min(1, use)).toFixed(1)}%`);
    return item;
  }), head.links.length > links.length && h("li", { class: "faint" }, `and ${count(head.links.length - links.length)} more`));
}

export function platformSection(head: Head): HTMLElement {
  if (head.hosts.length === 0) return section("platform", "Platform", missing("This prediction does not name its hosts."));
  return section("platform", "Platform", picture(head), head.links.length > 0 && h("h3", {}, "Links that bytes went over"), linkList(head));
}
