// Which part of the predicted time is on screen.

const SHORTEST_NS = 100;

export class View {
  from = 0;
  to: number;

  constructor(readonly total: number) {
    this.to = total;
  }

  get span(): number {
    return this.to - this.from;
  }
  get isWhole(): boolean {
    return this.from <= 0 && this.to >= this.total;
  }

  set(from: number, to: number): void {
    const span = Math.min(this.total, Math.max(Math.min(SHORTEST_NS, this.total), to - from));
    this.from = Math.max(0, Math.min(this.total - span, from));
    this.to = this.from + span;
  }
  fit(): void {
    this.set(0, this.total);
  }
  /** Shows `factor` times as much, keeping the moment `at` where it is. */
  zoom(factor: number, at: number): void {
    const span = Math.min(this.total, Math.max(SHORTEST_NS, this.span * factor));
    const from = at - ((at - this.from) / this.span) * span;
    this.set(from, from + span);
  }
  pan(ns: number): void {
    this.set(this.from + ns, this.to + ns);
  }
}

/** Round distances between ticks: about one per `pixels`. */
export function tickStep(nsPerPixel: number, pixels = 110): number {
  const rough = Math.max(1, nsPerPixel * pixels), power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
}
