// One frame of the timeline: ruler, critical path, a row per thread, arrows. Lanes go through ImageData (cost per
// pixel, not per interval); text and arrows are drawn over them.
import type { Page } from "./data";
import { departure } from "./departures";
import { axisTime, duration } from "./format";
import type { Lane } from "./lane";
import { LanePainter, type Pixels } from "./lane_painter";
import { pixelOf, STATE_STACK, STATES } from "./palette";
import type { Row } from "./rows";
import type { Theme } from "./theme";
import { tickStep, type View } from "./view";

export const RULER = 24, ROW = 20, GAP = 3;
const FONT = "12px system-ui, sans-serif";
const SMALL = "11px system-ui, sans-serif";
const MOST_ARROWS = 1500;     // more would be a hatching, not information
const MOST_LABELLED = 400;    // intervals in a row among which to look for wide ones

export interface Marked { row: number; interval: number }

/** What a frame shows. Lengths are CSS pixels; rows[firstRow] begins at `head - scroll`. */
export interface Scene {
  page: Page; rows: Row[]; places: Map<number, number>; path: Lane | null; view: View; theme: Theme;
  width: number; height: number; gutter: number; scroll: number; scale: number;
  hovered: Marked | null; selected: Marked | null; cursor: number | null;
}

/** Height of what stays at the top: the ruler, and the path's lane if there is one. */
export const headHeight = (path: Lane | null): number => RULER + (path ? ROW + 8 : 0);
export const rowTop = (scene: Scene, row: number): number => headHeight(scene.path) + row * ROW - scene.scroll;

export class TimelinePainter {
  arrowsHidden = 0;  // waits in view whose arrows were too many to draw
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | null = null;
  private lanesOf: unknown[] = [];  // what decides how the image's lanes look
  private readonly labels = new Map<string, string>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d", { alpha: true }) as CanvasRenderingContext2D;
  }

  paint(scene: Scene): void {
    const width = Math.round(scene.width * scene.scale), height = Math.round(scene.height * scene.scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${scene.width}px`;
      this.canvas.style.height = `${scene.height}px`;
      this.image = null;
    }
    const c = this.context;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, width, height);
    this.paintLanes(scene);
    c.setTransform(scene.scale, 0, 0, scene.scale, 0, 0);
    c.textBaseline = "middle";
    const [first, last] = visibleRows(scene);
    this.inRows(scene, () => {
      this.paintGrid(scene);
      for (let row = first; row < last; row++) this.paintLabels(scene, row);
      this.paintArrows(scene, first, last);
      this.paintMark(scene, scene.selected, 2);
      this.paintMark(scene, scene.hovered, 1);
    });
    this.paintHead(scene);
    this.paintGutter(scene, first, last);
  }

  private paintLanes(scene: Scene): void {
    const gutter = Math.round(scene.gutter * scene.scale);
    const width = this.canvas.width - gutter, height = this.canvas.height;
    if (width <= 0 || height <= 0) return;
    if (!this.image || this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    if (!this.holdsLanesOf(scene)) this.drawLanes(scene, this.image);
    this.context.putImageData(this.image, gutter, 0);
  }

  /** Most frames move the pointer only. */
  private holdsLanesOf({ rows, path, theme, scroll, scale, gutter, width, height, view }: Scene): boolean {
    const shown = [rows, path, theme, scroll, scale, gutter, width, height, view.from, view.to];
    const same = shown.every((value, i) => value === this.lanesOf[i]);
    this.lanesOf = shown;
    return same;
  }

  private drawLanes(scene: Scene, image: ImageData): void {
    const dpr = scene.scale, { width, height } = image;
    const pixels: Pixels = { data: new Uint32Array(image.data.buffer), width, height };
    pixels.data.fill(0);
    const strip = (top: number, tall: number) => ({
      x: 0, y: Math.round(top * dpr), width, height: Math.round(tall * dpr), from: scene.view.from,
      nsPerPixel: scene.view.span / width,
    });
    const states = new LanePainter(STATE_STACK, scene.theme.statePixels);
    const paths = new LanePainter([1], Uint32Array.of(0, pixelOf(scene.theme.accent)));
    const [first, last] = visibleRows(scene);
    const clip = headHeight(scene.path);
    for (let row = first; row < last; row++) {
      const top = rowTop(scene, row) + GAP, bottom = Math.min(top + ROW - 2 * GAP, scene.height);
      if (bottom - Math.max(top, clip) < 1) continue;
      states.paint(scene.rows[row].lane, pixels, strip(Math.max(top, clip), bottom - Math.max(top, clip)));
      const onPath = scene.rows[row].onPath;
      if (onPath && bottom + GAP <= scene.height) paths.paint(onPath, pixels, strip(bottom, GAP - 1));
    }
    if (scene.path) {
      const kinds = new LanePainter(scene.theme.kinds.map((_, i) => i), scene.theme.kindPixels);
      kinds.paint(scene.path, pixels, strip(RULER + 2, ROW));
    }
  }

  private inRows(scene: Scene, draw: () => void): void {
    const c = this.context;
    c.save();
    c.beginPath();
    c.rect(scene.gutter, headHeight(scene.path), scene.width - scene.gutter, scene.height);
    c.clip();
    draw();
    c.restore();
  }

  private paintGrid(scene: Scene): void {
    const c = this.context;
    c.strokeStyle = scene.theme.line;
    c.globalAlpha = 0.35;
    c.lineWidth = 1;
    c.beginPath();
    for (const { x } of ticks(scene)) c.moveTo(x + 0.5, 0), c.lineTo(x + 0.5, scene.height);
    c.stroke();
    c.globalAlpha = 1;
    if (scene.cursor === null) return;
    c.strokeStyle = scene.theme.faint;
    c.beginPath();
    c.moveTo(scene.cursor + 0.5, 0);
    c.lineTo(scene.cursor + 0.5, scene.height);
    c.stroke();
  }

  /** What an interval is, written into it where it is wide enough. */
  private paintLabels(scene: Scene, row: number): void {
    const { lane } = scene.rows[row], c = this.context;
    const first = lane.indexAfter(scene.view.from), last = Math.min(lane.ends.length, lane.indexAfter(scene.view.to) + 1);
    if (last - first > MOST_LABELLED) return;
    c.font = SMALL;
    for (let i = first; i < last; i++) {
      const from = Math.max(scene.gutter, xOf(scene, lane.startOf(i))), to = Math.min(scene.width, xOf(scene, lane.ends[i]));
      if (to - from < 70) continue;
      const text = `${STATES[lane.states[i]].label}, ${duration(lane.ends[i] - lane.startOf(i))}`;
      c.fillStyle = lane.states[i] === 0 ? scene.theme.onColour : scene.theme.text;
      c.fillText(this.shortened(text, to - from - 10), from + 5, rowTop(scene, row) + ROW / 2);
    }
  }

  /** From the thread that ended a wait, where it did, to the one that waited, at the end of the wait. */
  private paintArrows(scene: Scene, first: number, last: number): void {
    const { places } = scene;
    let waits = 0;
    for (let row = first; row < last; row++) {
      const { lane } = scene.rows[row];
      waits += lane.indexAfter(scene.view.to) - lane.indexAfter(scene.view.from);
    }
    this.arrowsHidden = waits > MOST_ARROWS ? waits : 0;
    for (let row = first; row < last && !this.arrowsHidden; row++) {
      const { lane, causes } = scene.rows[row];
      const until = lane.indexAfter(scene.view.to);
      for (let i = lane.indexAfter(scene.view.from); i < until; i++) {
        if (causes[i] >= 0) this.paintArrow(scene, places.get(causes[i]), row, i, 0.55);
      }
    }
    for (const mark of [scene.selected, scene.hovered]) {
      if (!mark || !scene.rows[mark.row]) continue;
      this.paintArrow(scene, places.get(scene.rows[mark.row].causes[mark.interval]), mark.row, mark.interval, 1);
    }
  }

  private paintArrow(scene: Scene, from: number | undefined, to: number, interval: number, alpha: number): void {
    if (from === undefined || from === to) return;
    const c = this.context, { lane } = scene.rows[to];
    const x = xOf(scene, lane.ends[interval]), x0 = xOf(scene, departure(scene.page, scene.path, scene.rows[to], interval)), down = from < to;
    const y0 = rowTop(scene, from) + ROW / 2, y1 = rowTop(scene, to) + (down ? GAP : ROW - GAP);
    const bend = x - x0 > 14 ? 0 : Math.min(14, 3 + Math.abs(y1 - y0) / 12);
    c.globalAlpha = alpha;
    c.strokeStyle = c.fillStyle = scene.theme.text;
    c.lineWidth = alpha === 1 ? 1.5 : 1;
    c.beginPath();
    c.moveTo(x0, y0);
    c.bezierCurveTo(x0 + (x - x0) / 3 - bend, y0 + (y1 - y0) / 3, x0 + (2 * (x - x0)) / 3 - bend, y0 + (2 * (y1 - y0)) / 3, x, y1);
    c.stroke();
    c.beginPath();
    c.arc(x0, y0, 2, 0, 2 * Math.PI);
    const length = Math.hypot(x - x0, y1 - y0), dx = (x - x0) / length, dy = (y1 - y0) / length;  // of the head
    c.moveTo(x, y1);
    c.lineTo(x - 7 * dx - 3 * dy, y1 - 7 * dy + 3 * dx);
    c.lineTo(x - 7 * dx + 3 * dy, y1 - 7 * dy - 3 * dx);
    c.fill();
    c.globalAlpha = 1;
  }

  private paintMark(scene: Scene, mark: Marked | null, lineWidth: number): void {
    if (!mark || !scene.rows[mark.row]) return;
    const { lane } = scene.rows[mark.row], c = this.context;
    const from = xOf(scene, lane.startOf(mark.interval)), to = xOf(scene, lane.ends[mark.interval]);
    c.strokeStyle = scene.theme.text;
    c.lineWidth = lineWidth;
    c.strokeRect(Math.max(scene.gutter - 5, from), rowTop(scene, mark.row) + GAP - 0.5, Math.max(1, Math.min(to, scene.width + 5) - Math.max(scene.gutter - 5, from)), ROW - 2 * GAP + 1);
  }

  private paintHead(scene: Scene): void {
    const c = this.context;
    c.font = SMALL;
    c.fillStyle = scene.theme.faint;
    c.strokeStyle = scene.theme.line;
    c.lineWidth = 1;
    const step = tickStep(scene.view.span / (scene.width - scene.gutter));
    c.beginPath();
    for (const { x, t } of ticks(scene)) {
      c.moveTo(x + 0.5, RULER - 6);
      c.lineTo(x + 0.5, RULER);
      if (x + 60 < scene.width) c.fillText(axisTime(t, step), x + 4, RULER / 2);
    }
    c.moveTo(scene.gutter, RULER - 0.5);
    c.lineTo(scene.width, RULER - 0.5);
    c.stroke();
  }

  private paintGutter(scene: Scene, first: number, last: number): void {
    const c = this.context, head = headHeight(scene.path);
    c.font = FONT;
    c.fillStyle = scene.theme.text;
    if (scene.path) c.fillText("Critical path", 4, RULER + 2 + ROW / 2);
    c.save();
    c.beginPath();
    c.rect(0, head, scene.gutter, scene.height - head);
    c.clip();
    c.strokeStyle = scene.theme.line;
    for (let row = first; row < last; row++) {
      const { isFirst, title, subtitle } = scene.rows[row], y = rowTop(scene, row);
      if (isFirst) {
        c.globalAlpha = 0.6;
        c.beginPath();
        c.moveTo(0, y + 0.5);
        c.lineTo(scene.gutter, y + 0.5);
        c.stroke();
        c.globalAlpha = 1;
      }
      c.fillStyle = isFirst ? scene.theme.text : scene.theme.faint;
      const text = this.shortened(title, scene.gutter - (isFirst ? 12 : 26)), indent = isFirst ? 4 : 18;
      c.fillText(text, indent, y + ROW / 2);
      const used = indent + c.measureText(text).width + 8;
      c.fillStyle = scene.theme.faint;
      if (subtitle && scene.gutter - used > 30) c.fillText(this.shortened(subtitle, scene.gutter - used - 6), used, y + ROW / 2);
    }
    c.restore();
  }

  /** The text, cut to fit a width with "…"; remembered, since measuring is slow. */
  private shortened(text: string, width: number): string {
    const key = `${Math.round(width)} ${this.context.font} ${text}`, known = this.labels.get(key);
    if (known !== undefined) return known;
    let low = 0, high = text.length;
    if (this.context.measureText(text).width > width) {
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
        else high = middle - 1;
      }
      text = low > 1 ? `${text.slice(0, low)}…` : "";
    }
    if (this.labels.size > 5000) this.labels.clear();
    this.labels.set(key, text);
    return text;
  }
}

export function xOf(scene: Scene, t: number): number {
  return scene.gutter + ((t - scene.view.from) / scene.view.span) * (scene.width - scene.gutter);
}

/** Rows at least partly on screen: first, and one behind the last. */
export function visibleRows(scene: Scene): [number, number] {
  const space = scene.height - headHeight(scene.path);
  return [Math.max(0, Math.floor(scene.scroll / ROW)), Math.min(scene.rows.length, Math.ceil((scene.scroll + space) / ROW))];
}

function* ticks(scene: Scene): Generator<{ x: number; t: number }> {
  const step = tickStep(scene.view.span / (scene.width - scene.gutter));
  for (let t = Math.ceil(scene.view.from / step) * step; t <= scene.view.to; t += step) yield { x: Math.round(xOf(scene, t)), t };
}
