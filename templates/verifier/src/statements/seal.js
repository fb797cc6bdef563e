// The seal statement: these files had these digests; stage evidence, package or late.

import { KINDS } from "../roles.js";
import { list, nullable, oneOf } from "../shape.js";
import { packageId, readFrame, requireAscending, requireSigners, subject, subjects, utcInstant } from "./common.js";

const MAX_SUBJECTS = 4096;
const members = { stage: oneOf("evidence", "package", "late"), package: nullable(packageId), sealedAt: utcInstant };
const SHAPES = {
  evidence: subjects(["bundle", "sha256"]),
  package: subjects(["manifest.json", "sha512"]),
  late: list(subject(null, "sha512"), { most: MAX_SUBJECTS }),
};

/** `subjects` is a Map of names to digests: SHA-256 of the evidence root for stage evidence, else SHA-512 of files. */
export function readSeal(payload) {
  const { subject: raw, predicate, place } = readFrame(payload, KINDS.seal, (value) => value, members);
  const found = SHAPES[predicate.stage](raw, place.at("subject"));
  if ((predicate.stage === "evidence") !== (predicate.package === null)) {
    place.at("predicate").at("package").refuse("must be null where evidence is sealed, and only there");
  }
  requireSigners(predicate.signers, KINDS.seal, place);
  if (predicate.stage === "evidence") return { ...predicate, subjects: new Map([["bundle", found[0]]]) };
  if (predicate.stage === "package") return { ...predicate, subjects: new Map([["manifest.json", found[0]]]) };
  requireAscending(found, (one) => one.name, place.at("subject"));
  const digests = new Map(found.map((one) => [one.name, one.digest.sha512]));
  if (!digests.has("seals/package.dsse.json"))
    place.at("subject").refuse("the late seal must cover seals/package.dsse.json");
  return { ...predicate, subjects: digests };
}
