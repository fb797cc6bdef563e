// The results statement: what was concluded about which evidence, with which catalog, profile and engine.

import { toUtf8 } from "../bytes.js";
import { sha256Hex } from "../digest.js";
import { formatInstant } from "../instant.js";
import { canonical } from "../json.js";
import { KINDS } from "../roles.js";
import { anyObject, instant, integer, list, nullable, object, sha256Digest, sha512Digest, text } from "../shape.js";
import {
  nullableDigest,
  packageId,
  readFrame,
  requireAscending,
  requireSigners,
  subjects,
  utcInstant,
} from "./common.js";
import { requireConclusion } from "./conclusion.js";

const SUBJECTS = ["bundle", "catalog", "profile", "engine", "results"];
const MAX_RECORD_TREES = 100_000;
/** The most timestamps that one seal has. */
export const MAX_RESPONSES = 16;

const members = {
  package: packageId,
  concludedAt: utcInstant,
  evidenceSeal: nullable(
    object({ envelope: sha512Digest, responses: list(sha512Digest, { least: 0, most: MAX_RESPONSES }) }),
  ),
  records: list(object({ item: text(), size: integer(0), root: sha256Digest }), { least: 0, most: MAX_RECORD_TREES }),
  engine: object({ version: text(), digest: sha256Digest }),
  results: anyObject,
  supersedes: nullableDigest,
};

/** The results statement in `payload`, whose five subjects and package id follow from what it says. */
export async function readResults(payload) {
  const frame = readFrame(payload, KINDS.results, subjects(...SUBJECTS.map((name) => [name, "sha256"])), members);
  const { predicate, place } = frame;
  const here = place.at("predicate").at("results");
  const { results } = predicate;
  const digests = {
    bundle: sha256Digest(part(results, "bundle", here).root, here.at("bundle").at("root")),
    catalog: sha256Digest(part(results, "catalog", here).digest, here.at("catalog").at("digest")),
    profile: sha256Digest(part(results, "profile", here).digest, here.at("profile").at("digest")),
    engine: predicate.engine.digest,
    results: await sha256Hex(toUtf8(canonical(results))),
  };
  SUBJECTS.forEach((name, index) => {
    if (frame.subject[index] !== digests[name])
      place.at("subject").at(index).refuse(`subject '${name}' is not what the results are about`, frame.subject[index]);
  });
  if (part(results, "engine", here).version !== predicate.engine.version)
    place.at("predicate").at("engine").refuse("not the version that the results name");
  const assessedAt = instant(results.asOf ?? null, here.at("asOf"));
  if (predicate.concludedAt < assessedAt)
    place.at("predicate").at("concludedAt").refuse("concluded before the instant of the assessment (asOf)");
  const expected = await packageIdOf(digests, results.asOf, predicate.concludedAt);
  if (predicate.package !== expected)
    place.at("predicate").at("package").refuse(`must be ${expected}`, predicate.package);
  requireConclusion(results, here);
  requireAscending(predicate.records, (one) => one.item, place.at("predicate").at("records"));
  requireAscending(predicate.evidenceSeal?.responses ?? [], (one) => one, place.at("predicate").at("evidenceSeal"));
  requireSigners(predicate.signers, KINDS.results, place);
  return { ...predicate, digests, assessedAt };
}

function part(results, name, place) {
  return anyObject(results[name] ?? null, place.at(name));
}

async function packageIdOf({ bundle, catalog, profile }, asOf, concludedAt) {
  const named = { bundle, catalog, profile, asOf, concludedAt: formatInstant(concludedAt) };
  return `urn:dc-attest:package:${(await sha256Hex(toUtf8(canonical(named)))).slice(0, 32)}`;
}
