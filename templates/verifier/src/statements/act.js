// The act statement: what somebody did about a signed report afterwards.

import { ACTS, KINDS } from "../roles.js";
import { oneOf, text } from "../shape.js";
import { nullableDigest, readFrame, requireSigners, subjects, utcInstant } from "./common.js";

const members = { act: oneOf(...ACTS), at: utcInstant, reason: text(2000), successor: nullableDigest };

/** `report` and `successor` are SHA-512 of envelope files; `at` is what the signers claim. */
export function readAct(payload) {
  const { subject, predicate, place } = readFrame(payload, KINDS.act, subjects(["report", "sha512"]), members);
  const here = place.at("predicate").at("successor");
  if ((predicate.act === "supersede") !== (predicate.successor !== null))
    here.refuse("is named where the act is supersede, and only there");
  if (predicate.successor === subject[0]) here.refuse("a report cannot replace itself");
  requireSigners(predicate.signers, `${KINDS.act}/${predicate.act}`, place);
  return { ...predicate, report: subject[0] };
}
