// Builds what the server serves and no person writes: the editor's bundle, its licences, and the borders of the maps.
// `node build.mjs` writes them; `node build.mjs --check` says whether those in the repository are what it would write.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { cutBorders } from "./shapes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const web = dirname(here);

function packageOf(input) {
  const [, name] = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
  return name && { name, folder: input.slice(0, input.lastIndexOf(`node_modules/${name}/`)) + `node_modules/${name}` };
}

function licenceOf({ name, folder }) {
  const about = JSON.parse(readFileSync(join(folder, "package.json")));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].map((each) => join(folder, each)).find(existsSync);
  const text = file ? readFileSync(file, "utf8").trim() : `${about.license} (the package has no text of it)`;
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}

const result = await build({
  entryPoints: [join(here, "editor.js")],
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
});
const packages = new Map();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = packageOf(join(here, input));
  if (found) packages.set(found.name, found);
}
const atlas = fileURLToPath(import.meta.resolve("world-atlas/package.json"));
packages.set("world-atlas", { name: "world-atlas", folder: dirname(atlas) });
const licences = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(licenceOf);
const borders = cutBorders();
const files = [
  ["static/editor.js", Buffer.from(result.outputFiles[0].contents), (content) => content],
  ["static/licences.txt", Buffer.from(
    "What editor.js and the borders of the maps are made of. The borders are Natural Earth's, public domain.\n\n" +
    licences.join(`\n${"-".repeat(100)}\n\n`)), (content) => content],
  ["shapes/borders.json.gz", gzipSync(borders, { level: 9 }), gunzipSync],
];
let stale = 0;
for (const [name, content, unpack] of files) {
  const path = join(web, name);
  const same = existsSync(path) && Buffer.compare(unpack(readFileSync(path)), unpack(content)) === 0;
  if (same) continue;
  stale += 1;
  if (process.argv.includes("--check")) console.error(`${name} is not what its sources make: run 'make assets'`);
  else {
    writeFileSync(path, content);
    console.log(`${name}: ${content.length} bytes`);
  }
}
process.exitCode = stale && process.argv.includes("--check") ? 1 : 0;
