// Instants as integer microseconds since 1970-01-01T00:00:00Z (BigInt), read from RFC 3339 text.

const SHAPE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

export const EARLIEST = -62135596800_000_000n;
export const LATEST = 253402300799_999_999n;
export const SECOND = 1_000_000n;
export const DAY = 86_400n * SECOND;

/** Microseconds of an instant with a zone within the years 0001 to 9999, or null. */
export function parseInstant(text) {
  const found = SHAPE.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const seconds = secondsOf(year, month, day, hour, minute, second);
  if (seconds === null) return null;
  const [sign, hours, minutes] = [found[8], Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (hours > 23 || minutes > 59) return null;
  const shift = (sign === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
  const instant = BigInt(seconds - shift) * SECOND + BigInt((found[7] ?? "").padEnd(6, "0"));
  return instant < EARLIEST || instant > LATEST ? null : instant;
}

/** Seconds since 1970 of a civil date and time in UTC, or null where the calendar has none such. */
export function secondsOf(year, month, day, hour, minute, second) {
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
}

/** The instant in UTC, with a fraction only where there is one: 2026-10-01T00:00:00Z. */
export function formatInstant(instant) {
  let seconds = instant / SECOND;
  let fraction = instant % SECOND;
  if (fraction < 0n) {
    seconds -= 1n;
    fraction += SECOND;
  }
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const decimals = fraction === 0n ? "" : `.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
  return `${text}${decimals}Z`;
}
