// How the prediction was made: what to give somebody who wants to make it again.
import type { Head } from "./data";
import { h, section } from "./dom";
import { bitsPerSecond, bytes, countOf, duration, flops } from "./format";

type Fact = [string, string | null | undefined];

function facts(list: Fact[]): HTMLElement {
  return h("dl", { class: "provenance" }, ...list.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** An argument as one types it in a shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

function recordingFacts(head: Head): Fact[] {
  const r = head.recording;
  if (!r) return [];
  const { host } = r;
  return [
    ["Recorded command", r.command.map(quoted).join(" ")], ["in", r.working_directory],
    ["Recorded by", [r.tool_version, ...r.options].join(" ")],
    ["at", r.started_unix_ns > 0 ? new Date(r.started_unix_ns / 1e6).toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC") : null],
    ["on", [host.name, host.distribution, host.kernel && `Linux ${host.kernel.replace(/^Linux /, "")}`, host.virtualization && host.virtualization !== "none" ? `virtualization: ${host.virtualization}` : ""].filter(Boolean).join(", ")],
    ["Hardware", [host.cpu_model, countOf(host.cores, "core"), bytes(host.memory_bytes)].filter(Boolean).join(", ")],
    ["Calibrated there", `${flops(r.core_speed_flops)} per core; loopback ${r.loopback_latency_ns > 0 ? `${duration(r.loopback_latency_ns)}, ` : ""}${bitsPerSecond(8 * r.loopback_bandwidth_bytes_per_s)}`],
  ];
}

export function provenanceSection(head: Head): HTMLElement {
  const command = ["simreplay", ...(head.recordings > 1 ? [head.trace.name, "--same-experiment"] : [quoted(head.trace.name)]), ...[head.platform_file].filter(Boolean).map(quoted), ...head.options.map(quoted)].join(" ");
  return section("made", "How it was made",
    h("pre", {}, command),
    facts([
      ["Trace", head.trace.name], ["SHA-256", head.trace.sha256],
      ["Platform", head.platform.name], ["SHA-256", head.platform.sha256],
      ["Predicted by", `${head.tool_version}, SimGrid ${head.simgrid_version}, ${head.engine} engine`],
      ["Options that shaped it", head.options.map(quoted).join(" ") || "none"],
      ["Sweep", head.sweep ? `${head.sweep.tool} ${head.sweep.version}: ${countOf(head.sweep.points.length, "point")}` : null],
      ["Page by", head.made_by],
      ...recordingFacts(head)]),
    !head.recording && h("p", { class: "faint" }, "simtrace report --trace FILE adds where and how the trace was recorded."));
}
