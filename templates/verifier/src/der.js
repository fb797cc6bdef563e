// DER (X.690 section 10), strictly: definite minimal lengths, no trailing bytes, one spelling of each value.

import { secondsOf } from "./instant.js";
import { toLatin1 } from "./bytes.js";

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const GENERALIZED_TIME = 0x18;
export const UTC_TIME = 0x17;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** The tag of a context-specific, constructed element. */
export const context = (number) => 0xa0 | number;
/** The tag of a context-specific, primitive element. */
export const primitive = (number) => 0x80 | number;

const MAX_DEPTH = 24;

export class DerError extends Error {}

/** One element: its tag, its contents, and `whole` with tag and length. */
export class Element {
  constructor(tag, contents, whole, depth) {
    Object.assign(this, { tag, contents, whole, depth });
  }

  expect(tag) {
    if (this.tag !== tag) throw new DerError(`tag ${this.tag.toString(16)} where ${tag.toString(16)} belongs`);
    return this;
  }

  /** The elements inside, which must have the tag of something constructed. */
  children() {
    if (!(this.tag & 0x20)) throw new DerError("a primitive element holds no others");
    const found = [];
    let at = 0;
    while (at < this.contents.length) {
      const child = elementAt(this.contents, at, this.depth + 1);
      found.push(child);
      at += child.whole.length;
    }
    return found;
  }

  /** The children of a SEQUENCE, handed out one after the other. */
  sequence() {
    return new Cursor(this.expect(SEQUENCE).children());
  }

  /** A SET OF, whose elements DER orders by their encoding. */
  setOf() {
    const children = this.expect(SET).children();
    for (let at = 1; at < children.length; at += 1) {
      if (compare(children[at - 1].whole, children[at].whole) > 0) throw new DerError("a set out of order");
    }
    return children;
  }

  integer() {
    const bytes = this.expect(INTEGER).contents;
    if (bytes.length === 0) throw new DerError("an integer without bytes");
    if (bytes.length > 1 && ((bytes[0] === 0 && bytes[1] < 0x80) || (bytes[0] === 0xff && bytes[1] >= 0x80))) {
      throw new DerError("an integer with a needless byte");
    }
    let value = bytes[0] >= 0x80 ? -1n : 0n;
    for (const byte of bytes) value = (value << 8n) | BigInt(byte);
    return value;
  }

  boolean() {
    const bytes = this.expect(BOOLEAN).contents;
    if (bytes.length !== 1 || (bytes[0] !== 0 && bytes[0] !== 0xff)) throw new DerError("not a boolean");
    return bytes[0] === 0xff;
  }

  octets() {
    return this.expect(OCTET_STRING).contents;
  }

  bits() {
    const bytes = this.expect(BIT_STRING).contents;
    if (bytes.length === 0 || bytes[0] !== 0) throw new DerError("a bit string that is not whole bytes");
    return bytes.subarray(1);
  }

  oid() {
    const bytes = this.expect(OBJECT_IDENTIFIER).contents;
    if (bytes.length === 0 || bytes[bytes.length - 1] & 0x80) throw new DerError("not an object identifier");
    const numbers = [];
    let value = 0n;
    let fresh = true;
    for (const byte of bytes) {
      if (fresh && byte === 0x80) throw new DerError("an object identifier with a needless byte");
      value = (value << 7n) | BigInt(byte & 0x7f);
      fresh = !(byte & 0x80);
      if (!fresh) continue;
      numbers.push(value);
      value = 0n;
    }
    const first = numbers[0] < 80n ? numbers[0] / 40n : 2n;
    return [first, numbers[0] - first * 40n, ...numbers.slice(1)].join(".");
  }

  /** Microseconds since 1970 of a GeneralizedTime in UTC (X.690 section 11.7). */
  generalizedTime() {
    const text = toLatin1(this.expect(GENERALIZED_TIME).contents);
    const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/.exec(text);
    const seconds = found && secondsOf(...found.slice(1, 7).map(Number));
    if (seconds === null) throw new DerError("not a time in UTC");
    return BigInt(seconds) * 1_000_000n + BigInt((found[7] ?? "").padEnd(6, "0").slice(0, 6));
  }

  /** Microseconds since 1970 of a certificate's time (RFC 5280 section 4.1.2.5). */
  certificateTime() {
    if (this.tag === GENERALIZED_TIME) return this.generalizedTime();
    const text = toLatin1(this.expect(UTC_TIME).contents);
    const found = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
    if (!found) throw new DerError("not a time in UTC");
    const numbers = found.slice(1).map(Number);
    const seconds = secondsOf(numbers[0] + (numbers[0] < 50 ? 2000 : 1900), ...numbers.slice(1));
    if (seconds === null) throw new DerError("not a time in UTC");
    return BigInt(seconds) * 1_000_000n;
  }
}

/** Elements in order; `take` the next, `optional` one of a tag, `end` when there must be no more. */
export class Cursor {
  constructor(elements) {
    this.elements = elements;
    this.at = 0;
  }

  take(tag) {
    if (this.at >= this.elements.length) throw new DerError("an element is missing");
    const element = this.elements[this.at++];
    return tag === undefined ? element : element.expect(tag);
  }

  optional(tag) {
    return this.elements[this.at]?.tag === tag ? this.take() : null;
  }

  end() {
    if (this.at !== this.elements.length) throw new DerError("an element too many");
  }
}

/** The one element that `bytes` are, to the last byte. */
export function readDer(bytes) {
  const element = elementAt(bytes, 0, 0);
  if (element.whole.length !== bytes.length) throw new DerError("bytes after the end");
  return element;
}

function elementAt(bytes, start, depth) {
  if (depth > MAX_DEPTH) throw new DerError(`nested deeper than ${MAX_DEPTH}`);
  if (start + 2 > bytes.length) throw new DerError("cut short");
  const tag = bytes[start];
  if ((tag & 0x1f) === 0x1f || tag === 0) throw new DerError("a tag that has no place here");
  let length = bytes[start + 1];
  let head = 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 4 || start + 2 + count > bytes.length) throw new DerError("a length that is not DER");
    length = 0;
    for (let at = 0; at < count; at += 1) length = length * 256 + bytes[start + 2 + at];
    if (length < 0x80 || (count > 1 && length < 2 ** (8 * (count - 1)))) throw new DerError("a length that is not DER");
    head += count;
  }
  const end = start + head + length;
  if (end > bytes.length) throw new DerError("cut short");
  return new Element(tag, bytes.subarray(start + head, end), bytes.subarray(start, end), depth);
}

function compare(left, right) {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) if (left[at] !== right[at]) return left[at] - right[at];
  return left.length - right.length;
}
