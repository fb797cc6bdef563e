// Bytes: hexadecimal, text, comparison, joining.

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

export function toHex(bytes) {
  let text = "";
  for (const value of bytes) text += HEX[value];
  return text;
}

/** The bytes of lower-case hexadecimal text, whose shape the caller has checked. */
export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function equal(left, right) {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const encoder = new TextEncoder();
export const toUtf8 = (text) => encoder.encode(text);

/** The text of UTF-8 bytes; throws TypeError where they are none. A byte order mark is kept, to be refused. */
export const fromUtf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** Bytes as text of one character each, for looking through a file that is mostly ASCII. */
export function toLatin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
