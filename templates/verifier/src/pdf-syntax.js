// PDF objects as our attestations write them (ISO 32000-1 section 7.3), read strictly within limits.
//
// Dictionaries are Maps, names are instances of Name, references of Reference, strings are bytes, streams of Stream.

import { toLatin1 } from "./bytes.js";

export class PdfError extends Error {}
export class Name {
  constructor(text) {
    this.text = text;
  }
}
export class Reference {
  constructor(number, generation) {
    Object.assign(this, { number, generation });
  }
}
export class Stream {
  constructor(dictionary, bytes) {
    Object.assign(this, { dictionary, bytes });
  }
}

const MAX_DEPTH = 32;
const BLANKS = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((sign) => sign.charCodeAt(0)));
const ESCAPED = { n: 10, r: 13, t: 9, b: 8, f: 12 };

export class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }

  fail(problem) {
    throw new PdfError(`${problem} at byte ${this.at}`);
  }

  blanks() {
    for (; this.at < this.bytes.length; this.at += 1) {
      if (this.bytes[this.at] === 0x25)
        while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at += 1;
      if (!BLANKS.has(this.bytes[this.at])) return;
    }
  }

  /** The regular characters from here on, after blanks. */
  word() {
    this.blanks();
    const start = this.at;
    while (this.at < this.bytes.length && !BLANKS.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at]))
      this.at += 1;
    return toLatin1(this.bytes.subarray(start, this.at));
  }

  integer() {
    const word = this.word();
    if (!/^[0-9]{1,15}$/.test(word)) this.fail("a number is missing");
    return Number(word);
  }

  keyword(expected) {
    if (this.word() !== expected) this.fail(`'${expected}' is missing`);
  }

  took(text) {
    this.blanks();
    for (let index = 0; index < text.length; index += 1)
      if (this.bytes[this.at + index] !== text.charCodeAt(index)) return false;
    this.at += text.length;
    return true;
  }

  value(depth = 0) {
    if (depth > MAX_DEPTH) this.fail("nested too deep");
    if (this.took("<<")) return this.dictionary(depth + 1);
    if (this.took("<")) return this.hexString();
    if (this.took("[")) return this.array(depth + 1);
    if (this.took("(")) return this.string();
    if (this.took("/")) return this.name();
    return this.atom();
  }

  dictionary(depth) {
    const found = new Map();
    while (!this.took(">>")) {
      if (!this.took("/")) this.fail("a key is missing");
      const key = this.name().text;
      if (found.has(key)) this.fail(`the key ${key} is there twice`);
      found.set(key, this.value(depth));
    }
    return found;
  }

  array(depth) {
    const found = [];
    while (!this.took("]")) found.push(this.value(depth));
    return found;
  }

  name() {
    const start = this.at;
    while (this.at < this.bytes.length && !BLANKS.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at]))
      this.at += 1;
    const raw = toLatin1(this.bytes.subarray(start, this.at));
    return new Name(raw.replace(/#([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))));
  }

  string() {
    const found = [];
    for (let open = 1; ; this.at += 1) {
      if (this.at >= this.bytes.length) this.fail("a string without end");
      const byte = this.bytes[this.at];
      if (byte === 0x5c) this.escaped(found);
      else if (byte === 0x29 && (open -= 1) === 0) break;
      else {
        if (byte === 0x28) open += 1;
        found.push(byte);
      }
    }
    this.at += 1;
    return Uint8Array.from(found);
  }

  escaped(found) {
    this.at += 1;
    const octal = /^[0-7]{1,3}/.exec(toLatin1(this.bytes.subarray(this.at, this.at + 3)));
    if (octal) {
      found.push(parseInt(octal[0], 8) & 255);
      this.at += octal[0].length - 1;
      return;
    }
    const sign = String.fromCharCode(this.bytes[this.at]);
    if (sign === "\r" && this.bytes[this.at + 1] === 10) this.at += 1;
    if (sign !== "\r" && sign !== "\n") found.push(ESCAPED[sign] ?? this.bytes[this.at]);
  }

  hexString() {
    let digits = "";
    for (; this.bytes[this.at] !== 0x3e; this.at += 1) {
      if (this.at >= this.bytes.length) this.fail("a string without end");
      const sign = String.fromCharCode(this.bytes[this.at]);
      if (/[0-9a-fA-F]/.test(sign)) digits += sign;
      else if (!BLANKS.has(this.bytes[this.at])) this.fail("not a hexadecimal digit");
    }
    this.at += 1;
    if (digits.length % 2) digits += "0";
    return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
      parseInt(digits.slice(2 * index, 2 * index + 2), 16),
    );
  }

  atom() {
    const word = this.word();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(word)) this.fail("no value");
    const back = this.at;
    if (/^[0-9]+$/.test(word)) {
      const generation = this.word();
      if (/^[0-9]+$/.test(generation) && this.took("R") && this.isEnd())
        return new Reference(Number(word), Number(generation));
    }
    this.at = back;
    return Number(word);
  }

  isEnd() {
    const byte = this.bytes[this.at];
    return byte === undefined || BLANKS.has(byte) || DELIMITERS.has(byte);
  }
}
