// DSSE v1.0.2 envelopes in the strict profile: canonical JSON, canonical base64, signatures ordered by key id, each once.

import { concat, toUtf8 } from "./bytes.js";
import { CODES } from "./refusal.js";
import { Place, base64, keyId, list, object, oneOf, readDocument } from "./shape.js";

export const STATEMENT_PAYLOAD = "application/vnd.in-toto+json";
export const ROOT_PAYLOAD = "application/vnd.dc-attest.trust-root+json";
const MAX_ENVELOPE_BYTES = 96 * 2 ** 20;
const MAX_SIGNATURES = 64;
const MAX_SIGNATURE_BYTES = 8192;

/** `{payload, signatures: [{keyid, sig}], message}`; nothing in it has been verified. `message` is what is signed. */
export function readEnvelope(bytes, payloadType, name = "envelope") {
  const signature = object({ keyid: keyId, sig: base64 });
  const shape = object({
    payload: base64,
    payloadType: oneOf(payloadType),
    signatures: list(signature, { most: MAX_SIGNATURES }),
  });
  const { payload, signatures } = readDocument(bytes, shape, name, CODES.envelope, MAX_ENVELOPE_BYTES);
  const place = new Place(name, CODES.envelope).at("signatures");
  signatures.forEach(({ keyid, sig }, index) => {
    if (sig.length > MAX_SIGNATURE_BYTES) place.at(index).refuse("signature too long", sig.length);
    if (index > 0 && keyid <= signatures[index - 1].keyid) {
      place.at(index).refuse("signatures must be ordered by key id, each key id once", keyid);
    }
  });
  return { payload, signatures, message: preAuthentication(payloadType, payload) };
}

/** The pre-authentication encoding of DSSE v1.0.2, with lengths in bytes. */
export function preAuthentication(payloadType, payload) {
  const type = toUtf8(payloadType);
  return concat(toUtf8(`DSSEv1 ${type.length} `), type, toUtf8(` ${payload.length} `), payload);
}
