// Curves (uPlot) in the colours of the page, redrawn when the system changes between light and dark.
import uPlot from "uplot";
import { h } from "./dom";
import { cssColour } from "./palette";
import { onThemeChange } from "./theme";

export interface Curve { label: string; variable: string; values: (number | null)[]; dashed?: boolean; fill?: boolean; stepped?: boolean; points?: boolean }
export interface Chart {
  title: string; x: number[]; curves: Curve[]; height: number; logX?: boolean; logY?: boolean; most?: number;
  xText(value: number): string; yText(value: number): string;
  yTick?(value: number): string;  // where yText is too long
}

function series(curve: Curve): uPlot.Series {
  const stroke = cssColour(curve.variable);
  return {
    label: curve.label, stroke, width: 1.75, spanGaps: false, dash: curve.dashed ? [5, 4] : undefined,
    fill: curve.fill ? `${stroke}40` : undefined, points: { show: curve.points ?? false, size: 6 },
    paths: curve.stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined,
  };
}

function options(chart: Chart, width: number): uPlot.Options {
  const axis = (): uPlot.Axis => ({ stroke: cssColour("--faint"), font: "11px system-ui, sans-serif",
    grid: { stroke: cssColour("--line"), width: 1 }, ticks: { stroke: cssColour("--line"), width: 1 } });
  return {
    width, height: chart.height, cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: false, distr: chart.logX ? 3 : 1 },
      y: chart.logY ? { distr: 3 } : { range: (_, __, max) => [0, chart.most ?? (max > 0 ? max * 1.08 : 1)] } },
    axes: [{ ...axis(), values: (_, ticks) => ticks.map((t) => (t === null ? null : chart.xText(t))) as string[] },
      { ...axis(), size: 74, values: (_, ticks) => ticks.map((t) => (t === null ? null : (chart.yTick ?? chart.yText)(t))) as string[] }],
    series: [{ label: "at", value: (_, v) => (v === null ? "–" : chart.xText(v)) },
      ...chart.curves.map((curve) => ({ ...series(curve), value: (_: uPlot, v: number | null) => (v === null ? "–" : chart.yText(v)) }))],
  };
}

/** An element that holds the chart, as wide as its surroundings. */
export function chartElement(chart: Chart): HTMLElement {
  const place = h("div", { class: "chart" });
  const element = h("figure", {}, h("figcaption", {}, chart.title), place);
  let plot: uPlot | null = null;
  const data: uPlot.AlignedData = [chart.x, ...chart.curves.map((curve) => curve.values)];
  const draw = () => {
    if (place.clientWidth === 0) return;
    plot?.destroy();
    plot = new uPlot(options(chart, place.clientWidth), data, place);
  };
  new ResizeObserver(() => (plot && place.clientWidth > 0 ? plot.setSize({ width: place.clientWidth, height: chart.height }) : draw())).observe(place);
  onThemeChange(draw);
  return element;
}
