// Builds verify.html: one script, one style, one page, and a policy that lets nothing else run. Run by .ci/build-verifier
// with the folder of the installed packages; the same sources and the locked packages give the same bytes.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [modules, target] = process.argv.slice(2);
const { build } = createRequire(join(modules, "any.js"))("esbuild");
const read = (name) => readFileSync(join(here, name), "utf8");

const built = await build({
  entryPoints: [join(here, "src", "main.js")],
  absWorkingDir: here,
  nodePaths: [modules],
  bundle: true,
  format: "iife",
  globalName: "verifier",
  target: "es2022",
  charset: "utf8",
  // Left readable: whoever is to trust this page may read it.
  minify: false,
  legalComments: "inline",
  write: false,
  logLevel: "warning",
});
// Where the packages were installed says nothing about the page.
const script = `\n${built.outputFiles[0].text.replace(/^(\s*)\/\/ .*node_modules\//gm, "$1// ")}`;
const style = `\n${read("page.css")}`;
if (/<\/(?:script|style)/i.test(script) || /<\/style/i.test(style)) throw new Error("the page would end too early");

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const licence = readFileSync(join(modules, "@noble", "post-quantum", "LICENSE"), "utf8").trim();
const parts = { policy, style, script, licence: escape(licence) };
const page = read("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(target, page);
