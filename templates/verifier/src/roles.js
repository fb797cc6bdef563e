// Roles, kinds of statements, and the sentence a signature in a role stands for.

export const ROLES = Object.freeze(["assessor", "technical-reviewer", "responsible-official", "sealer", "authority"]);
export const ACTS = Object.freeze(["countersign", "acknowledge", "object", "withdraw", "supersede"]);

export const KINDS = Object.freeze({
  results: "assessment-results",
  attestation: "attestation",
  seal: "seal",
  act: "act",
  status: "status",
});

const BASE = "https://dc-attest.example/";

export const predicateType = (kind) => `${BASE}${kind}/v${kind === KINDS.results ? 2 : 1}`;

/** Topic (a kind, for an act `act/` and which), then role, then the sentence in the signed bytes. */
export const DECLARATIONS = Object.freeze({
  "assessment-results": {
    assessor: "I made these determinations from this evidence.",
    "technical-reviewer": "I recomputed these results from this evidence and got the same bytes.",
    "responsible-official":
      "The evidence of my facility is complete and accurate to my knowledge; I do not hereby agree with the results.",
  },
  attestation: {
    assessor: "This document says what the signed report says, and nothing else.",
    "technical-reviewer": "I compared this document with the signed report and found that it says the same.",
  },
  seal: {
    sealer: "These files had these digests when they were sealed; the seal does not say that they are true.",
  },
  "act/countersign": {
    assessor: "I examined this signed report and concur with its determinations.",
    "technical-reviewer": "I recomputed the results of this signed report from its evidence and got the same bytes.",
    "responsible-official":
      "I have read this signed report; the evidence of my facility is complete and accurate to my knowledge, " +
      "and I do not hereby agree with the results.",
    sealer: "I hold this signed report; I do not say that it is true.",
    authority: "I examined this signed report; this signature grants no authorization.",
  },
  "act/acknowledge": { authority: "I received this signed report; receiving it is not accepting it." },
  "act/object": {
    "responsible-official": "I object to this report for my facility, for the reason given.",
    authority: "I object to this report, for the reason given.",
  },
  "act/withdraw": {
    assessor: "I withdraw this report, for the reason given; it is not to be relied on from the time given.",
  },
  "act/supersede": { assessor: "The successor named replaces this report from the time given, for the reason given." },
  status: {
    assessor:
      "Of the reports issued by my organisation, those listed, and no others, were withdrawn or superseded by the " +
      "time of issue.",
    authority:
      "Of the reports known to me, those listed, and no others, were withdrawn or superseded by the time of issue.",
  },
});

/** The roles that may sign a statement of this kind at all. */
export const rolesOfKind = (kind) =>
  ROLES.filter((role) =>
    Object.entries(DECLARATIONS).some(([topic, sentences]) => topic.split("/")[0] === kind && role in sentences),
  );
