// The page: three choices, one verdict. It keeps nothing, loads nothing and sends nothing.

import { formatInstant, parseInstant } from "../instant.js";
import { readRoot } from "../root.js";
import { bytesOf } from "../container.js";
import { verificationStatement } from "../verdict.js";
import { verify } from "../verify.js";
import { filesOfDrop, filesOfInput } from "./choose.js";
import { byId, digest, facts, fill, make } from "./dom.js";
import { showVerdict } from "./show.js";

const chosen = { trust: null, files: null, kind: null, status: null };
let runs = 0;
let roots = 0;
let shown = null;

export function startPage(version) {
  byId("version").textContent = version;
  listen("trust-file", (files) => chooseTrust(files));
  listen("package-file", (files) => chooseFiles(files, "file"));
  listen("package-folder", (files) => chooseFiles(files, "folder"));
  listen("status-file", (files) => chooseStatus(files));
  drop("trust-zone", (files) => chooseTrust(files));
  drop("package-zone", (files, kind) => chooseFiles(files, kind));
  // A file dropped beside the zones would otherwise take the place of this page.
  for (const name of ["dragover", "drop"]) globalThis.addEventListener(name, (event) => event.preventDefault());
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    run(true);
  });
  byId("save").addEventListener("click", () => save(version));
  byId("print").addEventListener("click", () => globalThis.print());
}

function listen(id, take) {
  byId(id).addEventListener("change", (event) => {
    const files = filesOfInput(event.target);
    if (files.length > 0) take(files);
  });
}

function drop(id, take) {
  const zone = byId(id);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    try {
      const { files, kind } = await filesOfDrop(event.dataTransfer);
      if (files.length > 0) await take(files, kind);
    } catch (error) {
      tell(`What was dropped cannot be read here (${wordsOf(error)}). Use the buttons instead.`);
    }
  });
}

async function chooseTrust(files) {
  const [[name, blob]] = files;
  const number = (roots += 1);
  chosen.trust = null;
  forget();
  try {
    const bytes = await bytesOf(blob);
    const root = await readRoot(bytes);
    if (number !== roots) return;
    chosen.trust = bytes;
    showTrust(name, root);
  } catch (error) {
    if (number !== roots) return;
    fill(
      byId("trust-shown"),
      make("p", { class: "error" }, make("strong", {}, "This is not a trust root to rely on: "), wordsOf(error)),
    );
    return;
  }
  await run(false);
}

function showTrust(name, root) {
  fill(
    byId("trust-shown"),
    facts(
      ["File", name],
      ["Lineage", root.lineage],
      ["Version", `${root.version}, issued ${formatInstant(root.issuedAt)}`],
      ["Signed by", root.root.holders.map((holder) => holder.name).join(", ")],
    ),
    make(
      "p",
      { class: "compare" },
      "Fingerprint (SHA-256). Compare it with what the issuer of your trust root told you over another channel:",
    ),
    make("p", { class: "fingerprint", id: "trust-fingerprint" }, digest(root.digest, "big")),
  );
}

async function chooseFiles(files, kind) {
  Object.assign(chosen, { files, kind });
  const size = files.reduce((sum, [, blob]) => sum + blob.size, 0);
  const what = kind === "folder" ? `a folder of ${files.length} files` : files.map(([name]) => name).join(", ");
  fill(byId("package-shown"), make("p", {}, `Chosen: ${what}, ${size.toLocaleString("en")} bytes`));
  await run(false);
}

async function chooseStatus(files) {
  const [[name, blob]] = files;
  chosen.status = null;
  forget();
  try {
    chosen.status = await bytesOf(blob);
  } catch (error) {
    fill(byId("status-shown"), make("p", { class: "error" }, `${name}: ${wordsOf(error)}`));
    return;
  }
  fill(byId("status-shown"), make("p", {}, `Chosen: ${name}`));
  await run(false);
}

const wordsOf = (error) => (error instanceof Error ? error.message : String(error));

/** The instant to judge at: what the reader wrote, or now; null where it is no instant. */
function judgedAt() {
  const field = byId("at");
  const text = field.value.trim();
  const at = text === "" ? now() : parseInstant(text);
  field.setAttribute("aria-invalid", String(at === null));
  byId("at-error").textContent =
    at === null ? "Write an instant with a zone, such as 2026-10-01T00:00:00Z, or leave it empty for now." : "";
  return at;
}

const now = () => BigInt(Date.now()) * 1000n;

async function run(isAsked) {
  forget();
  const at = judgedAt();
  if (at === null) {
    byId("at").focus();
    return;
  }
  if (!isAsked && !(chosen.trust && chosen.files)) return;
  const number = (runs += 1);
  tell("Verifying…");
  byId("result").setAttribute("aria-busy", "true");
  // Let the words be painted before the work begins.
  await new Promise((resolve) => setTimeout(resolve, 0));
  try {
    const verdict = await verify(chosen.files ?? [], chosen.trust, at, {
      statusBytes: chosen.status,
      kind: chosen.kind ?? "file",
    });
    // Another choice since then has a verdict of its own.
    if (number === runs) present(verdict);
  } catch (error) {
    // No verdict that cannot be shown may leave words on the page that look like one.
    forget();
    tell(`There is no verdict: this page failed (${wordsOf(error)}).`);
  }
}

/** Take away the verdict shown, which is about something else than what is chosen now. */
function forget() {
  runs += 1;
  shown = null;
  delete globalThis.verdict;
  fill(byId("result"));
  byId("result").setAttribute("aria-busy", "false");
  byId("verdict-data").textContent = "";
  byId("actions").hidden = true;
  document.title = "Attestation verifier";
  tell("");
}

/** Show a verdict, and keep it where a machine finds it. */
export function present(verdict) {
  const elements = showVerdict(verdict);
  shown = verdict;
  globalThis.verdict = verdict;
  byId("verdict-data").textContent = JSON.stringify(verdict);
  fill(byId("result"), elements);
  byId("result").setAttribute("aria-busy", "false");
  byId("actions").hidden = false;
  tell(`Verdict: ${verdict.class}`, true);
  document.title = `${verdict.class}: attestation verifier`;
  byId("verdict-heading").focus();
}

/** Say it to those who see and those who listen; a verdict is said only, since it is there to be seen. */
function tell(text, isOnlySaid = false) {
  byId("progress").className = isOnlySaid ? "said" : "";
  byId("progress").textContent = text;
}

function save(version) {
  const text = verificationStatement(shown, now(), version);
  const address = URL.createObjectURL(new Blob([text], { type: "application/vnd.in-toto+json" }));
  const link = make("a", { href: address, download: "verification.svr.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
