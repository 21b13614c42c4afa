// Tables that sort by a click on a heading, search, and show the first rows of many.
import { h } from "./dom";
import { countOf } from "./format";

const FIRST_ROWS = 60;

export interface Column<T> {
  title: string;
  text(row: T): string;
  sort?(row: T): number | string;   // columns without stay unsorted; numbers sort downwards first
  bar?(row: T): number;             // 0…1: a bar behind the text
}

type Direction = "ascending" | "descending";

export function table<T>(caption: string, rows: T[], columns: Column<T>[]): HTMLElement {
  let order: { column: Column<T>; direction: Direction } | null = null, all = false;
  const body = h("tbody");
  const more = h("button", { type: "button", class: "more", click: () => ((all = true), fill()) });
  const isNumber = (column: Column<T>) => rows.length > 0 && typeof column.sort?.(rows[0]) === "number";
  const heads = columns.map((column) => h("th", { scope: "col", class: isNumber(column) ? "number" : "" }, column.sort
    ? h("button", { type: "button", click: () => sortBy(column) }, column.title) : column.title));

  function sortBy(column: Column<T>): void {
    const first: Direction = isNumber(column) ? "descending" : "ascending";
    const turned: Direction = order?.direction === "ascending" ? "descending" : "ascending";
    order = { column, direction: order?.column === column ? turned : first };
    fill();
  }
  function sorted(): T[] {
    if (!order) return rows;
    const { column, direction } = order, sign = direction === "ascending" ? 1 : -1;
    const compare = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);
    return [...rows].sort((a, b) => sign * compare(column.sort!(a), column.sort!(b)));
  }
  function cell(column: Column<T>, row: T): HTMLElement {
    const td = h("td", { class: isNumber(column) ? "number" : "", title: column.text(row) }, column.text(row));
    const share = column.bar?.(row);
    if (share !== undefined && share > 0) td.style.setProperty("--bar", `${(100 * Math.min(1, share)).toFixed(1)}%`), td.classList.add("bar");
    return td;
  }
  function fill(): void {
    const shown = all ? sorted() : sorted().slice(0, FIRST_ROWS);
    body.replaceChildren(...shown.map((row) => h("tr", {}, ...columns.map((column) => cell(column, row)))));
    more.hidden = shown.length === rows.length;
    more.textContent = `Show all ${countOf(rows.length, "row")}`;
    heads.forEach((head, i) => {
      if (order?.column === columns[i]) head.setAttribute("aria-sort", order.direction);
      else head.removeAttribute("aria-sort");
    });
  }
  fill();
  return h("figure", { class: "table" }, h("figcaption", {}, caption),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body)), more);
}
