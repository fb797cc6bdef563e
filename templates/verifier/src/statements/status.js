// The status list: which reports were withdrawn or superseded by the time it was issued.

import { toUtf8 } from "../bytes.js";
import { sha256Hex } from "../digest.js";
import { formatInstant } from "../instant.js";
import { canonical } from "../json.js";
import { KINDS } from "../roles.js";
import { integer, list, object, oneOf, sha512Digest, text } from "../shape.js";
import { readFrame, requireAscending, requireSigners, subjects, utcInstant } from "./common.js";

const MAX_ENTRIES = 100_000;
const entry = object({
  report: sha512Digest,
  status: oneOf("withdrawn", "superseded"),
  at: utcInstant,
  reason: text(2000),
});
const members = { version: integer(1), issuedAt: utcInstant, entries: list(entry, { least: 0, most: MAX_ENTRIES }) };

/** The entries, each over the SHA-512 of a report's envelope file. */
export async function readStatus(payload) {
  const { subject, predicate, place } = readFrame(payload, KINDS.status, subjects(["status", "sha256"]), members);
  const here = place.at("predicate").at("entries");
  requireAscending(predicate.entries, (one) => one.report, here);
  predicate.entries.forEach((one, index) => {
    if (one.at > predicate.issuedAt) here.at(index).at("at").refuse("later than the list itself");
  });
  const written = predicate.entries.map((one) => ({ ...one, at: formatInstant(one.at) }));
  if (subject[0] !== (await sha256Hex(toUtf8(canonical(written)))))
    place.at("subject").refuse("not the digest of the entries");
  requireSigners(predicate.signers, KINDS.status, place);
  return predicate;
}
