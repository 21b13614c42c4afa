// The timeline: rows of threads over time with zoom, pan, search, tooltips, and a panel for what was clicked.
import type { Page } from "./data";
import { h, missing, section } from "./dom";
import { explainColumn, explainInterval, explainStep, explanationElement, Tooltip, type Explanation } from "./explain";
import { count, countOf, duration } from "./format";
import { Lane } from "./lane";
import { Overview } from "./overview";
import { kindCategory, STATES, type Category } from "./palette";
import { buildRows, matching, type Row } from "./rows";
import { onThemeChange, readTheme, type Theme } from "./theme";
import { headHeight, ROW, RULER, TimelinePainter, type Marked, type Scene } from "./timeline_paint";
import { listen, type Target } from "./timeline_input";
import { View } from "./view";

const TALLEST = 0.7;  // of the window

export class Timeline implements Target {
  readonly view: View;
  readonly element: HTMLElement;
  readonly box = h("div", { class: "timeline", tabindex: 0, role: "application", "aria-label": "Timeline. Keys: w and s zoom, a and d pan, 0 shows all, / searches." });
  /** Time the last frame took to paint, ms; read by the benchmark. */
  lastPaintMs = 0;

  private readonly all: Row[];
  private rows: Row[];
  private places: Map<number, number>;
  private readonly path: Lane | null;
  private readonly canvas = h("canvas", { "aria-hidden": "true" });
  private readonly spacer = h("div");
  private readonly scroller = h("div", { class: "scroller" }, this.spacer);
  private readonly search = h("input", { type: "search", placeholder: "Find a process ( / )", "aria-label": "Find a process" });
  private readonly range = h("span", { class: "range", "aria-live": "off" });
  private readonly note = h("p", { class: "faint note" });
  private readonly details = h("div", { class: "details", "aria-live": "polite" });
  private readonly tooltip = new Tooltip();
  private readonly painter = new TimelinePainter(this.canvas);
  private readonly overview: Overview;
  private theme: Theme;
  private hovered: Marked | null = null;
  private selected: Marked | null = null;
  private cursor: number | null = null;
  private pending = false;

  constructor(private readonly page: Page) {
    this.all = this.rows = buildRows(page);
    this.places = placesOf(this.rows);
    this.path = page.path && page.head.path ? new Lane(page.path.intervals, page.head.path.kinds.length) : null;
    const total = this.all.reduce((end, row) => Math.max(end, row.lane.end), Math.max(1, page.head.predicted_ns));
    this.view = new View(total);
    this.theme = readTheme(page.head.path?.kinds.map((kind) => kind.name) ?? []);
    this.overview = new Overview(this.all, this.view, () => this.changed());
    this.box.append(this.canvas, this.scroller);
    this.element = h("div", {}, this.toolbar(), this.overview.element, this.box, this.note, this.legend(), this.details);
    this.search.addEventListener("input", () => this.filter());
    this.scroller.addEventListener("scroll", () => this.changed());
    listen(this);
    new ResizeObserver(() => this.layout()).observe(this.element);
    onThemeChange(() => {
      this.theme = readTheme(page.head.path?.kinds.map((kind) => kind.name) ?? []);
      this.paint();  // at once: printing does not wait for a frame
    });
  }

  private toolbar(): HTMLElement {
    const button = (label: string, title: string, act: () => void) =>
      h("button", { type: "button", title, "aria-label": title, click: () => (act(), this.changed()) }, label);
    const middle = () => (this.view.from + this.view.to) / 2;
    return h("div", { class: "toolbar" }, this.search,
      button("+", "Zoom in (w)", () => this.view.zoom(0.5, middle())), button("−", "Zoom out (s)", () => this.view.zoom(2, middle())),
      button("All", "Show all (0)", () => this.view.fit()), this.range,
      h("span", { class: "faint keys" }, h("kbd", {}, "w"), h("kbd", {}, "s"), " or wheel: zoom · ", h("kbd", {}, "a"), h("kbd", {}, "d"), " or drag: pan · shift + wheel: rows · click: details"));
  }

  private legend(): HTMLElement {
    const item = ({ label, variable }: Category) => h("li", {}, h("span", { class: "swatch", style: `background: var(${variable})` }), label);
    const used = new Set<number>();
    for (const row of this.all) for (const [state, time] of row.lane.timeIn(0, this.view.total).entries()) if (time > 0) used.add(state);
    const states = h("ul", { class: "legend", "aria-label": "Colours of rows" }, ...STATES.filter((_, i) => used.has(i)).map(item));
    if (!this.path) return states;
    const times = this.path.timeIn(0, this.view.total);
    const kinds = this.page.head.path!.kinds.filter((_, i) => times[i] > 0).map((kind) => kindCategory(kind.name)).filter((k) => !STATES.some((s, i) => used.has(i) && s.variable === k.variable));
    states.append(h("li", {}, h("span", { class: "swatch line" }), "on the critical path"));
    if (kinds.length > 0) states.append(h("li", { class: "faint" }, "critical path only:"), ...kinds.map(item));
    return states;
  }

  /** Fits the canvas to its surroundings. */
  private layout(): void {
    const head = headHeight(this.path), rows = this.rows.length * ROW;
    const height = head + Math.max(2 * ROW, Math.min(rows, Math.max(160, innerHeight * TALLEST - head)));
    this.box.style.height = `${height + 2}px`;  // with its border
    this.scroller.style.top = `${head}px`;
    this.spacer.style.height = `${rows}px`;
    this.changed();
  }

  private filter(): void {
    this.rows = matching(this.all, this.search.value);
    this.places = placesOf(this.rows);
    this.hovered = this.selected = null;
    this.details.replaceChildren();
    this.scroller.scrollTop = 0;
    this.layout();
  }

  private scene(): Scene {
    const width = this.width(), gutter = Math.round(Math.min(230, Math.max(90, width * 0.2)));
    return { page: this.page, rows: this.rows, places: this.places, path: this.path, view: this.view, theme: this.theme, width, height: this.box.clientHeight,
      gutter, scroll: this.scroller.scrollTop, scale: devicePixelRatio || 1, hovered: this.hovered, selected: this.selected, cursor: this.cursor };
  }

  /** Something changed: paint once before the next frame. */
  changed(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      const begin = performance.now();
      this.paint();
      this.range.textContent = `${duration(this.view.from)} – ${duration(this.view.to)} (${duration(this.view.span)})`;
      this.note.textContent = this.rows.length === 0 ? "No process matches." : this.painter.arrowsHidden > 0
        ? `${count(this.painter.arrowsHidden)} intervals in view: zoom in for the arrows from the thread that ended a wait to the one that waited.` : "";
      this.lastPaintMs = performance.now() - begin;
    });
  }

  private paint(): void {
    const scene = this.scene();
    if (scene.width <= 0) return;
    this.painter.paint(scene);
    this.overview.paint(this.theme, this.overview.element.clientWidth, scene.scale);
  }

  timeAt(x: number): number {
    const { gutter, width } = this.scene();
    return this.view.from + ((Math.max(gutter, x) - gutter) / (width - gutter)) * this.view.span;
  }
  scale(): number {
    const { gutter, width } = this.scene();
    return this.view.span / (width - gutter);
  }
  width(): number {
    return this.scroller.clientWidth;
  }
  scrollBy(pixels: number): void {
    this.scroller.scrollTop += pixels;
  }

  /** The interval under a point; null in the gutter, the ruler, or before and after a thread's life. */
  private at(x: number, y: number): Marked | null {
    const scene = this.scene(), row = Math.floor((y - headHeight(this.path) + scene.scroll) / ROW);
    if (x < scene.gutter || y < headHeight(this.path) || row < 0 || row >= this.rows.length) return null;
    const { lane } = this.rows[row], t = this.timeAt(x), interval = lane.indexAfter(t);
    return t < lane.start || interval >= lane.ends.length ? null : { row, interval };
  }

  private explain(mark: Marked | null, x: number, y: number): Explanation | null {
    const t = this.timeAt(x);
    if (mark) {
      const row = this.rows[mark.row], pixel = this.scale();
      const many = row.lane.indexAfter(t + pixel) - mark.interval;
      return many > 2 ? explainColumn(this.page, row, t, t + pixel, many) : explainInterval(this.page, this.path, row, mark.interval);
    }
    if (!this.path || y < RULER || y >= headHeight(this.path) || x < this.scene().gutter) return null;
    const step = this.path.indexAfter(t);
    return step < this.path.ends.length ? explainStep(this.page, this.path, step) : null;
  }

  hover(x: number, y: number): void {
    this.hovered = this.at(x, y);
    this.cursor = x >= this.scene().gutter ? x : null;
    const explanation = this.explain(this.hovered, x, y), box = this.box.getBoundingClientRect();
    if (explanation) this.tooltip.show(explanationElement(explanation), box.left + x, box.top + y);
    else this.tooltip.hide();
    this.changed();
  }
  leave(): void {
    this.hovered = null;
    this.cursor = null;
    this.tooltip.hide();
    this.changed();
  }
  click(x: number, y: number): void {
    this.select(this.at(x, y));
  }
  open(x: number, y: number): void {
    const mark = this.at(x, y);
    if (mark) this.zoomTo(mark);
  }
  find(): void {
    this.search.focus();
  }
  unselect(): void {
    this.select(null);
  }

  private zoomTo({ row, interval }: Marked): void {
    const { lane } = this.rows[row], from = lane.startOf(interval), length = Math.max(20, lane.ends[interval] - from);
    this.view.set(from - 0.3 * length, from + 1.3 * length);
    this.changed();
  }

  private select(mark: Marked | null): void {
    this.selected = mark;
    this.changed();
    if (!mark) return this.details.replaceChildren();
    const row = this.rows[mark.row], cause = row.causes[mark.interval];
    const explanation = explainInterval(this.page, this.path, row, mark.interval);
    this.details.replaceChildren(explanationElement(explanation), h("p", { class: "toolbar" },
      h("button", { type: "button", click: () => this.zoomTo(mark) }, "Zoom to it"),
      cause >= 0 && h("button", { type: "button", click: () => this.showThread(cause, row.lane.ends[mark.interval]) }, "Show what ended it"),
      h("button", { type: "button", click: () => this.select(null) }, "Close")));
  }

  /** Selects what a thread was doing just before `t`, and scrolls there. */
  private showThread(thread: number, t: number): void {
    if (!this.places.has(thread)) {
      this.search.value = "";
      this.filter();
    }
    const row = this.places.get(thread)!, { lane } = this.rows[row];
    this.scroller.scrollTop = row * ROW - this.scroller.clientHeight / 2;
    const interval = Math.min(lane.ends.length - 1, lane.indexAfter(Math.max(lane.start, t - 1)));
    if (interval >= 0) this.select({ row, interval });
  }
}

/** Which row shows a thread. */
function placesOf(rows: Row[]): Map<number, number> {
  return new Map(rows.map((row, i) => [row.thread, i]));
}

export function timelineSection(page: Page): { element: HTMLElement; timeline: Timeline | null } {
  const intervals = page.head.threads.reduce((n, thread) => n + thread.intervals, 0);
  if (intervals === 0) {
    return { timeline: null, element: section("timeline", "Timeline",
      missing("This prediction holds no timeline. ", h("code", {}, "simreplay -o FILE"), " writes one, unless ", h("code", {}, "--no-timeline"), " forbids it.")) };
  }
  const timeline = new Timeline(page);
  const element = section("timeline", "Timeline", h("p", { class: "faint" },
    `${countOf(page.head.processes.length, "process", "processes")}, ${countOf(page.head.threads.length, "thread")}, ${countOf(intervals, "interval")}. ` +
    "The strip shows how many threads compute at a time; each row below is a thread. A column that covers many intervals is divided by the time spent in each state. " +
    "Arrows lead from the thread that ended a wait to the one that waited, slanted where the critical path knows when that one acted."), timeline.element);
  return { element, timeline };
}
