// JSON that means the same to every reader: a strict parser (RFC 8259 narrowed) and the canonical form (RFC 8785).
//
// Refused: a member name given twice, numbers that are not integers within 2^53-1, lone surrogates, a byte order mark,
// bytes that are not UTF-8, nesting deeper than 64. Objects come without a prototype: no name in them is special.

import { equal, fromUtf8, toUtf8 } from "./bytes.js";

export const MAX_DEPTH = 64;

export class JsonError extends Error {}

const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The value in `bytes`; throws JsonError with what was wrong and where. */
export function parseJson(bytes, maxBytes = 64 * 2 ** 20) {
  if (bytes.length > maxBytes) throw new JsonError(`larger than the ${maxBytes} bytes allowed`);
  let text;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw new JsonError("not UTF-8");
  }
  return new Parser(text).document();
}

/** The value in `bytes`, which must be its canonical form to the last byte. */
export function parseCanonical(bytes, maxBytes) {
  const value = parseJson(bytes, maxBytes);
  if (!equal(toUtf8(canonical(value)), bytes)) throw new JsonError("not in canonical form (RFC 8785)");
  return value;
}

/** RFC 8785: members ordered by UTF-16 units, which is how this language compares text; strings as it writes them. */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new JsonError("only integers within 2^53-1 have a canonical form here");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  document() {
    const value = this.value(0);
    this.blanks();
    if (this.at !== this.text.length) this.fail("more text after the end");
    return value;
  }

  fail(problem) {
    throw new JsonError(`not strict JSON at character ${this.at}: ${problem}`);
  }

  blanks() {
    for (;;) {
      const sign = this.text.charCodeAt(this.at);
      if (sign !== 0x20 && sign !== 0x0a && sign !== 0x0d && sign !== 0x09) return;
      this.at += 1;
    }
  }

  value(depth) {
    this.blanks();
    switch (this.text[this.at]) {
      case "{":
        return this.object(this.deeper(depth));
      case "[":
        return this.array(this.deeper(depth));
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  deeper(depth) {
    if (depth >= MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    this.at += 1;
    this.blanks();
    return depth + 1;
  }

  object(depth) {
    const members = Object.create(null);
    if (this.took("}")) return members;
    do {
      this.blanks();
      if (this.text[this.at] !== '"') this.fail("a member name is missing");
      const name = this.string();
      if (name in members) this.fail(`member name given twice: ${JSON.stringify(name)}`);
      this.blanks();
      if (!this.took(":")) this.fail("a colon is missing");
      members[name] = this.value(depth);
      this.blanks();
    } while (this.took(","));
    if (!this.took("}")) this.fail("a comma or } is missing");
    return members;
  }

  array(depth) {
    const items = [];
    if (this.took("]")) return items;
    do {
      items.push(this.value(depth));
      this.blanks();
    } while (this.took(","));
    if (!this.took("]")) this.fail("a comma or ] is missing");
    return items;
  }

  took(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  word(word, value) {
    if (!this.text.startsWith(word, this.at)) this.fail("no value");
    this.at += word.length;
    return value;
  }

  number() {
    const integer = /-?(?:0|[1-9][0-9]*)/y;
    integer.lastIndex = this.at;
    const found = integer.exec(this.text);
    if (!found) this.fail("no value");
    const next = this.text[this.at + found[0].length];
    if (next === "." || next === "e" || next === "E") this.fail("only integers are allowed as numbers");
    const value = Number(found[0]);
    if (found[0].length > 17 || !Number.isSafeInteger(value)) this.fail("integer beyond 2^53-1");
    this.at += found[0].length;
    return value === 0 ? 0 : value;
  }

  string() {
    const start = this.at + 1;
    const end = this.closing(start);
    const raw = this.text.slice(start, end);
    this.at = end + 1;
    const text = raw.includes("\\") ? this.unescaped(raw) : raw;
    if (LONE.test(text)) this.fail("a lone surrogate is not text");
    return text;
  }

  closing(start) {
    for (let at = start; at < this.text.length; at += 1) {
      const sign = this.text.charCodeAt(at);
      if (sign === 0x22) return at;
      if (sign < 0x20) this.fail("a control character in a string");
      if (sign === 0x5c) at += 1;
    }
    return this.fail("a string without end");
  }

  unescaped(raw) {
    return raw.replace(/\\(?:u([0-9a-fA-F]{4})|([^]?))/g, (_, hex, sign) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (!Object.hasOwn(ESCAPES, sign)) this.fail("an unknown escape");
      return ESCAPES[sign];
    });
  }
}
