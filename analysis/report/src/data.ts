// What simtrace put into the page: the JSON head and the columns of timeline and path. The C++ side is
// analysis/report_head.cc and report_columns.cc; names here are the names there. Times are ns since the start.

export interface Waits { network: number; disk: number; sync: number; child: number; sleep: number; ready: number }

export interface ProcessResult {
  pid: number; name: string; command_line: string; host: string;
  start_ns: number; end_ns: number; compute_ns: number; waits_ns: Waits; threads: number;
}
export interface HostResult {
  name: string; cores: number; speed_flops: number; busy_core_ns: number; busy_over_time_ns: number[];
}
export interface ThreadHead { pid: number; tid: number; start_ns: number; intervals: number }
export interface FileHead { name: string; sha256: string }
export interface Doubt { what: string; count: number; share: number | null }
export interface Uncertainty { what: string; relative: number }
export interface NamedCount { name: string; count: number }

export interface PathHead {
  names: string[]; owners: { pid: number; tid: number }[]; kinds: { name: string; meaning: string }[]; steps: number;
  functions: { pid: number; tid: number; what: number; path_ns: number }[];
}
export interface ConnectionResult {
  name: string; from_pid: number; to_pid: number; from_host: string; to_host: string;
  messages: number; bytes: number; wait_ns: number; path_ns: number;
}
export interface LinkResult {
  name: string; bandwidth_bytes_per_s: number; latency_s: number; bytes: number; busy_ns: number; bytes_over_time: number[];
}

export interface SweepAxis { name: string; unit: string; values: number[]; labels: string[] }
export interface SweepPoint { index: number[]; predicted_s: number | null; failed: string | null }
export interface Sweep {
  tool: string; version: string; trace: string; platform: string;
  axes: SweepAxis[]; points: SweepPoint[]; baseline_s: number | null;
}

export interface Recording {
  file: string; tool_version: string; started_unix_ns: number; command: string[]; working_directory: string; options: string[];
  host: { name: string; machine: string; kernel: string; cpu_model: string; distribution: string; virtualization: string;
    cores: number; memory_bytes: number };
  core_speed_flops: number; loopback_latency_ns: number; loopback_bandwidth_bytes_per_s: number;
}

export interface Head {
  made_by: string; tool_version: string; simgrid_version: string; engine: string;
  trace: FileHead; platform: FileHead;
  platform_file: string;  // "" = made from the trace, nobody gave one
  predicted_ns: number; recorded_ns: number; native_estimate_ns: number;
  twin_ns: number; closure_error: number | null; interval_ns: [number, number] | null;
  events: number; operations: number; recordings: number;
  trust: { level: string; reasons: string[] } | null;
  uncertainties: Uncertainty[]; validity: Doubt[]; counts: NamedCount[]; warnings: string[]; options: string[];
  processes: ProcessResult[]; hosts: HostResult[]; threads: ThreadHead[];
  path: PathHead | null; connections: ConnectionResult[]; links: LinkResult[];
  sweep: Sweep | null; recording: Recording | null;
}

/** Column `name` of the page, inflated; empty if the page has none. */
async function column(name: string): Promise<Uint8Array> {
  const text = document.getElementById(`column-${name}`)?.textContent?.trim() ?? "";
  if (text === "") return new Uint8Array(0);
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads unsigned LEB128 varints one after the other; exact up to 2^53. */
class Varints {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}
  next(): number {
    let byte = this.bytes[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 128; ; scale *= 128) {
      byte = this.bytes[this.at++];
      value += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) return value;
    }
  }
}

/** The intervals of one thread: ends[i] is where interval i ends; it begins where the one before ends. */
export interface Intervals { start: number; ends: Float64Array; states: Uint8Array; causes: Int32Array | null }
/** `owners` and `whats` index into PathHead; `waited`: of a step that ends a wait, how long that was. */
export interface Steps { intervals: Intervals; owners: Uint32Array; whats: Uint32Array; waited: Float64Array }

export interface Page { head: Head; threads: Intervals[]; path: Steps | null }

async function readThreads(head: Head): Promise<Intervals[]> {
  const [durations, states, causes] = await Promise.all(["durations", "states", "causes"].map(column));
  const duration = new Varints(durations), cause = new Varints(causes);
  let first = 0;
  return head.threads.map((thread) => {
    const n = thread.intervals, ends = new Float64Array(n), from = new Int32Array(n);
    let at = thread.start_ns;
    for (let i = 0; i < n; i++) {
      ends[i] = at += duration.next();
      from[i] = cause.next() - 1;
    }
    first += n;
    return { start: thread.start_ns, ends, states: states.subarray(first - n, first), causes: from };
  });
}

async function readPath(head: PathHead): Promise<Steps> {
  const [durations, kinds, owners, whats, waited] =
    await Promise.all(["path-durations", "path-kinds", "path-owners", "path-whats", "path-waited"].map(column));
  const duration = new Varints(durations), owner = new Varints(owners), what = new Varints(whats), wait = new Varints(waited);
  const n = head.steps;
  const steps = { ends: new Float64Array(n), owners: new Uint32Array(n), whats: new Uint32Array(n), waited: new Float64Array(n) };
  let at = 0;
  for (let i = 0; i < n; i++) {
    steps.ends[i] = at += duration.next();
    steps.owners[i] = owner.next();
    steps.whats[i] = what.next();
    steps.waited[i] = wait.next();
  }
  const { owners: byOwner, whats: byWhat, waited: waits, ends } = steps;
  return { intervals: { start: 0, ends, states: kinds, causes: null }, owners: byOwner, whats: byWhat, waited: waits };
}

export async function readPage(): Promise<Page> {
  const head = JSON.parse(document.getElementById("report-head")?.textContent ?? "") as Head;
  const [threads, path] = await Promise.all([readThreads(head), head.path ? readPath(head.path) : null]);
  return { head, threads, path };
}
