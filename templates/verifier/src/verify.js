// Verify what somebody dropped: a package, a report or a PDF. The outcome is always a verdict, never an exception.

import { bytesOf, openFolder, openZip } from "./container.js";
import { requireStatus } from "./later.js";
import { isPdf } from "./pdf.js";
import { requirePackage } from "./package.js";
import { CODES, Refusal, refuse } from "./refusal.js";
import { reportOfPdf, requireAttached, requireReport, tellPdfLimits } from "./report.js";
import { readRoot } from "./root.js";
import { TITLES, Trail, count } from "./steps.js";
import { failedVerdict, passedVerdict } from "./verdict.js";

const MAX_REPORT_BYTES = 256 * 2 ** 20;

/**
 * The verdict on `files` ([[path, Blob], ...]: one file, or those of a folder), judged at `at` (BigInt microseconds) by the
 * trust root in `rootBytes` and, where there is one, the status list in `statusBytes`. `kind` is "file" or "folder".
 */
export async function verify(files, rootBytes, at, { statusBytes = null, kind = kindOf(files) } = {}) {
  const trail = new Trail();
  const input = { name: kind === "file" && files.length > 0 ? files[0][0] : "package", kind, files };
  const known = { root: null };
  try {
    if (!rootBytes || rootBytes.length === 0) {
      refuse(CODES.unverifiable, "there is no trust root to verify against", {
        hint: "choose a trust root of your own; a package brings none",
      });
    }
    known.root = await readRoot(rootBytes);
    const { root } = known;
    trail.done(
      `${root.lineage} version ${root.version}, ${count(root.principals.length, "principal")}, SHA-256 ${root.digest}`,
    );
    const found = await requireInput(files, input, root, at, trail);
    await requireStatus(statusBytes, found.report, root, at, trail, !found.seals);
    return await passedVerdict(found, input, root, at, trail.inOrder());
  } catch (error) {
    const refusal = error instanceof Refusal ? error : crashed(error);
    trail.refused(refusal.message);
    return await failedVerdict(refusal, input, known.root, at, trail.steps);
  }
}

/** Whatever goes wrong unforeseen, the answer is never yes. */
function crashed(error) {
  return new Refusal(
    CODES.binding,
    `what was given cannot be read: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
  );
}

/** One name without a folder is a file; whoever chose a folder of one file says so. */
const kindOf = (files) => (files.length === 1 && !files[0][0].includes("/") ? "file" : "folder");

async function requireInput(files, input, root, at, trail) {
  if (input.kind === "file" && files.length === 0)
    refuse(CODES.unverifiable, "nothing was given to verify", { hint: "choose a package, a report or a PDF" });
  if (input.kind === "file" && files.length > 1) refuse(CODES.unverifiable, "one file at a time, or one folder");
  if (input.kind === "folder") return requirePackage(openFolder(input.name, files), root, at, trail);
  const [[name, blob]] = files;
  trail.begin(TITLES.envelope);
  const head = await bytesOf(blob.slice(0, 5));
  if (isZip(head)) return requirePackage(await openZip(name, blob), root, at, trail);
  if (blob.size > MAX_REPORT_BYTES)
    refuse(CODES.envelope, `larger than the ${MAX_REPORT_BYTES} bytes allowed`, { place: name, value: blob.size });
  const bytes = await bytesOf(blob);
  const judged = { at, proven: null };
  if (!isPdf(bytes)) return { report: await requireReport(bytes, root, judged, trail) };
  const attached = await reportOfPdf(bytes, name);
  const report = await requireReport(attached.envelope, root, judged, trail);
  await requireAttached(attached, report, attached.envelope, trail);
  tellPdfLimits(trail, false);
  return { report };
}

const isZip = (head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
