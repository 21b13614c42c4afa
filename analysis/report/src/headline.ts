// The head of the page: what was predicted, how wide the interval is, how far to trust it.
import type { Head } from "./data";
import { h, s } from "./dom";
import { countOf, duration, percent, signedPercent } from "./format";

function fact(title: string, value: string, detail: string): HTMLElement {
  return h("div", { class: "fact" }, h("dt", {}, title), h("dd", {}, h("strong", {}, value), detail && h("span", { class: "faint" }, detail)));
}

/** The interval on a line, with marks for the prediction and for the recorded run without tracing cost. */
function intervalPicture(head: Head): SVGElement | null {
  if (!head.interval_ns) return null;
  const [low, high] = head.interval_ns, native = head.native_estimate_ns;
  const values = [low, high, head.predicted_ns, ...(native > 0 && native < 4 * high && native > low / 4 ? [native] : [])];
  const from = Math.min(...values), to = Math.max(...values), space = 0.06 * (to - from || 1);
  const x = (ns: number) => 500 * ((ns - from + space) / (to - from + 2 * space));
  const mark = (ns: number, text: string, y: number, cls: string) => s("g", { class: cls },
    s("line", { x1: x(ns), x2: x(ns), y1: 22, y2: 42 }),
    s("text", { x: x(ns), y, "text-anchor": x(ns) < 90 ? "start" : x(ns) > 410 ? "end" : "middle" }, text));
  return s("svg", { class: "interval", viewBox: "0 0 500 64", role: "img", "aria-label": `Interval from ${duration(low)} to ${duration(high)}` },
    s("line", { x1: 0, x2: 500, y1: 32, y2: 32, class: "axis" }),
    s("rect", { x: x(low), y: 26, width: Math.max(2, x(high) - x(low)), height: 12, rx: 6, class: "band" }),
    mark(head.predicted_ns, `predicted ${duration(head.predicted_ns)}`, 14, "predicted"),
    values.length > 3 && mark(native, `recorded, tracing cost removed ${duration(native)}`, 58, "native"));
}

function verdict(head: Head): HTMLElement {
  if (!head.trust) return h("p", { class: "verdict" }, "Trust was not judged.");
  const { level, reasons } = head.trust;
  return h("div", { class: `verdict trust-${["high", "medium", "low"].includes(level) ? level : "low"}` },
    h("p", {}, "Trust: ", h("strong", {}, level)),
    reasons.length > 0 && h("ul", {}, ...reasons.map((reason) => h("li", {}, reason))));
}

export function headline(head: Head): HTMLElement {
  const ratio = head.twin_ns > 0 ? head.predicted_ns / head.twin_ns : 0;
  const against = ratio === 0 || Math.abs(ratio - 1) < 0.005 ? ""
    : ratio < 1 ? `${(1 / ratio).toPrecision(3)} times as fast as on the twin` : `${ratio.toPrecision(3)} times as long as on the twin`;
  const command = head.processes[0]?.command_line || head.trace.name;
  return h("header", { id: "summary" },
    h("p", { class: "kind" }, "simreplay prediction"),
    h("h1", {}, command), h("p", { class: "faint on" }, "on ", h("b", {}, head.platform.name), " · recorded in ", h("b", {}, head.trace.name)),
    h("div", { class: "big" },
      h("div", {}, h("p", { class: "number", id: "predicted" }, duration(head.predicted_ns)),
        h("p", { class: "faint" }, "predicted wall time", head.interval_ns && `, ${duration(head.interval_ns[0])} – ${duration(head.interval_ns[1])}`)),
      intervalPicture(head)),
    h("dl", { class: "facts" },
      fact("Closure error", head.closure_error === null ? "not measured" : signedPercent(head.closure_error),
        head.closure_error === null ? "" : "replay on the recording host's twin against the real run"),
      fact("Recorded", duration(head.recorded_ns), `while traced; ${duration(head.native_estimate_ns)} without tracing cost`),
      head.twin_ns > 0 ? fact("On the twin", duration(head.twin_ns), against) : "",
      fact("Replayed", countOf(head.operations, "operation"), `from ${countOf(head.events, "event")}` + (head.recordings > 1 ? `, median of ${head.recordings} recordings` : ""))),
    verdict(head),
    ...head.warnings.map((warning) => h("p", { class: "warning" }, `Warning: ${warning}`)),
    head.uncertainties.length > 0 && h("details", {}, h("summary", {}, "What the interval is made of"),
      h("ul", {}, ...head.uncertainties.map((u) => h("li", {}, `± ${percent(u.relative)} ${u.what}`)))));
}
