// Keyboard, wheel and pointer on the timeline. Keys as in Perfetto: w and s zoom, a and d pan.
import type { View } from "./view";

export interface Target {
  readonly box: HTMLElement;
  readonly view: View;
  timeAt(x: number): number;
  /** ns per CSS pixel. */
  scale(): number;
  /** Without the scroll bar, CSS pixels. */
  width(): number;
  scrollBy(pixels: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  open(x: number, y: number): void;
  changed(): void;
  find(): void;
  unselect(): void;
}

const ZOOM_PER_SECOND = 4;     // e^4 times in a second of holding w
const PAN_PER_SECOND = 0.9;    // windows
const TAP = 0.06;              // seconds' worth a short tap moves at least
const PASSING_MS = 250;        // a wheel that was scrolling the page until now goes on doing so

const MOTIONS: Record<string, { zoom: number; pan: number }> = {
  w: { zoom: -1, pan: 0 }, s: { zoom: 1, pan: 0 }, a: { zoom: 0, pan: -1 }, d: { zoom: 0, pan: 1 },
  arrowleft: { zoom: 0, pan: -1 }, arrowright: { zoom: 0, pan: 1 }, "+": { zoom: -1, pan: 0 }, "-": { zoom: 1, pan: 0 },
};

export function listen(target: Target): void {
  listenToKeys(target);
  listenToWheel(target);
  listenToPointer(target);
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest("input, select, textarea") !== null;
}

function listenToKeys(target: Target): void {
  const held = new Set<string>();
  let last = 0, pointer = 0, running = false;
  target.box.addEventListener("pointermove", (e) => (pointer = e.clientX - target.box.getBoundingClientRect().left));

  const move = (key: string, seconds: number) => {
    const { zoom, pan } = MOTIONS[key], { view } = target;
    const at = Math.min(view.to, Math.max(view.from, pointer > 0 ? target.timeAt(pointer) : (view.from + view.to) / 2));
    if (zoom) view.zoom(Math.exp(zoom * ZOOM_PER_SECOND * seconds), at);
    if (pan) view.pan(pan * PAN_PER_SECOND * seconds * view.span);
  };
  const frame = (now: number) => {
    if (held.size === 0) return void (running = false);
    for (const key of held) move(key, Math.min(0.1, (now - last) / 1000));
    last = now;
    target.changed();
    requestAnimationFrame(frame);
  };
  const single: Record<string, () => void> = {
    "/": () => target.find(), escape: () => target.unselect(),
    "0": () => target.view.fit(), home: () => target.view.fit(),
    arrowup: () => target.scrollBy(-40), arrowdown: () => target.scrollBy(40),
  };
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = target.box.contains(document.activeElement);
    if (key.length > 1 && !focused) return;  // arrows and the like belong to the page unless the timeline has the focus
    if (single[key]) single[key](), target.changed(), event.preventDefault();
    if (!MOTIONS[key]) return;
    event.preventDefault();
    if (event.repeat || held.has(key)) return;
    move(key, TAP);
    target.changed();
    held.add(key);
    last = performance.now();
    if (!running) requestAnimationFrame(frame);
    running = true;
  });
  document.addEventListener("keyup", (event) => held.delete(event.key.toLowerCase()));
  window.addEventListener("blur", () => held.clear());
}

function listenToWheel(target: Target): void {
  let scrolledAt = -Infinity;
  document.addEventListener("scroll", () => (scrolledAt = performance.now()), { passive: true });
  target.box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && performance.now() - scrolledAt < PASSING_MS) return;
    if (!event.shiftKey && event.deltaY > 0 && event.deltaX === 0 && target.view.isWhole) return;  // nothing left to zoom out
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) {
      target.scrollBy((event.deltaY || event.deltaX) * unit);
    } else {
      if (event.deltaX) target.view.pan(event.deltaX * unit * target.scale());
      const at = target.timeAt(event.clientX - target.box.getBoundingClientRect().left);
      if (event.deltaY) target.view.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * unit * 0.003))), at);
    }
    target.changed();
  }, { passive: false });
}

function listenToPointer(target: Target): void {
  let from: { x: number; y: number } | null = null, moved = false;
  const place = (event: MouseEvent) => {
    const box = target.box.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  target.box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || place(event).x >= target.width()) return;
    from = place(event);
    moved = false;
  });
  target.box.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!from) return target.hover(at.x, at.y);
    if (!moved && Math.hypot(at.x - from.x, at.y - from.y) < 4) return;
    if (!moved) target.box.setPointerCapture(event.pointerId);
    moved = true;
    target.leave();
    target.view.pan((from.x - at.x) * target.scale());
    target.scrollBy(from.y - at.y);
    from = at;
    target.changed();
  });
  const stop = (event: PointerEvent) => {
    if (from && !moved) target.click(place(event).x, place(event).y);
    from = null;
  };
  target.box.addEventListener("pointerup", stop);
  target.box.addEventListener("pointercancel", () => (from = null));
  target.box.addEventListener("pointerleave", () => target.leave());
  target.box.addEventListener("dblclick", (event) => target.open(place(event).x, place(event).y));
}
