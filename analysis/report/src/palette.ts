// States of threads, kinds of path steps, their words and colours (the colours are CSS variables, page.css).

export interface Category { key: string; label: string; variable: string }

const category = (key: string, label: string, variable: string): Category => ({ key, label, variable });

/** By TimelineState (trace-format/prediction.h). */
export const STATES: Category[] = [
  category("compute", "computing", "--compute"),
  category("network", "waiting for the network", "--network"),
  category("disk", "waiting for a disk", "--disk"),
  category("sync", "waiting for a lock or another thread", "--sync"),
  category("child", "waiting for a child process", "--child"),
  category("sleep", "sleeping, or a timeout", "--sleep"),
  category("ready", "ready, but every core busy", "--ready"),
];

/** In which order states are stacked in a column that holds several, from the bottom. */
export const STATE_STACK = [0, 6, 2, 3, 1, 4, 5];

const KINDS: Category[] = [
  category("compute", "computing", "--compute"),
  category("ready", "ready, but every core busy", "--ready"),
  category("latency", "network latency", "--network"),
  category("bandwidth", "network bandwidth", "--bandwidth"),
  category("connect", "connecting", "--connect"),
  category("disk", "disk", "--disk"),
  category("lock", "lock", "--lock"),
  category("sync", "another thread", "--sync"),
  category("child", "child process", "--child"),
  category("sleep", "sleep or timeout", "--sleep"),
  category("order", "an event loop's turn", "--order"),
  category("window", "waiting for acknowledgements or room", "--window"),
  category("wake", "waking up", "--wake"),
  category("outside", "something outside the trace", "--outside"),
];

/** The category of a kind of path step, by its word in the prediction; unknown words keep their name. */
export function kindCategory(word: string): Category {
  return KINDS.find((k) => k.key === word) ?? category(word, word, "--other");
}

/** The value of a CSS colour variable now (it changes with light and dark). */
export function cssColour(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

/** "#rrggbb" as a pixel of ImageData (little-endian ABGR). */
export function pixelOf(hex: string): number {
  const rgb = parseInt(hex.slice(1, 7), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | ((rgb >> 16) & 0xff)) >>> 0;
}
