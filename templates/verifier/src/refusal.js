// Every way this page refuses: a code, what is wrong, where, and what was found there.

export const FAILED = "failed";
export const UNVERIFIABLE = "cannot be verified here";
export const PASSED = "passed with the stated limits";

export const CODES = Object.freeze({
  envelope: "verification.envelope",
  signature: "verification.signature",
  trust: "verification.trust",
  statement: "verification.statement",
  binding: "verification.binding",
  unverifiable: "unverifiable",
});

export class Refusal extends Error {
  /** `code` is one of CODES; `problem` says what is wrong in lower case without a full stop. */
  constructor(code, problem, { place = null, value = null, hint = null } = {}) {
    super((place ? `${place}: ` : "") + problem + (value === null ? "" : `: got ${shorten(value)}`));
    this.name = "Refusal";
    this.code = code;
    this.problem = problem;
    this.place = place;
    this.hint = hint;
  }

  /** The result class the refusal leads to. */
  get class() {
    return this.code === CODES.unverifiable ? UNVERIFIABLE : FAILED;
  }
}

export function refuse(code, problem, detail) {
  throw new Refusal(code, problem, detail);
}

/** `value` on one printable line of at most `limit` characters. */
export function shorten(value, limit = 120) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const line = [...text.slice(0, 2 * limit)]
    .map((sign) => (/[\p{C}\p{Zl}\p{Zp}]/u.test(sign) ? `\\u{${sign.codePointAt(0).toString(16)}}` : sign))
    .join("");
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
