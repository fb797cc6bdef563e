// The parts of an X.509 certificate (RFC 5280) that a time-stamp token is held against.

import { BOOLEAN, DerError, INTEGER, SEQUENCE, context, primitive, readDer } from "./der.js";
import { CODES, refuse } from "./refusal.js";

const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
// digitalSignature and nonRepudiation, the first two bits.
const SIGNING_BITS = 0xc0;

/** `{der, issuer, serial, notBefore, notAfter, spki}` of a certificate for time-stamping alone. */
export function readStampingCertificate(der, place) {
  const { fields, serial, issuer, validity, spki } = readFields(der);
  serial.integer();
  const [notBefore, notAfter] = [validity.take().certificateTime(), validity.take().certificateTime()];
  validity.end();
  fields.optional(primitive(1));
  fields.optional(primitive(2));
  const extensions = readExtensions(fields.optional(context(3)));
  fields.end();
  requirePurpose(extensions, place);
  return { der, issuer: issuer.whole, serial: serial.whole, notBefore, notAfter, spki };
}

/** The SubjectPublicKeyInfo in a certificate; what is none stands for itself, since no token verifies under it. */
export function keyIn(der) {
  try {
    return readFields(der).spki;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return der;
  }
}

/** The parts of a certificate as far as its key, and `fields`, in which the rest is still to be read. */
function readFields(der) {
  const fields = readDer(der).sequence().take().sequence();
  fields.optional(context(0));
  const serial = fields.take().expect(INTEGER);
  fields.take().expect(SEQUENCE);
  const [issuer, validity] = [fields.take().expect(SEQUENCE), fields.take().sequence()];
  fields.take().expect(SEQUENCE);
  return { fields, serial, issuer, validity, spki: fields.take().expect(SEQUENCE).whole };
}

/** Object identifier to `{critical, value}`. */
function readExtensions(wrapped) {
  const extensions = new Map();
  if (!wrapped) return extensions;
  for (const child of wrapped.children()[0].sequence().elements) {
    const fields = child.sequence();
    const name = fields.take().oid();
    const critical = fields.optional(BOOLEAN)?.boolean() ?? false;
    if (extensions.has(name)) refuse(CODES.trust, "the certificate has an extension twice", { value: name });
    extensions.set(name, { critical, value: fields.take().octets() });
    fields.end();
  }
  return extensions;
}

/** RFC 3161 section 2.3: for time-stamping and nothing else, and critically so. */
function requirePurpose(extensions, place) {
  const problem = (text) => refuse(CODES.trust, `the pinned certificate of the time authority ${text}`, { place });
  const purposes = extensions.get(EXTENDED_KEY_USAGE) ?? problem("is not for time-stamping");
  const named = readDer(purposes.value)
    .sequence()
    .elements.map((one) => one.oid());
  if (!purposes.critical || named.join() !== TIME_STAMPING)
    problem("is not for time-stamping alone, or does not say so critically");
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  if (constraints && readDer(constraints.value).sequence().optional(BOOLEAN)?.boolean())
    problem("is one of a certificate authority");
  const usage = extensions.get(KEY_USAGE);
  if (usage && !(readDer(usage.value).expect(0x03).contents[1] & SIGNING_BITS)) problem("is not for signatures");
}
