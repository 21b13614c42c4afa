// Numbers as people read them; the words are those of trace-format/units.h.

const DURATIONS: [number, string, number][] = [[1e9, "s", 9], [1e6, "ms", 6], [1e3, "µs", 3], [1, "ns", 0]];

/** Four significant digits and the unit that suits: "950 ns", "12.34 µs", "1.234 s", "12 min 5.0 s". */
export function duration(ns: number): string {
  if (ns >= 60e9) {
    const minutes = Math.floor(ns / 60e9);
    return `${count(minutes)} min ${((ns - minutes * 60e9) / 1e9).toFixed(1)} s`;
  }
  for (const [scale, unit] of DURATIONS) {
    if (ns < scale && scale > 1) continue;
    const value = ns / scale;
    if (scale === 1) return `${Math.round(value)} ns`;
    return `${value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3)} ${unit}`;
  }
  return "0 ns";
}

/** A time on an axis whose ticks are `step` apart: as many decimals as tell neighbours apart. */
export function axisTime(ns: number, step: number): string {
  if (ns === 0) return "0";
  const [scale, unit] = DURATIONS.find(([s]) => Math.max(Math.abs(ns), step) >= s) ?? DURATIONS[3];
  const decimals = Math.min(9, Math.max(0, Math.ceil(Math.log10(scale / step) - 1e-9)));
  return `${(ns / scale).toFixed(decimals)} ${unit}`;
}

/** As short as an axis needs it: "100 s", "2.5 ms". */
export function shortDuration(ns: number): string {
  const [scale, unit] = DURATIONS.find(([s]) => Math.abs(ns) >= s) ?? DURATIONS[0];
  return `${Number((ns / scale).toPrecision(4))} ${unit}`;
}

export function count(n: number): string {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 process", "2 processes". */
export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function prefixed(value: number, unit: string): string {
  const prefixes = ["", "k", "M", "G", "T", "P", "E"];
  let i = 0;
  while (value >= 999.5 && i < prefixes.length - 1) value /= 1000, i++;
  const digits = value === 0 || (i === 0 && Number.isInteger(value)) ? value.toFixed(0) : value.toPrecision(3);
  return `${digits} ${prefixes[i]}${unit}`;
}

export const bytes = (n: number): string => prefixed(n, "B");
export const bitsPerSecond = (bps: number): string => prefixed(bps, "bit/s");
export const flops = (f: number): string => prefixed(f, "f/s");

export function percent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

export function signedPercent(share: number): string {
  return `${share < 0 ? "−" : "+"}${(100 * Math.abs(share)).toFixed(1)} %`;
}
