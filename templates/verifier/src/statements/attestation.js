// The attestation statement: which PDF, before and after its own signature, says what which report says.

import { KINDS } from "../roles.js";
import { integer, list, object, sha256Digest, text } from "../shape.js";
import { packageId, readFrame, requireAscending, requireSigners, subjects } from "./common.js";

const members = {
  package: packageId,
  revision0Size: integer(1, 2 ** 40),
  text: sha256Digest,
  renderer: object({ name: text(), version: text() }),
  certificates: list(sha256Digest, { most: 8 }),
};

/** `{report, revision0, pdf}` are SHA-512 of the report's envelope, of the PDF before signing, and of the PDF. */
export function readAttestation(payload) {
  const shape = subjects(["report", "sha512"], ["revision-0", "sha512"], ["attestation.pdf", "sha512"]);
  const { subject, predicate, place } = readFrame(payload, KINDS.attestation, shape, members);
  requireAscending(predicate.certificates, (one) => one, place.at("predicate").at("certificates"));
  requireSigners(predicate.signers, KINDS.attestation, place);
  const [report, revision0, pdf] = subject;
  return { ...predicate, report, revision0, pdf };
}
