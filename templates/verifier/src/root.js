// The trust root: the verifier's own signed file. What is not in it is not relied on.

import { equal } from "./bytes.js";
import { keyIn } from "./certificate.js";
import { sha256Hex } from "./digest.js";
import { ROOT_PAYLOAD, readEnvelope } from "./envelope.js";
import { formatInstant } from "./instant.js";
import { ALGORITHMS, ECDSA, ML_DSA, readPublicKey } from "./keys.js";
import { CODES, refuse } from "./refusal.js";
import { KINDS, ROLES, rolesOfKind } from "./roles.js";
import {
  Place,
  base64,
  identifier,
  integer,
  keyId,
  list,
  mapping,
  nullable,
  object,
  objectIdentifier,
  oneOf,
  readDocument,
  requireDistinct,
  sha256Digest,
  sha512Digest,
  text,
  utcInstant,
} from "./shape.js";
import { requireSignature } from "./signature.js";

export const TIMESTAMPS = "rfc3161";
const MAX_ROOT_BYTES = 8 * 2 ** 20;
const MAX_CERTIFICATE_BYTES = 16384;
const ROLES_OF_ORGANISATION = {
  assessor: ["assessor", "technical-reviewer", "sealer"],
  facility: ["responsible-official", "sealer"],
  authority: ["authority", "sealer"],
};

const key = object({
  keyid: keyId,
  algorithm: oneOf(...ALGORITHMS),
  public: base64,
  notBefore: utcInstant,
  notAfter: utcInstant,
});
const authorityName = (value, place) =>
  /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(value)
    ? value
    : place.refuse("must be small letters, digits and hyphens", value);
const certificate = (value, place) => {
  const der = base64(value, place);
  const whole = der.length > 260 && der[0] === 0x30 && der[1] === 0x82 && 4 + der[2] * 256 + der[3] === der.length;
  if (!whole || der.length > MAX_CERTIFICATE_BYTES)
    place.refuse("must be a certificate, its DER in base64 on one line");
  return der;
};
const role = oneOf(...ROLES);
const until = nullable(utcInstant);

const shape = object({
  format: oneOf("trust-root/1"),
  lineage: identifier,
  version: integer(1, 2 ** 31),
  issuedAt: utcInstant,
  root: object({
    threshold: integer(1, 64),
    holders: list(object({ holder: identifier, name: text(), keys: list(key, { least: 2, most: 2 }) }), { most: 64 }),
  }),
  organisations: list(
    object({ organisation: identifier, name: text(), kind: oneOf(...Object.keys(ROLES_OF_ORGANISATION)) }),
  ),
  principals: list(
    object({
      principal: identifier,
      name: text(),
      organisation: identifier,
      roles: list(role),
      keys: list(key, { most: 64 }),
    }),
  ),
  thresholds: mapping(
    oneOfKinds,
    mapping((name, place) => role(name, place.at(name)), integer(1, 32)),
  ),
  separation: list(list(role, { least: 2, most: 2 }), { least: 0 }),
  revoked: list(
    object({
      keyid: keyId,
      reason: oneOf("superseded", "cessation", "key-compromise"),
      revokedAt: utcInstant,
      invalidityDate: utcInstant,
    }),
    { least: 0, most: 4096 },
  ),
  authorities: list(
    object({
      authority: authorityName,
      operator: text(),
      certificate,
      policy: objectIdentifier,
      notBefore: utcInstant,
      notAfter: utcInstant,
    }),
    { least: 0, most: 64 },
  ),
  timeThreshold: integer(0),
  timeTolerance: integer(0, 86400),
  pdf: object({
    anchors: list(certificate, { least: 0, most: 64 }),
    certificates: list(object({ sha256: sha256Digest, principal: identifier }), { least: 0 }),
  }),
  algorithms: object({ [ECDSA]: until, [ML_DSA]: until, [TIMESTAMPS]: until }),
  catalogs: nullable(list(sha256Digest)),
  engines: nullable(list(sha256Digest)),
  verifiers: nullable(list(sha512Digest)),
  status: nullable(object({ leastVersion: integer(1, 2 ** 31), maxAgeDays: integer(1, 36525) })),
});

function oneOfKinds(name, place) {
  return oneOf(...Object.values(KINDS))(name, place.at(name));
}

/** The trust root in `bytes`, whose invariants hold and which a threshold of its own holders signed. */
export async function readRoot(bytes) {
  if (bytes.length > MAX_ROOT_BYTES) refuse(CODES.trust, "the trust root is too large", { value: bytes.length });
  const envelope = readEnvelope(bytes, ROOT_PAYLOAD, "trust root");
  const document = readDocument(envelope.payload, shape, "trust root", CODES.trust, MAX_ROOT_BYTES);
  const place = new Place("trust root", CODES.trust);
  await resolveKeys(document, place);
  requirePeople(document, place);
  requireReliance(document, place);
  await requireHolders(envelope, document);
  return new TrustRoot(document, await sha256Hex(bytes));
}

/** Replace each key's bytes by the key itself, and let no public key be there twice. */
async function resolveKeys(document, place) {
  const owners = new Map();
  const groups = [
    ...document.root.holders.map((one, index) => [one.keys, one.holder, place.at("root").at("holders").at(index)]),
    ...document.principals.map((one, index) => [one.keys, one.principal, place.at("principals").at(index)]),
  ];
  for (const [keys, owner, where] of groups) {
    for (const [index, entry] of keys.entries()) {
      const here = where.at("keys").at(index);
      entry.key =
        (await readPublicKey(entry.public)) ?? here.refuse("not a P-384 or ML-DSA-87 public key in its one encoding");
      if (entry.key.algorithm !== entry.algorithm)
        here.at("algorithm").refuse("not the algorithm of this public key", entry.algorithm);
      if (entry.key.keyid !== entry.keyid) here.at("keyid").refuse("not the key id of this public key", entry.keyid);
      if (entry.notBefore >= entry.notAfter) here.at("notAfter").refuse("must be later than notBefore");
      if (owners.has(entry.keyid))
        here.refuse(`one public key is given twice, first to ${owners.get(entry.keyid)}`, entry.keyid);
      owners.set(entry.keyid, owner);
    }
  }
}

function requirePeople(document, place) {
  const { holders, threshold } = document.root;
  requireDistinct(holders, (one) => one.holder, place.at("root").at("holders"));
  requireDistinct(document.organisations, (one) => one.organisation, place.at("organisations"));
  requireDistinct(document.organisations, (one) => one.name.toLowerCase(), place.at("organisations"));
  requireDistinct(document.principals, (one) => one.principal, place.at("principals"));
  if (threshold > holders.length) place.at("root").at("threshold").refuse("more than there are holders", threshold);
  for (const [index, holder] of holders.entries()) {
    if (holder.keys.some((one, at) => one.algorithm !== ALGORITHMS[at])) {
      place
        .at("root")
        .at("holders")
        .at(index)
        .refuse(`a holder has exactly two keys: ${ALGORITHMS.join(", then ")}`);
    }
  }
  const kinds = new Map(document.organisations.map((one) => [one.organisation, one.kind]));
  document.principals.forEach((one, index) =>
    requirePrincipal(one, kinds, document.separation, place.at("principals").at(index)),
  );
}

function requirePrincipal(principal, kinds, separation, place) {
  const kind = kinds.get(principal.organisation);
  if (!kind) place.at("organisation").refuse("not one of the organisations given here", principal.organisation);
  requireDistinct(principal.roles, (one) => one, place.at("roles"));
  for (const one of principal.roles) {
    if (!ROLES_OF_ORGANISATION[kind].includes(one))
      place.at("roles").refuse(`not a role in an organisation of the kind ${kind}`, one);
  }
  for (const pair of separation) {
    if (pair.every((one) => principal.roles.includes(one)))
      place.at("roles").refuse("two roles that must be separate", pair.join(", "));
  }
  for (const algorithm of ALGORITHMS) {
    if (!principal.keys.some((one) => one.algorithm === algorithm)) place.at("keys").refuse(`no ${algorithm} key`);
  }
}

function requireReliance(document, place) {
  const { separation, thresholds, principals, revoked, authorities, pdf } = document;
  separation.forEach((pair, index) => {
    if (pair[0] === pair[1]) place.at("separation").at(index).refuse("a role cannot be separate from itself", pair[0]);
  });
  requireDistinct(separation, (pair) => [...pair].sort().join(), place.at("separation"));
  if (!thresholds.has(KINDS.results)) place.at("thresholds").refuse(`member '${KINDS.results}' is missing`);
  for (const [kind, needs] of thresholds) {
    const here = place.at("thresholds").at(kind);
    if (needs.size === 0) here.refuse("no threshold is set");
    for (const [one, needed] of needs) {
      if (!rolesOfKind(kind).includes(one)) here.refuse("unknown member", one);
      const able = principals.filter((principal) => principal.roles.includes(one)).length;
      if (needed > able) here.at(one).refuse(`can never be met: ${able} principals have the role`, needed);
    }
  }
  requireRevoked(revoked, document.root.holders, document.issuedAt, place);
  requireDistinct(authorities, (one) => one.authority, place.at("authorities"));
  requireDistinct(authorities, (one) => one.certificate.join(), place.at("authorities"));
  for (const [index, one] of authorities.entries()) {
    if (one.notBefore >= one.notAfter)
      place.at("authorities").at(index).refuse("notAfter must be later than notBefore");
    requireWitness(one, authorities.slice(0, index), place.at("authorities").at(index));
  }
  const operators = new Set(authorities.map((one) => one.operator)).size;
  if (document.timeThreshold > operators)
    place.at("timeThreshold").refuse(`more than the ${operators} operators`, document.timeThreshold);
  requireDistinct(pdf.anchors, (one) => one.join(), place.at("pdf").at("anchors"));
  requireDistinct(pdf.certificates, (one) => one.sha256, place.at("pdf").at("certificates"));
  for (const one of pdf.certificates) {
    if (!principals.some(({ principal }) => principal === one.principal))
      place.at("pdf").refuse("not a principal given here", one.principal);
  }
  for (const name of ["catalogs", "engines", "verifiers"]) {
    if (document[name]) requireDistinct(document[name], (one) => one, place.at(name));
  }
}

/** Refuse one operator who would count as two: by a name that prints alike, or by one key under two names. */
function requireWitness({ operator, certificate }, before, place) {
  for (const other of before.filter((one) => one.operator !== operator)) {
    if (folded(other.operator) === folded(operator)) place.at("operator").refuse("another operator has this name", operator);
    if (equal(keyIn(other.certificate), keyIn(certificate)))
      place.at("certificate").refuse("another operator's authority has this key", other.authority);
  }
}

const folded = (text) => text.toUpperCase().toLowerCase();

function requireRevoked(revoked, holders, issuedAt, place) {
  requireDistinct(revoked, (one) => one.keyid, place.at("revoked"));
  for (const [index, one] of revoked.entries()) {
    const here = place.at("revoked").at(index).at("invalidityDate");
    if (one.invalidityDate > one.revokedAt) here.refuse("must not be later than revokedAt");
    if (one.reason !== "key-compromise" && one.invalidityDate !== one.revokedAt)
      here.refuse("must be revokedAt itself for this reason");
  }
  for (const { holder, keys } of holders) {
    for (const { keyid, notBefore, notAfter } of keys) {
      if (revoked.some((one) => one.keyid === keyid))
        place.at("revoked").refuse("a root holder's key is revoked", holder);
      if (issuedAt < notBefore || issuedAt >= notAfter)
        place.at("issuedAt").refuse("outside the window of a holder's key", holder);
    }
  }
}

/** A holder counts with both signatures; one of the two, or one that does not verify, refuses the whole. */
async function requireHolders(envelope, document) {
  const signatures = new Map(envelope.signatures.map(({ keyid, sig }) => [keyid, sig]));
  let counted = 0;
  for (const { holder, keys } of document.root.holders) {
    const present = keys.filter(({ keyid }) => signatures.has(keyid));
    if (present.length === 0) continue;
    if (present.length < keys.length) {
      refuse(CODES.signature, `signed with one key of two: only ${present[0].algorithm}`, {
        place: `trust root, holder ${holder}`,
      });
    }
    for (const one of present) await requireSignature(one.key, envelope.message, signatures.get(one.keyid));
    counted += 1;
  }
  if (counted < document.root.threshold) {
    refuse(CODES.trust, `signed by ${counted} root holders, and ${document.root.threshold} are needed`, {
      place: "trust root",
    });
  }
}

/** A trust root that was read; `digest` is the SHA-256 of its file, to be compared over another channel. */
export class TrustRoot {
  constructor(document, digest) {
    Object.assign(this, document, { digest });
    this.index = new Map(
      document.principals.flatMap((principal) => principal.keys.map((one) => [one.keyid, { principal, ...one }])),
    );
    Object.freeze(this);
  }

  /** `{principal, key, notBefore, notAfter}` of a key id, or undefined; a root holder's key signs no statement. */
  find(keyid) {
    return this.index.get(keyid);
  }

  requireValid(entry, when) {
    const place = entry.keyid;
    if (when < entry.notBefore) refuse(CODES.trust, "the key is not yet valid at the time it is judged at", { place });
    if (when >= entry.notAfter) refuse(CODES.trust, "the key has expired at the time it is judged at", { place });
    const revocation = this.revoked.find(({ keyid }) => keyid === entry.keyid);
    if (!revocation) return;
    const effective = revocation.reason === "key-compromise" ? revocation.invalidityDate : revocation.revokedAt;
    if (when >= effective) refuse(CODES.trust, "the key is revoked", { place, value: revocation.reason });
  }

  requireAlgorithm(algorithm, at) {
    const end = this.algorithms[algorithm];
    // The signature may be as genuine as ever; that it cannot be told from a forgery any more is no forgery.
    if (end !== null && at >= end) {
      refuse(CODES.unverifiable, `the trust root relies on ${algorithm} until ${formatInstant(end)} only`, {
        hint: "a renewal made before that day is needed, or judge at an earlier instant",
      });
    }
  }

  organisation(identifier) {
    return this.organisations.find((one) => one.organisation === identifier);
  }
}
