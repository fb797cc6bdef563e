// RFC 3161: what a pinned time authority vouches for, and the time that several of them together prove.
//
// A response is accepted in the one form that is kept: granted without text, the pinned certificate in it or none, no
// revocation lists, one signer, no unsigned attributes. Nothing in it decides whom to believe.

import { equal } from "./bytes.js";
import { readHash, requireVersion, signedContent } from "./cms.js";
import { BOOLEAN, DerError, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, context, primitive, readDer } from "./der.js";
import { readStampingCertificate } from "./certificate.js";
import { formatInstant, SECOND } from "./instant.js";
import { CODES, refuse } from "./refusal.js";
import { TIMESTAMPS } from "./root.js";

const MAX_BYTES = 65536;
const MAX_NUMBER_BYTES = 21;
/** `{authority, operator, time, accuracy}` of a response by `authority` that stamped the SHA-512 `imprint` for `query`. */
export async function verifyTimestamp(query, response, imprint, authority) {
  const place = `timestamp of ${authority.authority}`;
  try {
    return await verifyStrict(query, response, imprint, authority, place);
  } catch (error) {
    if (error instanceof DerError)
      return refuse(CODES.envelope, `not a timestamp in the form that is kept: ${error.message}`, { place });
    throw error;
  }
}

async function verifyStrict(query, response, imprint, authority, place) {
  if (query.length > MAX_BYTES || response.length > MAX_BYTES) throw new DerError("too large");
  const asked = readQuery(query, place);
  if (!equal(asked.imprint, imprint)) refuse(CODES.binding, "the query is about another file", { place });
  if (asked.policy !== null && asked.policy !== authority.policy)
    refuse(CODES.trust, "the query asks for another policy than the pinned one", { place });
  const pinned = readPinned(authority, place);
  const content = await signedContent(grantedToken(response, place), pinned, place);
  const stamp = readStampInfo(content, place);
  if (!equal(stamp.imprint, imprint)) refuse(CODES.binding, "the token is about another file", { place });
  if (stamp.nonce !== asked.nonce)
    refuse(CODES.binding, "the token does not answer this query: its nonce is another", { place });
  if (stamp.policy !== authority.policy)
    refuse(CODES.trust, "stamped under another policy than the pinned one", { place, value: stamp.policy });
  const tooEarly = stamp.time < authority.notBefore || stamp.time < pinned.notBefore;
  if (tooEarly || stamp.time >= authority.notAfter || stamp.time >= pinned.notAfter + SECOND) {
    refuse(CODES.trust, "stamped outside the window of the authority", { place, value: formatInstant(stamp.time) });
  }
  return { authority: authority.authority, operator: authority.operator, time: stamp.time, accuracy: stamp.accuracy };
}

function readPinned(authority, place) {
  try {
    return readStampingCertificate(authority.certificate, place);
  } catch (error) {
    if (error instanceof DerError)
      return refuse(CODES.trust, "the pinned certificate of the time authority cannot be read", { place });
    throw error;
  }
}

/** TimeStampReq, with a nonce and without extensions. */
function readQuery(bytes, place) {
  const fields = readDer(bytes).sequence();
  requireVersion(fields.take(), 1n);
  const imprint = readImprint(fields.take(), place);
  const policy = fields.optional(OBJECT_IDENTIFIER)?.oid() ?? null;
  const nonce = number(fields.take());
  requireTrueIfThere(fields.optional(BOOLEAN));
  fields.end();
  return { imprint, policy, nonce };
}

/** The token of a TimeStampResp that was simply granted. */
function grantedToken(bytes, place) {
  const fields = readDer(bytes).sequence();
  const status = fields.take().sequence();
  if (status.take().integer() !== 0n)
    refuse(CODES.signature, "the time authority did not simply grant the timestamp", { place });
  status.end();
  const token = fields.take();
  fields.end();
  return token;
}

/** TSTInfo (RFC 3161 section 2.4.2). */
function readStampInfo(bytes, place) {
  const fields = readDer(bytes).sequence();
  requireVersion(fields.take(), 1n);
  const policy = fields.take().oid();
  const imprint = readImprint(fields.take(), place);
  number(fields.take());
  const time = fields.take().generalizedTime();
  const accuracy = readAccuracy(fields.optional(SEQUENCE));
  requireTrueIfThere(fields.optional(BOOLEAN));
  const nonce = optionalNumber(fields.optional(INTEGER));
  fields.optional(context(0));
  requireNoCritical(fields.optional(context(1)));
  fields.end();
  return { policy, imprint, time, accuracy, nonce };
}

/** Microseconds; 0 where none is stated. */
function readAccuracy(element) {
  if (!element) return 0n;
  const fields = element.sequence();
  let total = 0n;
  for (const [tag, unit] of [
    [INTEGER, SECOND],
    [primitive(0), 1000n],
    [primitive(1), 1n],
  ]) {
    const part = fields.optional(tag);
    if (part) total += accuracyPart(part) * unit;
  }
  fields.end();
  return total;
}

/** The value of an INTEGER under an implicit tag, in its shortest form and not negative. */
function accuracyPart({ contents }) {
  const isShortest = contents.length === 1 || contents[0] !== 0 || contents[1] >= 0x80;
  if (contents.length < 1 || contents.length > MAX_NUMBER_BYTES || contents[0] >= 0x80 || !isShortest) {
    throw new DerError("not a number that can be an accuracy");
  }
  return contents.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** An INTEGER of 160 bits at most (RFC 3161 section 2.4.2). */
function number(element) {
  if (element.contents.length > MAX_NUMBER_BYTES) throw new DerError("a number that is too large");
  return element.integer();
}

const optionalNumber = (element) => (element ? number(element) : null);

function requireNoCritical(extensions) {
  for (const child of extensions?.children() ?? []) {
    const fields = child.sequence();
    fields.take().oid();
    if (fields.optional(BOOLEAN)) throw new DerError("a critical extension that is not known here");
  }
}

function readImprint(element, place) {
  const fields = element.sequence();
  const hash = readHash(fields.take(), place);
  const imprint = fields.take().octets();
  fields.end();
  if (hash !== "SHA-512" || imprint.length !== 64) refuse(CODES.signature, "the imprint is not a SHA-512", { place });
  return imprint;
}

function requireTrueIfThere(element) {
  if (element && !element.boolean()) throw new DerError("a default value is written out");
}

/**
 * The time by which the stamped bytes existed: with k operators asked for, the k-th smallest of the operators' earliest
 * times, so that fewer than k who lie or are broken cannot move it into the past.
 */
export function provenTime(timestamps, root, at) {
  root.requireAlgorithm(TIMESTAMPS, at);
  const tolerance = BigInt(root.timeTolerance) * SECOND;
  const earliest = new Map();
  for (const { authority, operator, time, accuracy } of timestamps) {
    const place = `timestamp of ${authority}`;
    if (time > at + tolerance)
      refuse(CODES.binding, "stamped later than the time of verification", { place, value: formatInstant(time) });
    if (accuracy > tolerance)
      refuse(CODES.unverifiable, "the time is stated less accurately than the trust root's tolerance", { place });
    if (!earliest.has(operator) || time < earliest.get(operator)) earliest.set(operator, time);
  }
  const wanted = Math.max(root.timeThreshold, 1);
  if (earliest.size < wanted) {
    refuse(
      CODES.unverifiable,
      `the trust root asks for the time of ${wanted} independent operators, and ${earliest.size} are there`,
    );
  }
  const times = timestamps.map(({ time }) => time).sort(ascending);
  if (times.at(-1) - times[0] > tolerance) {
    refuse(CODES.unverifiable, "the time authorities conflict", {
      value: `${formatInstant(times[0])} and ${formatInstant(times.at(-1))}`,
    });
  }
  return [...earliest.values()].sort(ascending)[wanted - 1];
}

const ascending = (left, right) => (left < right ? -1 : left > right ? 1 : 0);
