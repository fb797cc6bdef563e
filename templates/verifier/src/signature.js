// The two signatures of a person: ECDSA P-384 by WebCrypto, ML-DSA-87 by noble and, where the browser has it, WebCrypto.

import { ml_dsa87 as nobleMlDsa87 } from "@noble/post-quantum/ml-dsa.js";
import { DerError, readDer } from "./der.js";
import { ECDSA } from "./keys.js";
import { CODES, refuse } from "./refusal.js";

const ORDER = BigInt(
  "0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
);
const ML_DSA_SIGNATURE_LENGTH = 4627;
const NATIVE_ML_DSA = "ML-DSA-87";

/** Refuse `signature` unless it is by `key` (of keys.js) over `message`, in its one spelling. */
export async function requireSignature(key, message, signature) {
  const valid =
    key.algorithm === ECDSA ? await verifyEcdsa(key, message, signature) : await verifyMlDsa(key, message, signature);
  if (!valid) {
    refuse(CODES.signature, "the signature does not verify", {
      place: key.keyid,
      hint: "the signed bytes or the signature were changed, or another key made it",
    });
  }
}

async function verifyEcdsa(key, message, signature) {
  const raw = rawEcdsa(signature, key.keyid);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-384" }, key.native, raw, message);
}

/** r and s as WebCrypto wants them, from the DER that we accept: canonical, in range, the lower value of s. */
function rawEcdsa(signature, place) {
  const [r, s] = ecdsaNumbers(signature) ?? refuse(CODES.signature, "not an ECDSA signature in DER", { place });
  if (r < 1n || r >= ORDER || s < 1n || s >= ORDER) {
    refuse(CODES.signature, "not an ECDSA signature: a number is out of range", { place });
  }
  if (2n * s > ORDER) refuse(CODES.signature, "the signature is not in its canonical spelling (low s)", { place });
  return joinNumbers(r, s, 48);
}

/** The two numbers of an ECDSA signature in strict DER (RFC 3279 section 2.2.3), or null. */
export function ecdsaNumbers(signature) {
  try {
    const parts = readDer(signature).sequence();
    const numbers = [parts.take().integer(), parts.take().integer()];
    parts.end();
    return numbers;
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

/** r and s as big-endian numbers of `length` bytes each (IEEE P1363). */
export function joinNumbers(r, s, length) {
  const raw = new Uint8Array(2 * length);
  [r, s].forEach((number, index) => {
    let rest = number;
    for (let at = (index + 1) * length - 1; rest > 0n; at -= 1, rest >>= 8n) raw[at] = Number(rest & 255n);
  });
  return raw;
}

async function verifyMlDsa(key, message, signature) {
  if (signature.length !== ML_DSA_SIGNATURE_LENGTH) {
    refuse(CODES.signature, `not an ML-DSA-87 signature: ${signature.length} bytes`, { place: key.keyid });
  }
  const own = nobleMlDsa87.verify(signature, message, key.raw);
  if (!hasNativeMlDsa()) return own;
  const native = await verifyNativeMlDsa(key, message, signature);
  if (own !== native) {
    refuse(CODES.unverifiable, "two implementations of ML-DSA-87 disagree about a signature", {
      place: key.keyid,
      value: `this page says ${own}, this browser says ${native}`,
      hint: "use another browser, and the command line verifier",
    });
  }
  return own;
}

/** Whether this browser has ML-DSA-87 of its own (WICG Modern Algorithms in the Web Cryptography API). */
export function hasNativeMlDsa() {
  const supports = globalThis.SubtleCrypto?.supports;
  return typeof supports === "function" && supports.call(SubtleCrypto, "verify", NATIVE_ML_DSA);
}

async function verifyNativeMlDsa(key, message, signature) {
  try {
    const native = await crypto.subtle.importKey("spki", key.spki, { name: NATIVE_ML_DSA }, false, ["verify"]);
    return await crypto.subtle.verify({ name: NATIVE_ML_DSA }, native, signature, message);
  } catch (error) {
    // What it cannot read it does not confirm; the comparison above says so.
    if (error instanceof DOMException) return false;
    throw error;
  }
}
