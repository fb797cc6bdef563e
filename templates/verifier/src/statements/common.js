// What all statements share: the in-toto Statement v1 frame in canonical form, subjects and declared signers.

import { CODES } from "../refusal.js";
import { DECLARATIONS, predicateType } from "../roles.js";
import {
  Place,
  identifier,
  keyId,
  list,
  object,
  oneOf,
  packageId,
  readDocument,
  requireDistinct,
  sha256Digest,
  sha512Digest,
  text,
  utcInstant,
} from "../shape.js";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const MAX_PAYLOAD_BYTES = 64 * 2 ** 20;
const MAX_SIGNERS = 32;

const signer = object({
  principal: identifier,
  role: text(),
  declares: text(),
  keyids: list(keyId, { least: 2, most: 2 }),
});

export const nullableDigest = (value, place) => (value === null ? null : sha512Digest(value, place));
export { packageId, utcInstant };

const subjectShapes = { sha256: sha256Digest, sha512: sha512Digest };

/** One subject with its name and one digest. */
export const subject = (name, algorithm) =>
  object({ name: name === null ? text() : oneOf(name), digest: object({ [algorithm]: subjectShapes[algorithm] }) });

/** Exactly these subjects, in this order: [[name, algorithm], ...]. */
export const subjects =
  (...expected) =>
  (value, place) => {
    if (!Array.isArray(value) || value.length !== expected.length)
      place.refuse(`must have ${expected.length} subjects`);
    return expected.map(
      ([name, algorithm], index) => subject(name, algorithm)(value[index], place.at(index)).digest[algorithm],
    );
  };

/** The frame of a statement: `{subject, predicate, place}`, the predicate with exactly `members` and `signers`. */
export function readFrame(payload, kind, subjectShape, members) {
  const shape = object({
    _type: oneOf(STATEMENT_TYPE),
    subject: subjectShape,
    predicateType: oneOf(predicateType(kind)),
    predicate: object({ ...members, signers: list(signer, { most: MAX_SIGNERS }) }),
  });
  const { subject: found, predicate } = readDocument(payload, shape, "statement", CODES.statement, MAX_PAYLOAD_BYTES);
  return { subject: found, predicate, place: new Place("statement", CODES.statement) };
}

/** Refuse declared signers unless each has a role that may speak on `topic`, and its sentence, and keys of its own. */
export function requireSigners(signers, topic, place) {
  const here = place.at("predicate").at("signers");
  requireDistinct(signers, (one) => one.principal, here);
  requireDistinct(
    signers.flatMap((one) => one.keyids),
    (one) => one,
    here,
  );
  signers.forEach((one, index) => {
    if (!Object.hasOwn(DECLARATIONS[topic], one.role))
      here.at(index).at("role").refuse("not a role that signs this", one.role);
    if (one.declares !== DECLARATIONS[topic][one.role])
      here.at(index).at("declares").refuse("not the sentence of the role", one.declares);
  });
}

/** Refuse a list that is not in ascending order by code point, each name once. */
export function requireAscending(items, nameOf, place) {
  for (let at = 1; at < items.length; at += 1) {
    if (compareText(nameOf(items[at - 1]), nameOf(items[at])) >= 0)
      place.at(at).refuse("must be in ascending order, each once");
  }
}

/** Text in the order of its code points, which beyond U+FFFF is not the order of its UTF-16 units. */
export function compareText(left, right) {
  const [one, other] = [[...left], [...right]];
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    if (one[at] !== other[at]) return one[at].codePointAt(0) - other[at].codePointAt(0);
  }
  return one.length - other.length;
}
