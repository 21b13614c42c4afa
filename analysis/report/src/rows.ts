// The rows of the timeline: one per thread, those of a process together, and which of them a search keeps.
import type { Intervals, Page, ProcessResult } from "./data";
import { Lane } from "./lane";
import { STATES } from "./palette";

export interface Row {
  lane: Lane;
  causes: Int32Array;      // by interval: index into page.threads of the thread that ended the wait, -1 = none
  onPath: Lane | null;     // states: 0 = not on the critical path, 1 = on it
  thread: number;          // index into page.threads
  process: ProcessResult | null;
  isFirst: boolean;        // of its process
  title: string;
  subtitle: string;
  haystack: string;        // what a search looks at, in lower case
}

/** Per (pid, tid): the times at which the critical path runs through it, as a lane of off and on. */
function pathLanes(page: Page): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  if (!page.path || !page.head.path) return lanes;
  const { intervals, owners } = page.path;
  const edges = page.head.path.owners.map(() => [] as number[]);  // off until, on until, off until, …
  for (let i = 0, from = 0; i < intervals.ends.length; from = intervals.ends[i++]) {
    const edge = edges[owners[i]];
    if (edge.length > 0 && edge[edge.length - 1] === from) edge[edge.length - 1] = intervals.ends[i];
    else edge.push(from, intervals.ends[i]);
  }
  page.head.path.owners.forEach((owner, i) => {
    const ends = Float64Array.from(edges[i]);
    const onOff: Intervals = { start: 0, ends, states: Uint8Array.from(ends, (_, j) => j % 2), causes: null };
    lanes.set(`${owner.pid}/${owner.tid}`, new Lane(onOff, 2));
  });
  return lanes;
}

export function buildRows(page: Page): Row[] {
  const processes = new Map<number, ProcessResult>();
  const rank = new Map<number, number>();
  page.head.processes.forEach((p, i) => {
    processes.set(p.pid, p);
    rank.set(p.pid, i);
  });
  const onPath = pathLanes(page);
  const order = page.head.threads.map((_, i) => i);
  const place = (i: number) => rank.get(page.head.threads[i].pid) ?? Infinity;
  order.sort((a, b) => place(a) - place(b) || a - b);
  let lastPid: number | null = null;
  return order.map((thread) => {
    const { pid, tid } = page.head.threads[thread];
    const process = processes.get(pid) ?? null, isFirst = pid !== lastPid;
    lastPid = pid;
    const name = process?.name ?? "process";
    const title = isFirst ? `${name} ${pid}` : `thread ${tid}`;
    const subtitle = isFirst && process ? process.host : "";
    return {
      lane: new Lane(page.threads[thread], STATES.length), causes: page.threads[thread].causes ?? new Int32Array(0),
      onPath: onPath.get(`${pid}/${tid}`) ?? null, thread, process, isFirst, title, subtitle,
      haystack: `${name} ${pid} ${tid} ${process?.host ?? ""} ${process?.command_line ?? ""}`.toLowerCase(),
    };
  });
}

/** Rows with every word of the search. */
export function matching(rows: Row[], search: string): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? rows : rows.filter((row) => words.every((word) => row.haystack.includes(word)));
}

/** "redis-server 4711" or "zstd 12, thread 14": how a thread is called in sentences. */
export function threadName(page: Page, pid: number, tid: number): string {
  const name = page.head.processes.find((p) => p.pid === pid)?.name ?? "process";
  return pid === tid ? `${name} ${pid}` : `${name} ${pid}, thread ${tid}`;
}
