// The colours canvases draw with; read again when the system changes between light and dark.
import { cssColour, kindCategory, pixelOf, STATES } from "./palette";

export interface Theme {
  text: string; faint: string; line: string; accent: string; background: string; onColour: string;
  states: string[]; statePixels: Uint32Array;
  kinds: string[]; kindPixels: Uint32Array;
}

export function readTheme(kinds: string[]): Theme {
  const states = STATES.map((state) => cssColour(state.variable));
  const kindColours = kinds.map((kind) => cssColour(kindCategory(kind).variable));
  return {
    text: cssColour("--text"), faint: cssColour("--faint"), line: cssColour("--line"), accent: cssColour("--path"),
    background: cssColour("--panel"), onColour: cssColour("--on-colour"),
    states, statePixels: Uint32Array.from(states, pixelOf),
    kinds: kindColours, kindPixels: Uint32Array.from(kindColours, pixelOf),
  };
}

export function onThemeChange(react: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", react);
  window.addEventListener("simtrace:printing", react);
}

/** Paper is light: while printing, everything is drawn in the light colours. */
export function printOnPaper(): void {
  const set = (printing: boolean) => {
    document.documentElement.toggleAttribute("data-printing", printing);
    window.dispatchEvent(new Event("simtrace:printing"));
  };
  window.addEventListener("beforeprint", () => set(true));
  window.addEventListener("afterprint", () => set(false));
}
