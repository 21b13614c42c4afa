// The tables of a prediction: processes, connections, links, hosts, what the trace cannot tell.
import type { Head, Page } from "./data";
import { h, missing, section } from "./dom";
import { bitsPerSecond, bytes, count, countOf, duration, flops, percent } from "./format";
import { threadName } from "./rows";
import { table, type Column } from "./tables";

/** A column of durations, "–" for none. */
function time<T>(title: string, of: (row: T) => number): Column<T> {
  return { title, text: (row) => (of(row) > 0 ? duration(of(row)) : "–"), sort: of };
}
function words<T>(title: string, of: (row: T) => string): Column<T> {
  return { title, text: of, sort: of };
}

function processes(head: Head): HTMLElement {
  const most = head.processes.reduce((max, p) => Math.max(max, p.compute_ns), 1);
  return table("Processes: computing and, to its right, waiting by cause, summed over threads", head.processes, [
    { title: "PID", text: (p) => String(p.pid), sort: (p) => p.pid },
    words("Process", (p) => (p.threads > 1 ? `${p.name} (${countOf(p.threads, "thread")})` : p.name)), words("Host", (p) => p.host),
    time("Start", (p) => p.start_ns), time("End", (p) => p.end_ns),
    { ...time("Computing", (p) => p.compute_ns), bar: (p) => p.compute_ns / most },
    time("Network", (p) => p.waits_ns.network), time("Disk", (p) => p.waits_ns.disk), time("Sync", (p) => p.waits_ns.sync),
    time("Child", (p) => p.waits_ns.child), time("Sleep", (p) => p.waits_ns.sleep), time("Core busy", (p) => p.waits_ns.ready)]);
}

function connections(page: Page): HTMLElement {
  const { head } = page;
  if (head.connections.length === 0) return missing("This prediction holds no table of connections.");
  const most = head.connections.reduce((max, c) => Math.max(max, c.bytes), 1);
  const end = (pid: number, host: string) => `${threadName(page, pid, pid)}${host ? ` on ${host}` : ""}`;
  return table("Connections, one row per direction", head.connections, [
    words("Connection", (c) => c.name), words("From", (c) => end(c.from_pid, c.from_host)), words("To", (c) => end(c.to_pid, c.to_host)),
    { title: "Messages", text: (c) => count(c.messages), sort: (c) => c.messages },
    { title: "Bytes", text: (c) => bytes(c.bytes), sort: (c) => c.bytes, bar: (c) => c.bytes / most },
    time("Readers waited", (c) => c.wait_ns), time("On the critical path", (c) => c.path_ns)]);
}

function links(head: Head): HTMLElement {
  if (head.links.length === 0) return missing("Nothing went over a link, or this prediction holds no table of links.");
  const total = Math.max(1, head.predicted_ns), use = (l: Head["links"][number]) => l.bytes / (l.bandwidth_bytes_per_s * (total / 1e9));
  return table("Links that bytes went over", head.links, [
    words("Link", (l) => l.name),
    { title: "Bandwidth", text: (l) => bitsPerSecond(8 * l.bandwidth_bytes_per_s), sort: (l) => l.bandwidth_bytes_per_s },
    time("Latency", (l) => l.latency_s * 1e9),
    { title: "Bytes", text: (l) => bytes(l.bytes), sort: (l) => l.bytes },
    { title: "Mean use", text: (l) => percent(use(l)), sort: use, bar: use },
    { title: "Busy", text: (l) => percent(l.busy_ns / total), sort: (l) => l.busy_ns, bar: (l) => l.busy_ns / total }]);
}

function hosts(head: Head): HTMLElement {
  const use = (host: Head["hosts"][number]) => host.busy_core_ns / (Math.max(1, host.cores) * Math.max(1, head.predicted_ns));
  return table("Hosts", head.hosts, [
    words("Host", (x) => x.name), { title: "Cores", text: (x) => String(x.cores), sort: (x) => x.cores },
    { title: "Speed of a core", text: (x) => flops(x.speed_flops), sort: (x) => x.speed_flops },
    time("Core time used", (x) => x.busy_core_ns), { title: "Mean use", text: (x) => percent(use(x)), sort: use, bar: use },
    { title: "Processes", text: (x) => count(head.processes.filter((p) => p.host === x.name).length), sort: (x) => head.processes.filter((p) => p.host === x.name).length }]);
}

function validity(head: Head): HTMLElement {
  const doubts = head.validity.length === 0 ? h("p", {}, "Nothing that a trace cannot tell was met.") :
    table("What the trace cannot tell, and by how much the predicted time changes if it went otherwise", head.validity, [
      words("What", (d) => d.what), { title: "How often", text: (d) => count(d.count), sort: (d) => d.count },
      { title: "Change", text: (d) => (d.share === null ? "not measured" : percent(d.share)), sort: (d) => d.share ?? -1 }]);
  return h("div", {}, doubts, head.counts.length > 0 && h("details", {}, h("summary", {}, "Everything counted"),
    table("By name", head.counts, [words("What", (c) => c.name), { title: "Count", text: (c) => count(c.count), sort: (c) => c.count }])));
}

export function detailsSection(page: Page): HTMLElement {
  const parts: [string, HTMLElement][] = [["Processes", processes(page.head)], ["Connections", connections(page)], ["Links", links(page.head)],
    ["Hosts", hosts(page.head)], ["Validity", validity(page.head)]];
  return section("tables", "Tables", ...parts.map(([name, element]) => h("details", { open: true, class: "part" }, h("summary", {}, name), element)));
}
