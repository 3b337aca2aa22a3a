// Makes every third-party file the browser gets, from the npm packages pinned in package.json.
// `make maintain WHAT=vendor` runs it; the result is committed, so neither Node nor a CDN is needed at run time.
// Icons become one sprite (static/img/icons.svg), our drawings another, the font five small woff2 files and two for the
// reports, htmx is copied unchanged; emoji with their words become one JSON file.
// static/vendor/VENDOR.json records version, licence and sha256 of each; a test compares them with the files.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { emoji } from "./emoji.mjs";
import { DRAWN, LUCIDE, NETWORKS } from "./icons.mjs";

const FONTTOOLS = "fonttools[woff]==4.68.0";
const FONT = "@fontsource-variable/source-sans-3";

// Alphabets of the languages municipalities write in: Serbian, Bosnian, Montenegrin, Croatian, Hungarian, Albanian,
// Romanian, Slovak, Bulgarian, Macedonian, Rusyn and Ukrainian; German and French for names. Anything else falls back.
const ALPHABETS = {
  latin:
    "U+0020-007E,U+00A0,U+00A3,U+00A7,U+00A9,U+00AB,U+00AD,U+00AE,U+00B0-00B3,U+00B7,U+00BB,U+00BD,U+00C0-00C2,U+00C4," +
    "U+00C7-00CB,U+00CD,U+00CE,U+00D3,U+00D4,U+00D6,U+00D7,U+00DA,U+00DC,U+00DD,U+00DF-00E2,U+00E4,U+00E7-00EB,U+00ED," +
    "U+00EE,U+00F3,U+00F4,U+00F6,U+00F7,U+00FA,U+00FC,U+00FD,U+2010-2015,U+2018-201E,U+2020,U+2022,U+2026,U+2030,U+2032," +
    "U+2033,U+2039,U+203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264,U+2265",
  "latin-ext":
    "U+0102-0107,U+010C-0111,U+0118-011B,U+0139,U+013A,U+013D,U+013E,U+0141-0144,U+0147,U+0148,U+0150,U+0151,U+0154,U+0155," +
    "U+0158-015B,U+0160,U+0161,U+0164,U+0165,U+016E-0171,U+0179-017E,U+0218-021B",
  cyrillic: "U+0400-045F,U+0490,U+0491,U+2116",
};

// What a page in Serbian or English needs of two of them comes first; a browser asks for the rest where a page has it.
const FIRST = {
  latin:
    "U+0020-007E,U+00A0,U+00AB,U+00B0,U+00B7,U+00BB,U+00D7,U+2013-2014,U+2018-201E,U+2022,U+2026,U+2030,U+2039-203A," +
    "U+20AC,U+2190-2193,U+2212",
  cyrillic: "U+0402,U+0408-040B,U+040F-0418,U+041A-0428,U+0430-0438,U+043A-0448,U+0452,U+0458-045B,U+045F,U+2116",
};

const packageFile = (name, file) => join("node_modules", name, file);
const manifest = (name) => JSON.parse(readFileSync(packageFile(name, "package.json"), "utf8"));
const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

function inner(svg) {
  return svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/<title>.*?<\/title>/, "").replace(/\s*\n\s*/g, "");
}

function sprite() {
  // No stroke-width here: it is inherited from the page's .icon rule.
  const stroke = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  const symbols = [
    ...LUCIDE.map((name) => `<symbol id="${name}" viewBox="0 0 24 24" ${stroke}>${inner(readFileSync(packageFile("lucide-static", `icons/${name}.svg`), "utf8"))}</symbol>`),
    ...NETWORKS.map((name) => `<symbol id="${name}" viewBox="0 0 24 24" fill="currentColor" stroke="none">${inner(readFileSync(packageFile("simple-icons", `icons/${name}.svg`), "utf8"))}</symbol>`),
    ...drawn((name) => !name.startsWith("drawing-")),
  ];
  // Drawings stand on pages that are empty; the others need not fetch them.
  write("static/img/drawings.svg", drawn((name) => name.startsWith("drawing-")));
  return write("static/img/icons.svg", symbols);
}

function drawn(wanted) {
  return Object.entries(DRAWN).filter(([name]) => wanted(name)).map(([name, { box, body }]) => `<symbol id="${name}" viewBox="${box}">${body}</symbol>`);
}

function write(path, symbols) {
  writeFileSync(path, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
  return path;
}

const listed = (ranges) =>
  ranges.split(",").flatMap((range) => {
    const [from, to] = range.slice(2).split("-").map((code) => parseInt(code, 16));
    return Array.from({ length: (to ?? from) - from + 1 }, (_, place) => from + place);
  });

/** The ranges without those of others. */
function without(ranges, others) {
  const left = new Set(listed(others));
  return listed(ranges).filter((code) => !left.has(code)).map((code) => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`).join(",");
}

function subsets(script, characters, folder) {
  const first = FIRST[script];
  if (!first) return [subset(script, script, characters, folder)];
  return [subset(script, script, first, folder), subset(script, `${script}-rest`, without(characters, first), folder)];
}

function subset(script, name, characters, folder) {
  const narrow = join(folder, `${script}.ttf`);
  const path = `static/fonts/source-sans-3-${name}.woff2`;
  const run = (...command) => execFileSync("uvx", ["-q", "--from", FONTTOOLS, ...command], { stdio: "inherit" });
  run("fonttools", "varLib.instancer", "-q", packageFile(FONT, `files/source-sans-3-${script}-wght-normal.woff2`), "wght=400:700", "-o", narrow);
  // `locl` carries the Serbian letterforms; without it б would look Russian.
  run("pyftsubset", narrow, `--unicodes=${characters}`, "--flavor=woff2", "--layout-features=kern,locl,ccmp", "--layout-scripts=*", "--no-hinting", `--output-file=${path}`);
  return path;
}

// The same for the reports: Typst reads no woff2 and wants one file a weight.
function reportFonts() {
  const run = ["-q", "--from", FONTTOOLS, "python", "tools/vendor/report_fonts.py", join("node_modules", FONT), "reports/files/fonts"];
  execFileSync("uvx", run, { input: JSON.stringify(ALPHABETS), stdio: ["pipe", "inherit", "inherit"] });
  return ["Regular", "SemiBold"].map((style) => `reports/files/fonts/SourceSans3-${style}.ttf`);
}

function record(name, files, extra = {}) {
  const { version, license } = manifest(name);
  return { package: name, version, licence: license, ...extra, files: files.map((path) => ({ path, sha256: sha256(path) })) };
}

mkdirSync("static/vendor", { recursive: true });
mkdirSync("static/fonts", { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "dobosar-fonts-"));
const fonts = Object.entries(ALPHABETS).flatMap(([script, characters]) => subsets(script, characters, folder));
rmSync(folder, { recursive: true });
copyFileSync(packageFile("htmx.org", "dist/htmx.min.js"), "static/vendor/htmx.min.js");
copyFileSync(packageFile(FONT, "LICENSE"), "static/fonts/LICENSE.txt");
const printed = reportFonts();
const icons = sprite();
const pictographs = emoji();
const vendor = [
  record("htmx.org", ["static/vendor/htmx.min.js"]),
  record(FONT, [...fonts, ...printed], { note: "Subset, weights 400 to 700; licence text beside the files." }),
  record("lucide-static", [icons], { names: LUCIDE }),
  record("simple-icons", [icons], { names: NETWORKS }),
  record("unicode-emoji-json", pictographs, { note: "Order and groups." }),
  record("cldr-annotations-full", pictographs, { note: "Names and words." }),
  record("cldr-annotations-derived-full", pictographs, { note: "Names of flags and of joined emoji." }),
];
writeFileSync("static/vendor/VENDOR.json", JSON.stringify(vendor, null, 2) + "\n");
