// CMS SignedData (RFC 5652) as time-stamp tokens use it: one signer, whose certificate the verifier pinned.

import { equal } from "./bytes.js";
import { DerError, SEQUENCE, context, readDer } from "./der.js";
import { CODES, refuse } from "./refusal.js";
import { ecdsaNumbers, joinNumbers } from "./signature.js";

const HASHES = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
const RSA = "1.2.840.113549.1.1.1";
const ECDSA_WITH = {
  "SHA-256": "1.2.840.10045.4.3.2",
  "SHA-384": "1.2.840.10045.4.3.3",
  "SHA-512": "1.2.840.10045.4.3.4",
};
const EC_KEY = "1.2.840.10045.2.1";
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const LEAST_RSA_BITS = 3072;
const SIGNED_DATA = "1.2.840.113549.1.7.2";
export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const SET_TAG = 0x31;
const NULL_TAG = 0x05;

/** The TSTInfo in the CMS SignedData that `token` is, signed by the key of the pinned certificate. */
export async function signedContent(token, pinned, place) {
  const outer = token.sequence();
  requireOid(outer.take(), SIGNED_DATA);
  const signed = onlyChild(outer.take(context(0))).sequence();
  outer.end();
  requireVersion(signed.take(), 3n);
  const algorithms = signed.take().setOf();
  const wrapped = signed.take().sequence();
  requireOid(wrapped.take(), TST_INFO);
  const content = onlyChild(wrapped.take(context(0))).octets();
  wrapped.end();
  const certificates = signed.optional(context(0));
  if (certificates && !equal(certificates.contents, pinned.der))
    refuse(CODES.trust, "the token carries a certificate that is not the pinned one", { place });
  const signers = signed.take().setOf();
  signed.end();
  if (algorithms.length !== 1 || signers.length !== 1) throw new DerError("one signer is due");
  await requireSigner(signers[0].sequence(), algorithms[0], content, pinned, place);
  return content;
}

async function requireSigner(fields, algorithm, content, pinned, place) {
  requirePinnedName(fields, pinned, place);
  const digestAlgorithm = fields.take();
  const hash = readHash(digestAlgorithm, place);
  if (!equal(digestAlgorithm.whole, algorithm.whole)) throw new DerError("two digest algorithms are named");
  const signedAttributes = fields.take(context(0));
  const signatureAlgorithm = fields.take();
  const signature = fields.take().octets();
  fields.end();
  // RFC 5652 section 5.4: what is signed is the SET OF, not the [0] that stands in the token.
  const message = Uint8Array.from(signedAttributes.whole);
  message[0] = SET_TAG;
  const values = readAttributes(message);
  requireOid(attribute(values, CONTENT_TYPE, place), TST_INFO);
  const stated = attribute(values, MESSAGE_DIGEST, place).octets();
  const found = new Uint8Array(await crypto.subtle.digest(hash, content));
  if (!equal(stated, found)) refuse(CODES.signature, "the content of the token is not what was signed", { place });
  await requireNamedCertificate(attribute(values, SIGNING_CERTIFICATE_V2, place), pinned, place);
  await requireTokenSignature(pinned, signatureAlgorithm, hash, signature, message, place);
}

/** The signer is named by the pinned certificate's issuer and serial number, as every authority does. */
function requirePinnedName(fields, pinned, place) {
  requireVersion(fields.take(), 1n);
  const names = fields.take().sequence();
  const isPinned = equal(names.take().whole, pinned.issuer) && equal(names.take().whole, pinned.serial);
  names.end();
  if (!isPinned) refuse(CODES.trust, "signed under another certificate than the pinned one", { place });
}

/** The one value of each signed attribute, by object identifier. */
function readAttributes(message) {
  const values = new Map();
  for (const child of readDer(message).setOf()) {
    const fields = child.sequence();
    const name = fields.take().oid();
    const inside = fields.take().setOf();
    fields.end();
    if (values.has(name) || inside.length !== 1) throw new DerError("an attribute has more or less than one value");
    values.set(name, inside[0]);
  }
  return values;
}

const attribute = (values, name, place) =>
  values.get(name) ?? refuse(CODES.signature, "a signed attribute is missing", { place, value: name });

/** RFC 5035: the first certificate that the signer names is the pinned one. */
async function requireNamedCertificate(value, pinned, place) {
  const fields = value.sequence();
  const names = (
    fields.take().sequence().elements[0] ?? refuse(CODES.envelope, "no certificate is named", { place })
  ).sequence();
  fields.optional(SEQUENCE);
  fields.end();
  const algorithm = names.optional(SEQUENCE);
  const hash = algorithm ? readHash(algorithm, place) : "SHA-256";
  const stated = names.take().octets();
  const issuerSerial = names.optional(SEQUENCE);
  names.end();
  const found = new Uint8Array(await crypto.subtle.digest(hash, pinned.der));
  const isPinned = equal(stated, found) && (!issuerSerial || namesPinned(issuerSerial.sequence(), pinned));
  if (!isPinned) refuse(CODES.trust, "the signer names another certificate than the pinned one", { place });
}

/** IssuerSerial ::= SEQUENCE { GeneralNames, serialNumber }, the one name a directoryName. */
function namesPinned(fields, pinned) {
  const issuer = onlyChild(onlyChild(fields.take(SEQUENCE)).expect(context(4)));
  const serial = fields.take();
  fields.end();
  return equal(issuer.whole, pinned.issuer) && equal(serial.whole, pinned.serial);
}

async function requireTokenSignature(pinned, algorithm, hash, signature, message, place) {
  const { name, parameters } = readAlgorithm(algorithm);
  const kind = readAlgorithm(readDer(pinned.spki).sequence().take());
  const scheme =
    kind.name === RSA ? await rsaScheme(pinned, hash, place) : await ecdsaScheme(pinned, kind, hash, signature, place);
  const expected = kind.name === RSA ? RSA : ECDSA_WITH[hash];
  const hasNull = parameters !== null && parameters.tag === NULL_TAG && parameters.contents.length === 0;
  if (name !== expected || (kind.name === RSA ? !hasNull : parameters !== null)) {
    refuse(CODES.signature, "a signature algorithm that is not accepted", { place, value: name });
  }
  const raw = scheme.raw ?? signature;
  if (!(await crypto.subtle.verify(scheme.parameters, scheme.key, raw, message))) {
    refuse(CODES.signature, "the signature of the time authority does not verify", { place });
  }
}

async function rsaScheme(pinned, hash, place) {
  const parameters = { name: "RSASSA-PKCS1-v1_5", hash };
  const key = await importKey(pinned.spki, parameters, place);
  if (key.algorithm.modulusLength < LEAST_RSA_BITS)
    refuse(CODES.trust, `the key of the time authority is shorter than ${LEAST_RSA_BITS} bits`, { place });
  return { parameters, key };
}

async function ecdsaScheme(pinned, kind, hash, signature, place) {
  const [namedCurve, length] =
    (kind.name === EC_KEY && CURVES[kind.parameters?.oid()]) ||
    refuse(CODES.trust, "the key of the time authority is neither RSA nor ECDSA", { place });
  const [r, s] = ecdsaNumbers(signature) ?? refuse(CODES.signature, "not an ECDSA signature in DER", { place });
  const most = 1n << BigInt(8 * length);
  if (r < 1n || s < 1n || r >= most || s >= most)
    refuse(CODES.signature, "not an ECDSA signature: a number is out of range", { place });
  const key = await importKey(pinned.spki, { name: "ECDSA", namedCurve }, place);
  return { parameters: { name: "ECDSA", hash }, key, raw: joinNumbers(r, s, length) };
}

async function importKey(spki, parameters, place) {
  try {
    return await crypto.subtle.importKey("spki", spki, parameters, false, ["verify"]);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return refuse(CODES.trust, "the key of the time authority cannot be read", { place });
  }
}

function readAlgorithm(element) {
  const fields = element.sequence();
  const name = fields.take().oid();
  const parameters = fields.at < fields.elements.length ? fields.take() : null;
  fields.end();
  return { name, parameters };
}

function requireOid(element, expected) {
  if (element.oid() !== expected) throw new DerError("another kind of content");
}

function onlyChild(element) {
  const children = element.children();
  if (children.length !== 1) throw new DerError("one element is due");
  return children[0];
}

/** The hash an AlgorithmIdentifier names, its parameters absent or NULL. */
export function readHash(element, place) {
  const fields = element.sequence();
  const name = fields.take().oid();
  if (fields.optional(NULL_TAG)?.contents.length) throw new DerError("a NULL with contents");
  fields.end();
  return HASHES[name] ?? refuse(CODES.signature, "a digest algorithm that is not accepted", { place, value: name });
}

/** Refuse an INTEGER that is not `version`. */
export function requireVersion(element, version) {
  if (element.integer() !== version) throw new DerError(`version ${version} is due`);
}
