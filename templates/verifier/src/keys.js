// Public keys as SubjectPublicKeyInfo, in the one encoding of each algorithm (RFC 5480, RFC 9881), and their key ids.

import { equal, fromHex } from "./bytes.js";
import { sha256Hex } from "./digest.js";

export const ECDSA = "ecdsa-p384-sha384";
export const ML_DSA = "ml-dsa-87";
/** What each person signs with, both, in the order in which a statement names a person's keys. */
export const ALGORITHMS = Object.freeze([ECDSA, ML_DSA]);

const P384 = { name: "ECDSA", namedCurve: "P-384" };
// SEQUENCE { SEQUENCE { id-ecPublicKey, secp384r1 }, BIT STRING }, then the uncompressed point.
const P384_HEAD = fromHex("3076301006072a8648ce3d020106052b8104002203620004");
const P384_LENGTH = 120;
// SEQUENCE { SEQUENCE { id-ml-dsa-87 }, BIT STRING }, then the 2592 bytes of the key.
const ML_DSA_HEAD = fromHex("30820a32300b060960864801650304031303820a2100");
const ML_DSA_LENGTH = ML_DSA_HEAD.length + 2592;

const startsWith = (bytes, head) => equal(bytes.subarray(0, head.length), head);

/** `{algorithm, spki, keyid, raw}` of SPKI DER, or null where it is neither of the two kinds in its one encoding. */
export async function readPublicKey(spki) {
  const keyid = `sha256:${await sha256Hex(spki)}`;
  if (spki.length === ML_DSA_LENGTH && startsWith(spki, ML_DSA_HEAD)) {
    return { algorithm: ML_DSA, spki, keyid, raw: spki.subarray(ML_DSA_HEAD.length) };
  }
  if (spki.length !== P384_LENGTH || !startsWith(spki, P384_HEAD)) return null;
  const raw = spki.subarray(P384_HEAD.length - 1);
  try {
    // The import refuses a point that is not on the curve.
    return {
      algorithm: ECDSA,
      spki,
      keyid,
      raw,
      native: await crypto.subtle.importKey("raw", raw, P384, false, ["verify"]),
    };
  } catch {
    return null;
  }
}
