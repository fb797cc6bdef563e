// For tests: the script of verify.html, run by node on files. It is the very code that a browser runs, without the page.
// node cli.mjs --trust trust.json [--at INSTANT] [--status status.dsse.json] PACKAGE|REPORT|PDF   prints the verdict

import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the page's script exports. */
export function loadVerifier(page = join(dirname(fileURLToPath(import.meta.url)), "verify.html")) {
  const script = /<script>([^]*)<\/script>/.exec(readFileSync(page, "utf8"))[1];
  return new Function(`${script}\nreturn verifier;`)();
}

/** [[path, Blob], ...] of a file or folder. */
export function filesAt(place) {
  if (!statSync(place).isDirectory()) return [[basename(place), new Blob([readFileSync(place)])]];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => [path.slice(place.replace(/\/+$/, "").length + 1), new Blob([readFileSync(path)])]);
}

async function main(words) {
  const options = {};
  const places = [];
  while (words.length > 0) {
    const word = words.shift();
    if (word.startsWith("--")) options[word.slice(2)] = words.shift();
    else places.push(word);
  }
  const verifier = loadVerifier();
  const at = options.at ? verifier.parts.parseInstant(options.at) : BigInt(Date.now()) * 1000n;
  const trust = options.trust ? readFileSync(options.trust) : null;
  const status = options.status ? readFileSync(options.status) : null;
  const verdict = await verifier.verifyFiles(filesAt(places[0]), trust, at, {
    status,
    kind: statSync(places[0]).isDirectory() ? "folder" : "file",
  });
  process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
