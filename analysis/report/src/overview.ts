// The strip above the timeline: how many threads compute over the whole prediction, and which part is shown below.
import { duration } from "./format";
import { h } from "./dom";
import type { Row } from "./rows";
import type { Theme } from "./theme";
import type { View } from "./view";

const SLICES = 600, HEIGHT = 44;

export class Overview {
  readonly element = h("canvas", { class: "overview", role: "img" });
  private readonly busy = new Float64Array(SLICES);
  private readonly most: number;
  private painted = "";  // what the picture shows; most frames do not change it

  constructor(rows: Row[], private readonly view: View, changed: () => void) {
    for (const row of rows) row.lane.addOverTime(0, view.total, this.busy);
    for (let i = 0; i < SLICES; i++) this.busy[i] /= view.total / SLICES;
    this.most = this.busy.reduce((a, b) => Math.max(a, b), 1);
    this.element.setAttribute("aria-label",
      `Threads computing over ${duration(view.total)}: at most ${this.most.toFixed(1)} at once. Drag to choose what the timeline shows.`);
    this.listen(changed);
  }

  private listen(changed: () => void): void {
    let dragging = false;
    const go = (event: PointerEvent) => {
      const box = this.element.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * this.view.total;
      this.view.set(at - this.view.span / 2, at + this.view.span / 2);
      changed();
    };
    this.element.addEventListener("pointerdown", (event) => {
      dragging = true;
      this.element.setPointerCapture(event.pointerId);
      go(event);
    });
    this.element.addEventListener("pointermove", (event) => dragging && go(event));
    this.element.addEventListener("pointerup", () => (dragging = false));
  }

  paint(theme: Theme, width: number, scale: number): void {
    const { element: canvas, view } = this, c = canvas.getContext("2d") as CanvasRenderingContext2D;
    const state = [view.from, view.to, width, scale, theme.background].join();
    if (state === this.painted) return;
    this.painted = state;
    canvas.width = Math.round(width * scale);
    canvas.height = HEIGHT * scale;
    c.scale(scale, scale);
    c.fillStyle = theme.states[0];
    c.globalAlpha = 0.75;
    c.beginPath();
    c.moveTo(0, HEIGHT);
    this.busy.forEach((busy, i) => {
      const y = HEIGHT - (busy / this.most) * (HEIGHT - 4);
      c.lineTo((i / SLICES) * width, y);
      c.lineTo(((i + 1) / SLICES) * width, y);
    });
    c.lineTo(width, HEIGHT);
    c.fill();
    const from = (view.from / view.total) * width, to = Math.max(from + 2, (view.to / view.total) * width);
    c.globalAlpha = 0.72;
    c.fillStyle = theme.background;
    c.fillRect(0, 0, from, HEIGHT);
    c.fillRect(to, 0, width - to, HEIGHT);
    c.globalAlpha = 1;
    c.strokeStyle = theme.text;
    c.strokeRect(Math.max(0.5, from), 0.5, Math.min(width - 0.5, to) - Math.max(0.5, from), HEIGHT - 1);
  }
}
