// A package: its files, its seals and their times, the report, the document, the evidence, and later acts.
// What is proven first is what the rest is judged by: the time of the seal comes before the keys of the report.

import { accept } from "./accept.js";
import { sha512Hex } from "./digest.js";
import { requireEvidence } from "./evidence.js";
import { requireActs } from "./later.js";
import { ATTESTATION, MANIFEST, PDF, REPORT, requireManifest } from "./manifest.js";
import { CODES, refuse } from "./refusal.js";
import { reportOfPdf, requireAttached, requireReport, tellPdfLimits } from "./report.js";
import { KINDS } from "./roles.js";
import { requireOrder, requireSeals } from "./seals.js";
import { TITLES, count } from "./steps.js";

/** `{report, seals, disclosed, manifest}`; every refusal is thrown. */
export async function requirePackage(container, root, at, trail) {
  trail.begin(TITLES.package);
  const manifest = await requireManifest(container);
  trail.done(`${count(manifest.files.size, "file")}, manifest SHA-512 ${await sha512Hex(manifest.bytes)}`);
  const seals = await requireSeals(container, manifest, root, at, trail);
  const judged = { at, proven: seals.proven };
  const envelope = await container.read(REPORT);
  const report = await requireReport(envelope, root, judged, trail);
  trail.begin(TITLES.evidenceFirst);
  if (manifest.package !== report.statement.package)
    refuse(CODES.binding, "the manifest is of another package", { place: MANIFEST, value: manifest.package });
  requireOrder(seals, report.statement, root, trail);
  const attestation = await requireAttestation(container, manifest, report, root, judged, trail);
  const disclosed = await requireEvidence(container, report.statement, trail);
  await requireAttached(await reportOfPdf(await container.read(PDF), PDF), report, envelope, trail, true);
  trail.begin(TITLES.pdfProfile);
  requireCertificates(attestation, root);
  tellPdfLimits(trail, true);
  await requireActs(container, report, root, at, trail);
  return { report, seals, disclosed, manifest, attestation };
}

async function requireAttestation(container, manifest, report, root, judged, trail) {
  trail.begin(TITLES.attestation);
  const accepted = await accept(await container.read(ATTESTATION), KINDS.attestation, root, judged);
  const { statement } = accepted;
  const pdf = await container.read(PDF);
  if (statement.revision0Size > pdf.length)
    refuse(CODES.binding, "revision 0 is said to be longer than the PDF", { place: ATTESTATION });
  const revision0 = await sha512Hex(pdf.subarray(0, statement.revision0Size));
  for (const [what, signed, found] of [
    ["package", statement.package, report.statement.package],
    ["report", statement.report, manifest.files.get(REPORT).sha512],
    ["attestation.pdf", statement.pdf, manifest.files.get(PDF).sha512],
    ["revision 0 of attestation.pdf", statement.revision0, revision0],
  ]) {
    if (signed !== found)
      refuse(CODES.binding, `the attestation statement is about another ${what}`, { place: ATTESTATION, value: found });
  }
  requireSameHands(accepted, report);
  trail.done(
    `SHA-512 ${statement.pdf}, signed by ${accepted.signers.map((one) => `${one.name} as ${one.role}`).join(", ")}`,
  );
  return accepted;
}

/** A document is another's word for a report, unless it comes from those who made it. */
function requireSameHands({ signers }, report) {
  const own = new Set(report.signers.map(({ organisationId }) => organisationId));
  const stranger = signers.find(({ organisationId }) => !own.has(organisationId));
  if (stranger)
    refuse(CODES.trust, "the document is signed for an organisation that did not sign the report", {
      place: ATTESTATION,
      value: stranger.principal,
    });
}

/** Each certificate that may have signed inside the PDF belongs to somebody who answers for the document. */
function requireCertificates({ statement, signers }, root) {
  const people = new Set(signers.map(({ principal }) => principal));
  for (const digest of statement.certificates) {
    const owner = root.pdf.certificates.find(({ sha256 }) => sha256 === digest)?.principal;
    if (!people.has(owner)) {
      refuse(CODES.trust, "the trust root does not list this certificate for anybody who answers for the document", {
        value: digest,
      });
    }
  }
}
