// What happened to a report after it was signed: acts over it, and the newest status list that the verifier holds.

import { accept } from "./accept.js";
import { DAY, formatInstant } from "./instant.js";
import { ACTS } from "./manifest.js";
import { CODES, refuse } from "./refusal.js";
import { KINDS } from "./roles.js";
import { TITLES } from "./steps.js";

// 64 signatures and a reason come to less.
const MAX_ACT_BYTES = 2 ** 20;

/** Nothing proves when an act was done, so its keys are judged at `at`. */
export async function requireActs(container, report, root, at, trail) {
  trail.begin(TITLES.acts);
  const paths = container.paths.filter((path) => path.startsWith(ACTS));
  if (paths.length === 0) {
    trail.notDone("no act came with the report; that there is none elsewhere it cannot show");
    return;
  }
  const told = [];
  for (const place of paths) {
    const { statement, signers } = await accept(await container.read(place, MAX_ACT_BYTES), KINDS.act, root, { at, proven: null });
    if (statement.report !== report.digest)
      refuse(CODES.binding, "an act over another report", { place, value: statement.report });
    const people = signers.map((one) => `${one.name} (${one.role})`).join(", ");
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
    told.push(`${statement.act} at ${when} by ${people}${successor}: ${statement.reason}`);
  }
  trail.done(told.join("; "));
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

/** Hold the report against a status list, which the verifier brings (bytes, or null). */
export async function requireStatus(bytes, report, root, at, trail) {
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
  const about = entry ? `${entry.status} ${formatInstant(entry.at)}: ${entry.reason}` : "lists no change to it";
  trail.done(`status as of ${issued}, list version ${statement.version}: ${about}`);
}
