// One row of a timeline: intervals with a state each, and answers about any window of time in it without walking
// through all of them. Every 16th interval stores the time spent in each state up to there; a question costs a
// binary search and at most 16 steps, however many intervals a window covers.
import type { Intervals } from "./data";

const BLOCK = 16;

export class Lane {
  readonly start: number;
  readonly end: number;
  readonly ends: Float64Array;
  readonly states: Uint8Array;
  /** Time per state before interval b*BLOCK, at [b * stateCount + state]. */
  private readonly before: Float64Array;

  constructor(intervals: Intervals, readonly stateCount: number) {
    this.start = intervals.start;
    this.ends = intervals.ends;
    this.states = intervals.states;
    this.end = this.ends.length > 0 ? this.ends[this.ends.length - 1] : this.start;
    this.before = this.sumBlocks();
  }

  private sumBlocks(): Float64Array {
    const n = this.ends.length, k = this.stateCount;
    const sums = new Float64Array((Math.floor(n / BLOCK) + 1) * k);
    const total = new Float64Array(k);
    let from = this.start;
    for (let i = 0; i < n; i++) {
      if (i % BLOCK === 0) sums.set(total, (i / BLOCK) * k);
      total[this.states[i]] += this.ends[i] - from;
      from = this.ends[i];
    }
    if (n % BLOCK === 0) sums.set(total, (n / BLOCK) * k);
    return sums;
  }

  startOf(i: number): number {
    return i > 0 ? this.ends[i - 1] : this.start;
  }

  /** The first interval that ends after t, searched from `from` on; the number of intervals if there is none. */
  indexAfter(t: number, from = 0): number {
    let low = from, step = BLOCK;  // mostly near: strides that double, then halves
    const n = this.ends.length;
    for (; low + step < n && this.ends[low + step] <= t; step *= 2) low += step;
    let high = Math.min(n, low + step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ends[middle] > t) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Fills `out` with the time per state from the start to t; i must be indexAfter(t). */
  sumsAt(t: number, i: number, out: Float64Array): void {
    const k = this.stateCount, block = (i / BLOCK) | 0, base = block * k;
    for (let state = 0; state < k; state++) out[state] = this.before[base + state];
    let from = this.startOf(block * BLOCK);
    for (let j = block * BLOCK; j < i; j++) {
      out[this.states[j]] += this.ends[j] - from;
      from = this.ends[j];
    }
    if (i < this.ends.length && t > from) out[this.states[i]] += t - from;
  }

  /** Time per state between two moments. */
  timeIn(from: number, to: number): Float64Array {
    const a = new Float64Array(this.stateCount), b = new Float64Array(this.stateCount);
    this.sumsAt(from, this.indexAfter(from), a);
    this.sumsAt(to, this.indexAfter(to), b);
    for (let state = 0; state < a.length; state++) b[state] -= a[state];
    return b;
  }

  /** Adds the time spent in `state` in each of `out.length` equal slices of [0, until]. */
  addOverTime(state: number, until: number, out: Float64Array): void {
    const sums = new Float64Array(this.stateCount);
    let last = 0;
    for (let slice = 0, i = 0; slice < out.length; slice++) {
      const t = ((slice + 1) / out.length) * until;
      i = this.indexAfter(t, i);
      this.sumsAt(t, i, sums);
      out[slice] += sums[state] - last;
      last = sums[state];
    }
  }
}
