// What a signed report says, told whatever its shape: its signers vouch for the words, and for no shape of them.

export const NOT_SAID = "not said";

/** The most of one text that is told. */
const MOST_TOLD = 1000;

/** The text or number at the members `way` of `value`, or that it is not said. */
export function said(value, ...way) {
  let found = value;
  for (const name of way) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : null;
  if (typeof found !== "number" && typeof found !== "string") return NOT_SAID;
  const text = String(found);
  if (text.trim() === "") return NOT_SAID;
  return text.length <= MOST_TOLD ? text : `${text.slice(0, MOST_TOLD - 1)}…`;
}

/** Two members of the member `name` as one text. */
export function saidOf(value, name, first, second, join = (one, other) => `${one} (${other})`) {
  const [one, other] = [said(value, name, first), said(value, name, second)];
  return one === NOT_SAID && other === NOT_SAID ? NOT_SAID : join(one, other);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
