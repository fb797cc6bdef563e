// The report: the signed results, accepted by the trust root; alone, or inside a PDF.

import { accept } from "./accept.js";
import { sha256Hex } from "./digest.js";
import { equal } from "./bytes.js";
import { SECOND, formatInstant } from "./instant.js";
import { REPORT } from "./manifest.js";
import { attachment, readAttachments } from "./pdf.js";
import { CODES, refuse } from "./refusal.js";
import { KINDS } from "./roles.js";
import { TITLES } from "./steps.js";

/** The accepted report in `bytes`: `{statement, signers, digest}`. */
export async function requireReport(bytes, root, judged, trail) {
  const report = await accept(bytes, KINDS.results, root, judged, trail);
  const { statement } = report;
  trail.begin(TITLES.times);
  trail.done(requireTimes(statement, root, judged));
  approve("catalog", statement.digests.catalog, root.catalogs, trail);
  approve("engine", statement.digests.engine, root.engines, trail);
  trail.limits();
  return report;
}

function requireTimes(statement, root, { at, proven }) {
  const concluded = formatInstant(statement.concludedAt);
  const slack = BigInt(root.timeTolerance) * SECOND;
  if (statement.concludedAt > at) {
    refuse(CODES.statement, "the results are dated after the time of verification", {
      place: "statement /predicate/concludedAt",
      value: concluded,
    });
  }
  const told = `as of ${formatInstant(statement.assessedAt)}, concluded at ${concluded}`;
  if (proven === null) return told;
  if (proven > at + slack)
    refuse(CODES.statement, "the proven time is after the time of verification", { value: formatInstant(proven) });
  if (statement.concludedAt > proven + slack) {
    refuse(CODES.statement, "the results claim to be concluded after the time by which they are proven to exist", {
      place: "statement /predicate/concludedAt",
      value: concluded,
      hint: `proven to exist by ${formatInstant(proven)}`,
    });
  }
  return `${told}, proven to exist by ${formatInstant(proven)}`;
}

function approve(what, digest, approved, trail) {
  trail.begin(TITLES[what]);
  if (approved === null) {
    trail.notDone(`the ${what} digest was not compared with an approved list: the trust root names none`);
    return;
  }
  if (!approved.includes(digest))
    refuse(CODES.binding, `the ${what} is not one that the trust root approves`, { value: digest });
  trail.done(`${what} ${digest}`);
}

/** The report attached to the PDF `bytes`, with its bytes; to be called before anything is believed. */
export async function reportOfPdf(bytes, name) {
  const attachments = await readAttachments(bytes, name);
  return {
    envelope: attachment(attachments, REPORT, name),
    results: attachment(attachments, "results.json", name),
    others: [...attachments.keys()].filter((one) => one !== REPORT && one !== "results.json"),
  };
}

/** Hold what a PDF has attached against the report: its envelope and results and, `isBound` in a package, nothing else. */
export async function requireAttached(attached, report, envelope, trail, isBound = false) {
  trail.begin(TITLES.attached);
  if (isBound && attached.others.length > 0) {
    refuse(CODES.binding, "other files are attached to the PDF than its report and results", {
      value: attached.others.join(", "),
    });
  }
  if (!equal(attached.envelope, envelope))
    refuse(CODES.binding, "the report attached to the PDF is not the report beside it", { place: REPORT });
  const digest = await sha256Hex(attached.results);
  if (digest !== report.statement.digests.results) {
    refuse(CODES.binding, "the results attached to the PDF are not those that were signed", {
      place: "results.json",
      value: digest,
    });
  }
  trail.done(`SHA-256 ${digest}`);
}

/** What this page does not look at in a PDF. */
export function tellPdfLimits(trail, isBound) {
  trail.begin(TITLES.pdfProfile);
  trail.notDone(
    "this page does not check the signature inside the PDF" +
      `${isBound ? "; its bytes are those that were signed beside it" : ""}; use: auditor verify`,
  );
  trail.begin(TITLES.pdfText);
  trail.notDone("this page does not read the pages of the PDF; rely on what is shown here, or use: auditor verify");
}
