// The one gate that every statement goes through: signatures, key times, shape, signers, thresholds, algorithms.

import { sha512Hex } from "./digest.js";
import { STATEMENT_PAYLOAD, readEnvelope } from "./envelope.js";
import { formatInstant } from "./instant.js";
import { ALGORITHMS } from "./keys.js";
import { CODES, refuse } from "./refusal.js";
import { KINDS } from "./roles.js";
import { requireSignature } from "./signature.js";
import { readAct } from "./statements/act.js";
import { readAttestation } from "./statements/attestation.js";
import { readResults } from "./statements/results.js";
import { readSeal } from "./statements/seal.js";
import { readStatus } from "./statements/status.js";
import { TITLES, Trail, count } from "./steps.js";

const READERS = {
  [KINDS.results]: readResults,
  [KINDS.attestation]: readAttestation,
  [KINDS.seal]: readSeal,
  [KINDS.act]: readAct,
  [KINDS.status]: readStatus,
};

/**
 * The statement of `kind` in the envelope file `bytes`, accepted by `root`: `{statement, signers, digest}`.
 * `judged` is `{at, proven}`: keys and revocations count at `proven` where a time is proven, algorithms always at `at`.
 */
export async function accept(bytes, kind, root, judged, trail = new Trail()) {
  trail.begin(TITLES.envelope);
  const envelope = readEnvelope(bytes, STATEMENT_PAYLOAD);
  const digest = await sha512Hex(bytes);
  trail.done(`${count(envelope.signatures.length, "signature")}, SHA-512 ${digest}`);

  trail.begin(TITLES.signatures);
  const trusted = await verifyTrusted(envelope, root);
  trail.done(`${trusted.size} of ${envelope.signatures.length} signatures are by keys of the trust root`);

  trail.begin(TITLES.keyTimes);
  const keysAt = judged.proven ?? judged.at;
  for (const entry of trusted.values()) root.requireValid(entry, keysAt);
  trail.done(
    `judged at ${formatInstant(keysAt)}, ${judged.proven === null ? "the time that you gave" : "the proven time"}`,
  );

  trail.begin(TITLES.statement);
  const statement = await READERS[kind](envelope.payload);
  trail.done(`${kind}, ${count(statement.signers.length, "signer")} declared`);

  trail.begin(TITLES.signers);
  const present = new Set(envelope.signatures.map(({ keyid }) => keyid));
  const signers = matchSigners(statement.signers, present, trusted, root);
  trail.done(signers.map((one) => `${one.name}, ${one.organisation} (${one.role})`).join("; "));

  trail.begin(TITLES.thresholds);
  const counted = requireThresholds(root, kind, signers);
  requireSeparation(root, signers);
  trail.done(counted);

  trail.begin(TITLES.algorithms);
  for (const algorithm of ALGORITHMS) root.requireAlgorithm(algorithm, judged.at);
  trail.done(ALGORITHMS.join(", "));
  return { kind, statement, signers, digest };
}

/** Key id to trust root entry of each signature by a trusted key; one of these that does not verify refuses the whole. */
async function verifyTrusted(envelope, root) {
  const trusted = new Map();
  for (const { keyid, sig } of envelope.signatures) {
    const entry = root.find(keyid);
    if (!entry) continue;
    await requireSignature(entry.key, envelope.message, sig);
    trusted.set(keyid, entry);
  }
  if (trusted.size === 0) {
    refuse(CODES.trust, "no signature is by a key that the trust root knows", {
      hint: "ask the signers for their key ids over a channel you trust, and the issuer of your trust root for a newer one",
    });
  }
  return trusted;
}

function matchSigners(declared, present, trusted, root) {
  const expected = new Set(declared.flatMap((one) => one.keyids));
  for (const keyid of present) {
    if (!expected.has(keyid))
      refuse(CODES.signature, "signed by a key that the statement does not declare", { place: keyid });
  }
  for (const { principal, keyids } of declared) {
    const missing = keyids.filter((keyid) => !present.has(keyid));
    if (missing.length === keyids.length)
      refuse(CODES.signature, `a declared signer has not signed: ${principal}`, { place: missing[0] });
    if (missing.length > 0) refuse(CODES.signature, `${principal} signed with one of two keys`, { place: missing[0] });
  }
  return declared.map((one) => acceptSigner(one, trusted, root));
}

function acceptSigner({ principal, role, keyids }, trusted, root) {
  const entries = keyids.map((place, index) => {
    const entry = trusted.get(place);
    if (!entry) refuse(CODES.trust, "a declared key is not known to the trust root", { place, value: principal });
    if (entry.principal.principal !== principal) {
      refuse(CODES.trust, `the key is declared for ${principal} and is a key of ${entry.principal.principal}`, {
        place,
      });
    }
    if (entry.key.algorithm !== ALGORITHMS[index]) {
      refuse(CODES.trust, `declared where the ${ALGORITHMS[index]} key belongs`, { place, value: entry.key.algorithm });
    }
    return entry;
  });
  const person = entries[0].principal;
  if (!person.roles.includes(role))
    refuse(CODES.trust, `${principal} may not sign in the role ${role}`, { place: keyids[0] });
  const organisation = root.organisation(person.organisation);
  return {
    principal,
    name: person.name,
    role,
    keyids,
    organisation: organisation.name,
    organisationId: organisation.organisation,
  };
}

function requireThresholds(root, kind, signers) {
  const counts = new Map();
  for (const { role } of signers) counts.set(role, (counts.get(role) ?? 0) + 1);
  let needs = [...(root.thresholds.get(kind) ?? [])];
  if (kind === KINDS.act) {
    // An act is what one role does: its threshold asks for so many of that role, and without one a single person acts.
    needs = needs.filter(([role]) => counts.has(role));
    if (needs.length === 0) needs = [...counts.keys()].map((role) => [role, 1]);
  } else if (needs.length === 0) {
    refuse(CODES.trust, `the trust root does not say who must sign: ${kind}`);
  }
  return needs
    .map(([role, needed]) => {
      const signed = counts.get(role) ?? 0;
      if (signed < needed)
        refuse(CODES.signature, `the trust root asks for ${needed} in the role ${role}, and ${signed} signed`);
      return `${role}: ${signed} of ${needed} needed`;
    })
    .join("; ");
}

function requireSeparation(root, signers) {
  const organisationsOf = (role) =>
    new Set(signers.filter((one) => one.role === role).map((one) => one.organisationId));
  for (const [one, other] of root.separation) {
    const others = organisationsOf(other);
    for (const shared of organisationsOf(one)) {
      if (others.has(shared)) {
        refuse(CODES.trust, `one organisation signed as ${one} and as ${other}, which the trust root keeps apart`, {
          value: shared,
        });
      }
    }
  }
}
