// The critical path as sums: by cause, and by cause and place. The sums of the first add up to the predicted time.
import type { Page } from "./data";
import { h, missing, section } from "./dom";
import { count, duration, percent } from "./format";
import { kindCategory } from "./palette";
import { threadName } from "./rows";
import { table, type Column } from "./tables";

interface Sum { kind: number; owner: number; what: number; ns: number; steps: number }

/** Steps summed by what `key` makes of them, the largest first. */
function sums(page: Page, key: (i: number) => string): Sum[] {
  const { intervals, owners, whats } = page.path!, found = new Map<string, Sum>();
  for (let i = 0, from = 0; i < intervals.ends.length; from = intervals.ends[i++]) {
    const k = key(i);
    let sum = found.get(k);
    if (!sum) found.set(k, (sum = { kind: intervals.states[i], owner: owners[i], what: whats[i], ns: 0, steps: 0 }));
    sum.ns += intervals.ends[i] - from;
    sum.steps++;
  }
  return [...found.values()].filter((sum) => sum.ns > 0).sort((a, b) => b.ns - a.ns);
}

const ENDED_BY_OTHERS = new Set(["lock", "sync", "child", "order"]);

/** Waits that the path passed through, by who waited for whom; `ns` is how long they were, the longest first. */
function passedWaits(page: Page, names: string[]): Sum[] {
  const { intervals, owners, whats, waited } = page.path!, found = new Map<string, Sum>();
  for (let i = 0; i < waited.length; i++) {
    const kind = intervals.states[i];
    if (!(waited[i] > 0) || !ENDED_BY_OTHERS.has(names[kind])) continue;
    const key = `${kind}/${owners[i]}/${whats[i]}`, sum = found.get(key) ?? { kind, owner: owners[i], what: whats[i], ns: 0, steps: 0 };
    sum.ns += waited[i];
    sum.steps++;
    found.set(key, sum);
  }
  return [...found.values()].sort((a, b) => b.ns - a.ns);
}

/** Who held the locks, which child was waited for: its time is on the path, the wait for it is not. */
function waitsTable(page: Page, names: string[]): HTMLElement | null {
  const waits = passedWaits(page, names), head = page.head.path!;
  if (waits.length === 0) return null;
  const thread = (x: Sum) => threadName(page, head.owners[x.owner].pid, head.owners[x.owner].tid);
  const rows = table("Waits that the path passed through; its time there is that of whoever ended them", waits, [
    { title: "For", text: (x) => kindCategory(names[x.kind]).label, sort: (x) => kindCategory(names[x.kind]).label },
    { title: "Waiting", text: thread, sort: thread },
    { title: "Held or ended by", text: (x) => head.names[x.what] || "–", sort: (x) => head.names[x.what] },
    { title: "Waited", text: (x) => duration(x.ns), sort: (x) => x.ns, bar: (x) => x.ns / waits[0].ns },
    { title: "Waits", text: (x) => count(x.steps), sort: (x) => x.steps }]);
  return h("details", { open: waits.length <= 12 }, h("summary", {}, "Waits for locks, threads and children"), rows);
}

/** Functions of a process's threads together, the longest on the path first. */
function functionsTable(page: Page, total: number): HTMLElement | null {
  const head = page.head.path!, found = new Map<string, { pid: number; what: number; ns: number; threads: number }>();
  for (const { pid, what, path_ns } of head.functions) {
    const key = `${pid}/${what}`, sum = found.get(key) ?? { pid, what, ns: 0, threads: 0 };
    sum.ns += path_ns;
    sum.threads++;
    found.set(key, sum);
  }
  if (found.size === 0) return null;
  return table("Computing on the path by sampled function", [...found.values()].sort((a, b) => b.ns - a.ns), [
    { title: "Function", text: (f) => head.names[f.what], sort: (f) => head.names[f.what] },
    { title: "Process", text: (f) => threadName(page, f.pid, f.pid), sort: (f) => f.pid },
    { title: "Time", text: (f) => duration(f.ns), sort: (f) => f.ns },
    { title: "Share", text: (f) => percent(f.ns / total), sort: (f) => f.ns, bar: (f) => f.ns / total },
    { title: "Threads", text: (f) => count(f.threads), sort: (f) => f.threads }]);
}

/** A bar of all causes side by side. */
function causesBar(byKind: Sum[], names: string[], total: number): HTMLElement {
  return h("div", { class: "causes", role: "img", "aria-label": byKind.map((x) => `${kindCategory(names[x.kind]).label} ${percent(x.ns / total)}`).join(", ") },
    ...byKind.map((sum) => {
      const { label, variable } = kindCategory(names[sum.kind]);
      return h("span", { style: `flex: ${sum.ns / total}; background: var(${variable})`, title: `${label}: ${duration(sum.ns)}, ${percent(sum.ns / total)}` });
    }));
}

export function pathSection(page: Page): HTMLElement {
  const head = page.head.path;
  if (!head || !page.path || head.steps === 0) {
    return section("path", "Critical path", missing("This prediction holds no critical path: it was made by an older simreplay, by the reference engine or with --no-path, or is too long to be followed."));
  }
  const names = head.kinds.map((kind) => kind.name), { owners, whats, intervals } = page.path;
  const total = intervals.ends[intervals.ends.length - 1];
  const pidOf = (i: number) => head.owners[owners[i]].pid;
  const byKind = sums(page, (i) => String(intervals.states[i]));
  const byProcess = sums(page, (i) => `${intervals.states[i]}/${pidOf(i)}`);
  const byWhat = sums(page, (i) => `${intervals.states[i]}/${pidOf(i)}/${whats[i]}`);
  const who = (x: Sum) => threadName(page, head.owners[x.owner].pid, head.owners[x.owner].pid);
  const cause: Column<Sum> = { title: "Cause", text: (x) => kindCategory(names[x.kind]).label, sort: (x) => kindCategory(names[x.kind]).label };
  const process: Column<Sum> = { title: "Process", text: who, sort: who };
  const what: Column<Sum> = { title: "What", text: (x) => head.names[x.what] || "–", sort: (x) => head.names[x.what] };
  const amounts: Column<Sum>[] = [
    { title: "Time", text: (x) => duration(x.ns), sort: (x) => x.ns },
    { title: "Share", text: (x) => percent(x.ns / total), sort: (x) => x.ns, bar: (x) => x.ns / total },
    { title: "Steps", text: (x) => count(x.steps), sort: (x) => x.steps }];
  return section("path", "Critical path",
    h("p", { class: "faint" }, `What each moment of the predicted ${duration(total)} was spent on, following what waited for what back from the end. Making anything else faster does not make the run shorter.`),
    causesBar(byKind, names, total),
    h("div", { class: "columns" }, table("By cause", byKind, [cause, ...amounts]), table("By cause and process", byProcess, [cause, process, ...amounts])),
    h("details", { open: byWhat.length <= 12 }, h("summary", {}, "By connection, file, or thread that ended a wait"),
      table("By cause, process and what", byWhat, [cause, process, what, ...amounts])),
    waitsTable(page, names),
    functionsTable(page, total));
}
