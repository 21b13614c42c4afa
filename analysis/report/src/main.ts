// Builds the page from what simtrace put into it: readPage(), then one function per section.
import { readPage, type Page } from "./data";
import { detailsSection } from "./details";
import { h } from "./dom";
import { headline } from "./headline";
import { pathSection } from "./critical_path";
import { platformSection } from "./platform";
import { provenanceSection } from "./provenance";
import { sweepSection } from "./sweep";
import { printOnPaper } from "./theme";
import { timelineSection, type Timeline } from "./timeline";
import { utilisationSection } from "./utilisation";

declare global {
  interface Window { report?: { page: Page; timeline: Timeline | null } }
}

function navigation(sections: HTMLElement[]): HTMLElement {
  return h("nav", { "aria-label": "Sections" }, h("a", { href: "#summary" }, "Summary"),
    ...sections.map((element) => h("a", { href: `#${element.id}` }, element.querySelector("h2")?.textContent ?? element.id)));
}

async function build(): Promise<void> {
  const page = await readPage(), { head } = page;
  document.title = `${head.trace.name} on ${head.platform.name}: simreplay prediction`;
  const { element, timeline } = timelineSection(page);
  const sections = [element, pathSection(page), sweepSection(head), platformSection(head), utilisationSection(head), detailsSection(page),
    provenanceSection(head)];
  document.getElementById("page")!.replaceChildren(navigation(sections), headline(head), ...sections);
  printOnPaper();
  window.report = { page, timeline };
  document.documentElement.dataset.state = "ready";
}

build().catch((error: unknown) => {
  document.documentElement.dataset.state = "failed";
  document.getElementById("page")!.replaceChildren(h("p", { class: "warning" },
    `This page could not be built: ${error instanceof Error ? error.message : String(error)}. It needs a browser of 2023 or newer; if it is, the file may have been cut.`));
  throw error;
});
