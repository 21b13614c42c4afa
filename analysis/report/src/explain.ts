// What an interval or a step of the critical path is, in words: for tooltips and for the panel below the timeline.
import type { Page } from "./data";
import { departure } from "./departures";
import { h } from "./dom";
import { duration, percent } from "./format";
import type { Lane } from "./lane";
import { kindCategory, STATES, type Category } from "./palette";
import { threadName, type Row } from "./rows";

export interface Explanation { category: Category; title: string; facts: [string, string][] }

function span(lane: Lane, i: number): [string, string][] {
  const from = lane.startOf(i), to = lane.ends[i];
  return [["lasts", duration(to - from)], ["from – to", `${duration(from)} – ${duration(to)}`]];
}

export function explainInterval(page: Page, path: Lane | null, row: Row, i: number): Explanation {
  const { pid, tid } = page.head.threads[row.thread];
  const facts = span(row.lane, i);
  if (row.process) facts.push(["host", row.process.host]);
  const cause = row.causes[i];
  if (cause >= 0) {
    const { pid: causePid, tid: causeTid } = page.head.threads[cause];
    facts.push(["ended by", threadName(page, causePid, causeTid)]);
    const left = departure(page, path, row, i);
    if (left < row.lane.ends[i]) facts.push(["which acted", `${duration(row.lane.ends[i] - left)} before`]);
  }
  if (row.process?.command_line) facts.push(["command", row.process.command_line]);
  return { category: STATES[row.lane.states[i]], title: threadName(page, pid, tid), facts };
}

/** For a column that covers many intervals: how the time in it is shared out. */
export function explainColumn(page: Page, row: Row, from: number, to: number, intervals: number): Explanation {
  const { pid, tid } = page.head.threads[row.thread];
  const times = row.lane.timeIn(from, to), facts: [string, string][] = [];
  const order = [...times.keys()].filter((state) => times[state] > 0).sort((a, b) => times[b] - times[a]);
  for (const state of order) facts.push([STATES[state].label, percent(times[state] / (to - from), 0)]);
  facts.push(["here", `${intervals} intervals in ${duration(to - from)}: zoom in`]);
  return { category: STATES[order[0] ?? 0], title: threadName(page, pid, tid), facts };
}

export function explainStep(page: Page, lane: Lane, i: number): Explanation {
  const head = page.head.path!, path = page.path!, owner = head.owners[path.owners[i]];
  const facts = span(lane, i), what = head.names[path.whats[i]];
  if (what) facts.push(["what", what]);
  if (path.waited[i] > 0) facts.push(["ends a wait of", duration(path.waited[i])]);
  return { category: kindCategory(head.kinds[lane.states[i]].name), title: `Critical path: ${threadName(page, owner.pid, owner.tid)}`, facts };
}

export function explanationElement({ category, title, facts }: Explanation): HTMLElement {
  return h("div", {},
    h("p", { class: "explained" }, h("span", { class: "swatch", style: `background: var(${category.variable})` }), `${category.label}`),
    h("p", { class: "faint" }, title),
    h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

/** A box beside the pointer, inside the window. */
export class Tooltip {
  private readonly box = h("div", { class: "tooltip", role: "tooltip", hidden: true });
  constructor() {
    document.body.append(this.box);
  }
  show(content: HTMLElement, x: number, y: number): void {
    this.box.replaceChildren(content);
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    this.box.style.left = `${Math.max(4, x + 16 + width > innerWidth ? x - width - 12 : x + 16)}px`;
    this.box.style.top = `${Math.max(4, Math.min(y + 16, innerHeight - height - 4))}px`;
  }
  hide(): void {
    this.box.hidden = true;
  }
}
