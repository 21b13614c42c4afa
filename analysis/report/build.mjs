// Bundles src/ into one page with nothing outside it: node build.mjs. README.md beside says when to run it.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** SHA-256 over everything the page is made of; tests/project/report_page.py computes the same. */
function sourcesHash() {
  const files = ["build.mjs", "package-lock.json", "package.json", "tsconfig.json", ...readdirSync(`${here}src`).map((name) => `src/${name}`)];
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(here + file)).update("\n");
  return hash.digest("hex");
}

async function bundled(entry) {
  const result = await build({
    entryPoints: [here + entry], absWorkingDir: here, bundle: true, minify: true, write: false, target: "es2022", format: "iife",
    charset: "utf8", legalComments: "none", loader: { ".html": "text" },
  });
  return result.outputFiles[0].text.trim();
}

function licences() {
  const { version, license } = JSON.parse(readFileSync(`${here}node_modules/uplot/package.json`, "utf8"));
  const text = readFileSync(`${here}node_modules/uplot/LICENSE`, "utf8").trim();
  mkdirSync(`${here}built`, { recursive: true });
  writeFileSync(`${here}built/LICENSES.txt`, `report.html contains uPlot ${version} (${license}):\n\n${text}\n`);
  return `This page: simrec, Apache-2.0. It contains uPlot ${version} (${license}):\n\n${text}`;
}

const parts = {
  SOURCES: sourcesHash(), LICENCES: licences().replaceAll("--", "- -"), STYLE: await bundled("src/page_styles.css"), SCRIPT: await bundled("src/main.ts"),
};
// Functions as replacements: "$&" in a bundle is text. @DATA@ stays for simtrace.
const page = readFileSync(`${here}src/page.html`, "utf8").replace(/@(SOURCES|LICENCES|STYLE|SCRIPT)@/g, (_, name) => parts[name]);
writeFileSync(`${here}built/report.html`, page);
console.log(`built/report.html: ${page.length} characters, sources ${parts.SOURCES.slice(0, 12)}`);
