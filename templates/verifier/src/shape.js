// Shapes of parsed JSON: each is a function (value, place) that hands over what it stands for, or refuses with the place.

import { decodeBase64 } from "./base64.js";
import { JsonError, parseCanonical } from "./json.js";
import { formatInstant, parseInstant } from "./instant.js";
import { refuse } from "./refusal.js";

/** Where in which document a value stands (RFC 6901), and the code a refusal there has. */
export class Place {
  constructor(document, code, pointer = "") {
    Object.assign(this, { document, code, pointer });
  }

  at(step) {
    return new Place(
      this.document,
      this.code,
      `${this.pointer}/${String(step).replace(/~/g, "~0").replace(/\//g, "~1")}`,
    );
  }

  refuse(problem, value = null) {
    refuse(this.code, problem, { place: `${this.document} ${this.pointer}`.trimEnd(), value });
  }
}

/** The document in `bytes`, which must be canonical JSON of the given shape. */
export function readDocument(bytes, shape, document, code, maxBytes) {
  const place = new Place(document, code);
  let value;
  try {
    value = parseCanonical(bytes, maxBytes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    place.refuse(error.message);
  }
  return shape(value, place);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with exactly these members. */
export const object = (members) => (value, place) => {
  if (!isObject(value)) place.refuse("must be an object", value);
  for (const name of Object.keys(members)) if (!(name in value)) place.refuse(`member '${name}' is missing`);
  const found = Object.create(null);
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(members, name)) place.refuse("unknown member", name);
    found[name] = members[name](value[name], place.at(name));
  }
  return found;
};

/** An object with any members, each name and value of the given shape, as a Map. */
export const mapping = (key, item) => (value, place) => {
  if (!isObject(value)) place.refuse("must be an object", value);
  return new Map(Object.keys(value).map((name) => [key(name, place), item(value[name], place.at(name))]));
};

/** An object as it is, which other code looks into. */
export const anyObject = (value, place) => (isObject(value) ? value : place.refuse("must be an object", value));

export const list =
  (item, { least = 1, most = 1024 } = {}) =>
  (value, place) => {
    if (!Array.isArray(value)) place.refuse("must be an array", value);
    if (value.length < least || value.length > most) place.refuse(`must have ${least} to ${most} items`, value.length);
    return value.map((one, index) => item(one, place.at(index)));
  };

export const nullable = (shape) => (value, place) => (value === null ? null : shape(value, place));

/** Text on one line that looks like what it is: printable, no blank at either end. */
export const text =
  (most = 256) =>
  (value, place) => {
    if (typeof value !== "string") place.refuse("must be text", value);
    const length = [...value].length;
    if (length < 1 || length > most) place.refuse(`must have 1 to ${most} characters`, length);
    if (/[^\P{Z} ]|\p{C}/u.test(value) || value.startsWith(" ") || value.endsWith(" ")) {
      place.refuse("must be printable text without blanks at its ends", value);
    }
    return value;
  };

/** A name that is compared and never only shown: printable ASCII without blanks. */
export const identifier = (value, place) => {
  text()(value, place);
  if (!/^[\x21-\x7e]+$/.test(value)) place.refuse("must be ASCII without blanks", value);
  return value;
};

export const oneOf =
  (...allowed) =>
  (value, place) =>
    allowed.includes(value) ? value : place.refuse(`must be one of ${allowed.join(", ")}`, value);

export const integer =
  (least, most = Number.MAX_SAFE_INTEGER) =>
  (value, place) =>
    Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : place.refuse(`must be an integer from ${least} to ${most}`, value);

const matching = (pattern, what) => (value, place) =>
  typeof value === "string" && pattern.test(value) ? value : place.refuse(`must be ${what}`, value);

export const sha256Digest = matching(/^[0-9a-f]{64}$/, "a SHA-256 digest, 64 lower-case hexadecimal characters");
export const sha512Digest = matching(/^[0-9a-f]{128}$/, "a SHA-512 digest, 128 lower-case hexadecimal characters");
export const keyId = matching(/^sha256:[0-9a-f]{64}$/, "a key id, sha256: and 64 lower-case hexadecimal characters");
export const objectIdentifier = matching(/^[0-2](?:\.(?:0|[1-9][0-9]*))+$/, "an object identifier such as 1.3.6.1");
export const packageId = matching(/^urn:dc-attest:package:[0-9a-f]{32}$/, "the id of a package");

export const instant = (value, place) => {
  const found = typeof value === "string" ? parseInstant(value) : null;
  return found ?? place.refuse("must be an instant like 2026-10-01T00:00:00Z", value);
};

/** An instant in the one spelling that is written: UTC, ending in Z, no idle zeros. */
export const utcInstant = (value, place) => {
  const found = instant(value, place);
  return formatInstant(found) === value ? found : place.refuse(`must be written ${formatInstant(found)}`, value);
};

export const base64 = (value, place) => {
  const bytes = typeof value === "string" ? decodeBase64(value) : null;
  return bytes ?? place.refuse("must be standard base64 in its one canonical form (RFC 4648 section 4)", value);
};

/** Refuse a list in which two items have one name. */
export function requireDistinct(items, nameOf, place) {
  const seen = new Set();
  items.forEach((item, index) => {
    const name = nameOf(item);
    if (seen.has(name)) place.at(index).refuse("given twice", name);
    seen.add(name);
  });
}
