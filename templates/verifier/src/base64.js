// Base64 (RFC 4648 section 4) in its one canonical form: padded, no line breaks, spare bits zero.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUE = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value += 1) VALUE[ALPHABET.charCodeAt(value)] = value;

/** The bytes of `text`, or null where it is not canonical base64 of at least one byte. */
export function decodeBase64(text) {
  if (text.length === 0 || text.length % 4 !== 0) return null;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const signs = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let gathered = 0;
  let written = 0;
  for (let at = 0; at < signs; at += 1) {
    const sign = text.charCodeAt(at);
    const value = sign < 128 ? VALUE[sign] : 255;
    if (value === 255) return null;
    gathered = ((gathered << 6) | value) & 0xffffff;
    if (at % 4 === 3) {
      bytes[written] = gathered >> 16;
      bytes[written + 1] = (gathered >> 8) & 255;
      bytes[written + 2] = gathered & 255;
      written += 3;
    }
  }
  if (padding === 1) {
    if (gathered & 3) return null;
    bytes[written] = (gathered >> 10) & 255;
    bytes[written + 1] = (gathered >> 2) & 255;
  } else if (padding === 2) {
    if (gathered & 15) return null;
    bytes[written] = (gathered >> 4) & 255;
  }
  return bytes;
}
