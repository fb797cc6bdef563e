// What happened to a report after it was signed: acts over it, and the newest status list that the verifier holds.

import { accept } from "./accept.js";
import { STATEMENT_PAYLOAD, readEnvelope } from "./envelope.js";
import { DAY, formatInstant } from "./instant.js";
import { ACTS } from "./manifest.js";
import { CODES, Refusal, refuse } from "./refusal.js";
import { KINDS } from "./roles.js";
import { readAct } from "./statements/act.js";
import { TITLES } from "./steps.js";

// 64 signatures and a reason come to less.
const MAX_ACT_BYTES = 2 ** 20;

/**
 * Nothing proves when an act was done, so its keys are judged at `at`. One whose keys count no more by then is told as not
 * counted, or every package that somebody acknowledged would fail one day; a withdrawal is never passed over.
 */
export async function requireActs(container, report, root, at, trail) {
  trail.begin(TITLES.acts);
  const paths = container.paths.filter((path) => path.startsWith(ACTS));
  if (paths.length === 0) {
    trail.notDone("no act came with the report; that there is none elsewhere it cannot show");
    return;
  }
  const told = [];
  let isLapsed = false;
  for (const place of paths) {
    const { statement, signers, reason } = await acceptAct(await container.read(place, MAX_ACT_BYTES), root, at);
    isLapsed ||= reason !== "";
    if (statement.report !== report.digest)
      refuse(CODES.binding, "an act over another report", { place, value: statement.report });
    const people = signers.map((one) => `${one.name}, ${one.organisation} (${one.role})`).join(", ");
    const when = formatInstant(statement.at);
    if (statement.at < report.statement.concludedAt)
      refuse(CODES.binding, "an act from before the report", { place, value: when });
    if (statement.act === "withdraw" || statement.act === "supersede") requireOwn(signers, report, place);
    if (statement.act === "withdraw" && statement.at <= at) {
      refuse(CODES.binding, `the report was withdrawn by ${people} at ${when}`, {
        place,
        value: statement.reason,
        hint: "ask the assessor for its successor",
      });
    }
    const successor = statement.successor === null ? "" : `, by the report with SHA-512 ${statement.successor}`;
    told.push(`${statement.act} at ${when} by ${people}${successor}: ${statement.reason}${reason}`);
  }
  if (isLapsed) trail.notDone(told.join("; "));
  else trail.done(told.join("; "));
}

/** An act, and why it is not counted: its keys counted on the day that it claims, and do no more. */
async function acceptAct(bytes, root, at) {
  try {
    return { ...(await accept(bytes, KINDS.act, root, { at, proven: null })), reason: "" };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== CODES.trust) throw error;
    const claimed = readAct(readEnvelope(bytes, STATEMENT_PAYLOAD).payload);
    if (claimed.act === "withdraw") throw error;
    const accepted = await accept(bytes, KINDS.act, root, { at, proven: claimed.at });
    return { ...accepted, reason: ` (not counted, as nothing proves when that was: ${error.problem})` };
  }
}

const assessorsOf = (report) =>
  new Set(report.signers.filter(({ role }) => role === "assessor").map(({ organisationId }) => organisationId));

function requireOwn(acting, report, place) {
  const own = assessorsOf(report);
  const stranger = acting.find(({ organisationId }) => !own.has(organisationId));
  if (stranger)
    refuse(CODES.trust, "only the organisation that assessed can withdraw or replace its report", {
      place,
      value: stranger.principal,
    });
}

/**
 * Hold the report against a status list, which the verifier brings (bytes, or null). A list names the file of a report, and
 * whoever signed one can sign the same words again in another: of a report that `isAlone`, without the package that says
 * which file was meant, a list that does not name it shows nothing.
 */
export async function requireStatus(bytes, report, root, at, trail, isAlone) {
  trail.begin(TITLES.status);
  if (bytes === null) {
    trail.notDone("no status list was given; whether the report was withdrawn since is not known here");
    return;
  }
  const { statement, signers } = await accept(bytes, KINDS.status, root, { at, proven: null });
  // That a rival's list does not name the report says nothing about it.
  const own = assessorsOf(report);
  if (!signers.some(({ role, organisationId }) => role === "authority" || own.has(organisationId))) {
    refuse(CODES.trust, "the status list is neither of an authority nor of those who assessed", {
      value: signers[0].principal,
    });
  }
  const issued = formatInstant(statement.issuedAt);
  if (statement.issuedAt > at)
    refuse(CODES.binding, "the status list is dated after the time of verification", { value: issued });
  if (root.status && statement.version < root.status.leastVersion) {
    refuse(CODES.unverifiable, "the status list is older than one seen before", {
      value: statement.version,
      hint: "ask for the newest status list",
    });
  }
  if (root.status && at - statement.issuedAt > BigInt(root.status.maxAgeDays) * DAY) {
    refuse(CODES.unverifiable, `the status list is older than ${root.status.maxAgeDays} days`, {
      value: issued,
      hint: "ask for the newest status list",
    });
  }
  const entry = statement.entries.find((one) => one.report === report.digest);
  if (entry?.status === "withdrawn" && entry.at <= at) {
    refuse(CODES.binding, `the report was withdrawn at ${formatInstant(entry.at)}`, { value: entry.reason });
  }
  const told = `status as of ${issued}, list version ${statement.version}`;
  const age = root.status ? "" : "; the trust root does not say how old a list may be";
  if (entry) trail.done(`${told}: ${entry.status} ${formatInstant(entry.at)}: ${entry.reason}${age}`);
  else if (isAlone) trail.notDone(`${told}: does not name this file; its signers can make another: verify the package`);
  else trail.done(`${told}: lists no change to it${age}`);
}
