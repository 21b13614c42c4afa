// Draws lanes into pixels, one column of pixels after the other: a column inside one interval has its colour, a
// column that covers several is divided by the time spent in each state. Costs per frame depend on the pixels.
import type { Lane } from "./lane";

export interface Pixels { data: Uint32Array; width: number; height: number }

/** Where a lane goes, in device pixels, and which time it shows. */
export interface Strip { x: number; y: number; width: number; height: number; from: number; nsPerPixel: number }

export class LanePainter {
  private left: Float64Array;
  private right: Float64Array;

  /** `stack`: states from the bottom up; colours are pixels by state. */
  constructor(private readonly stack: number[], private readonly colours: Uint32Array) {
    this.left = new Float64Array(colours.length);
    this.right = new Float64Array(colours.length);
  }

  paint(lane: Lane, pixels: Pixels, strip: Strip): void {
    const { from, nsPerPixel: scale, width } = strip;
    const first = Math.max(0, Math.floor((lane.start - from) / scale));
    const last = Math.min(width, Math.ceil((lane.end - from) / scale));
    let i = lane.indexAfter(from + first * scale);
    let known = false;  // whether `left` holds the sums at the column's left edge
    for (let x = first; x < last && i < lane.ends.length; ) {
      const t = from + x * scale;
      if (lane.ends[i] >= t + scale && lane.startOf(i) <= t) {  // one interval fills this column, and maybe many more
        const end = Math.min(last, Math.max(x + 1, Math.floor((lane.ends[i] - from) / scale)));
        fill(pixels, strip, x, end, this.colours[lane.states[i]]);
        x = end;
        i = lane.indexAfter(from + x * scale, i);
        known = false;
        continue;
      }
      if (!known) lane.sumsAt(t, i, this.left);
      i = lane.indexAfter(t + scale, i);
      lane.sumsAt(t + scale, i, this.right);
      this.divide(pixels, strip, x, scale);
      [this.left, this.right] = [this.right, this.left];
      known = true;
      x++;
    }
  }

  /** Divides column x by the shares of right - left. What computes at all gets a pixel. */
  private divide(pixels: Pixels, strip: Strip, x: number, whole: number): void {
    const { data, width } = pixels, { stack, left, right } = this, perTime = strip.height / whole;
    let filled = 0, sum = 0, pixel = (strip.y + strip.height) * width + strip.x + x;
    for (let s = 0; s < stack.length; s++) {
      const state = stack[s], part = right[state] - left[state];
      if (!(part > 0)) continue;
      sum += part;
      let height = Math.min(strip.height, (sum * perTime + 0.5) | 0);
      if (state === 0 && height === 0) height = 1;
      for (const colour = this.colours[state]; filled < height; filled++) data[(pixel -= width)] = colour;
    }
  }
}

const WIDE = 32;  // from where TypedArray.fill is worth its call

function fill(pixels: Pixels, strip: Strip, from: number, to: number, colour: number): void {
  const { data, width } = pixels, length = to - from;
  for (let y = 0, row = strip.y * width + strip.x + from; y < strip.height; y++, row += width) {
    if (length >= WIDE) data.fill(colour, row, row + length);
    else for (let i = row; i < row + length; i++) data[i] = colour;
  }
}
