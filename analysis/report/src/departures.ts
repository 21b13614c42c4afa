// When what ended a wait had left: known for waits on the critical path, whose steps say what was under way.
import type { Page } from "./data";
import type { Lane } from "./lane";
import type { Row } from "./rows";

const UNDER_WAY = new Set(["latency", "bandwidth", "connect", "window", "wake", "order", "lock", "sync", "child"]);

/** The moment at which the thread that ended a wait acted; the end of the wait where that is unknown. */
export function departure(page: Page, path: Lane | null, row: Row, interval: number): number {
  const end = row.lane.ends[interval];
  const head = page.head.path, cause = page.head.threads[row.causes[interval]];
  if (!path || !page.path || !head || !row.onPath || !cause) return end;
  let step = path.indexAfter(end) - 1, left = end;  // the last step that is over when the wait is
  if (step < 0 || path.ends[step] !== end) return end;
  while (step >= 0 && UNDER_WAY.has(head.kinds[path.states[step]].name)) left = path.startOf(step--);
  const owner = step >= 0 ? head.owners[page.path.owners[step]] : null;
  return owner && owner.pid === cause.pid && owner.tid === cause.tid ? left : end;
}
