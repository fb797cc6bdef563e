// The seals of a package and the times that authorities vouch for: which file was there no later than when.

import { accept } from "./accept.js";
import { sha512, sha512Hex } from "./digest.js";
import { SECOND, formatInstant } from "./instant.js";
import { REVOCATION } from "./manifest.js";
import { CODES, refuse } from "./refusal.js";
import { KINDS } from "./roles.js";
import { MAX_RESPONSES } from "./statements/results.js";
import { TITLES, count } from "./steps.js";
import { provenTime, verifyTimestamp } from "./timestamp.js";

const PACKAGE = "seals/package";
const EVIDENCE = "seals/evidence";
const LATE = "seals/late";
const MAX_TIMESTAMP_BYTES = 65536;
const MAX_LIST_BYTES = 32 * 2 ** 20;

/** `{evidence, proven, lateProven, stamps}`: each seal is over what it must be over, and its time as far as it is proven. */
export async function requireSeals(container, manifest, root, at, trail) {
  trail.begin(TITLES.seal);
  const seal = await readSealFile(container, PACKAGE, root, at);
  if (!seal) {
    if (root.thresholds.has(KINDS.seal))
      refuse(CODES.binding, "the package is not sealed", { place: `${PACKAGE}.dsse.json` });
    const late = container.paths.find((path) => path.startsWith(`${LATE}.`) || path.startsWith(REVOCATION));
    if (late) refuse(CODES.binding, "of a late seal, and the seal that it covers is not there", { place: late });
    trail.notDone("the package is not sealed, and the trust root asks for no seal");
    return { evidence: await evidenceSeal(container, root, at), proven: null, lateProven: null, told: null };
  }
  const { statement } = seal;
  if (statement.stage !== "package" || statement.subjects.get("manifest.json") !== (await sha512Hex(manifest.bytes))) {
    refuse(CODES.binding, "the seal is over another manifest", { place: `${PACKAGE}.dsse.json` });
  }
  if (statement.package !== manifest.package)
    refuse(CODES.binding, "the seal is of another package", { value: statement.package });
  trail.done(`by ${seal.signers.map((one) => one.name).join(", ")}, seal SHA-512 ${seal.digest}`);
  trail.begin(TITLES.provenTime);
  if (seal.proven === null) trail.notDone(seal.told);
  else trail.done(`no later than ${formatInstant(seal.proven)}: ${seal.told}`);
  const lateProven = await requireLate(container, root, at, seal, trail);
  return { evidence: await evidenceSeal(container, root, at), proven: seal.proven, lateProven, told: seal.told };
}

async function evidenceSeal(container, root, at) {
  const seal = await readSealFile(container, EVIDENCE, root, at);
  if (seal && seal.statement.stage !== "evidence")
    refuse(CODES.binding, "not a seal over evidence", { place: `${EVIDENCE}.dsse.json` });
  return seal;
}

/** A seal and its timestamps, or null where there is none. */
async function readSealFile(container, stem, root, at) {
  const path = `${stem}.dsse.json`;
  const beside = container.paths.filter((one) => one.startsWith(`${stem}.`) && one !== path);
  if (!container.has(path)) {
    if (beside.length > 0) refuse(CODES.binding, "a timestamp over a seal that is not there", { place: beside[0] });
    return null;
  }
  const bytes = await container.read(path);
  const { stamps, unknown } = await readStamps(container, stem, beside, await sha512(bytes), root);
  const proven = root.timeThreshold > 0 ? provenTime(stamps, root, at) : null;
  const accepted = await accept(bytes, KINDS.seal, root, { at, proven });
  const responses = await Promise.all(
    beside
      .filter((one) => one.endsWith(".tsr"))
      .map(async (one) => sha512Hex(await container.read(one, MAX_TIMESTAMP_BYTES))),
  );
  let told = stamps.map((one) => `${one.operator} ${formatInstant(one.time)}`).join("; ") || "no timestamp";
  if (root.timeThreshold === 0) told = `the trust root asks for no time authority (${told})`;
  if (unknown.length > 0) told += `; not counted, unknown to the trust root: ${unknown.join(", ")}`;
  return { ...accepted, responses: responses.sort(), proven, told };
}

async function readStamps(container, stem, beside, imprint, root) {
  if (beside.length > 2 * MAX_RESPONSES)
    refuse(CODES.binding, `a seal has at most ${MAX_RESPONSES} timestamps`, { place: stem, value: beside.length });
  const names = [...new Set(beside.map((path) => path.slice(stem.length + 1, path.lastIndexOf("."))))].sort();
  const stamps = [];
  const unknown = [];
  for (const name of names) {
    const [query, response] = [`${stem}.${name}.tsq`, `${stem}.${name}.tsr`];
    if (!container.has(query) || !container.has(response)) {
      refuse(CODES.binding, "a timestamp is the question and the answer; one is missing", { place: `${stem}.${name}` });
    }
    const authority = root.authorities.find((one) => one.authority === name);
    if (!authority) {
      unknown.push(name);
      continue;
    }
    const [asked, answered] = [
      await container.read(query, MAX_TIMESTAMP_BYTES),
      await container.read(response, MAX_TIMESTAMP_BYTES),
    ];
    stamps.push(await verifyTimestamp(asked, answered, imprint, authority));
  }
  return { stamps, unknown };
}

async function requireLate(container, root, at, first, trail) {
  trail.begin(TITLES.lateSeal);
  const late = await readSealFile(container, LATE, root, at);
  const covered = container.paths.filter((path) => path.startsWith(`${PACKAGE}.`) || path.startsWith(REVOCATION));
  const lists = covered.filter((path) => path.startsWith(REVOCATION));
  if (!late) {
    if (lists.length > 0) refuse(CODES.binding, "a revocation list that no late seal covers", { place: lists[0] });
    trail.notDone("there is no late seal yet: no revocation list from after the seal is covered");
    return null;
  }
  const { statement } = late;
  const same =
    statement.stage === "late" &&
    statement.package === first.statement.package &&
    statement.subjects.size === covered.length;
  if (!same) refuse(CODES.binding, "the late seal does not cover this seal", { place: `${LATE}.dsse.json` });
  for (const path of covered) {
    const digest = await sha512Hex(await container.read(path, MAX_LIST_BYTES));
    if (statement.subjects.get(path) !== digest)
      refuse(CODES.binding, "the late seal does not cover this file", { place: path });
  }
  if (first.proven === null || late.proven === null) {
    trail.notDone(`its time is not proven: ${late.told}`);
    return late.proven;
  }
  if (late.proven < first.proven - tolerance(root))
    refuse(CODES.binding, "the late seal is older than the seal it covers", { value: formatInstant(late.proven) });
  if (lists.length > 0)
    trail.done(`${count(lists.length, "revocation list")}, no later than ${formatInstant(late.proven)}: ${late.told}`);
  else trail.notDone("the late seal covers no revocation list: nothing shows what was revoked since");
  return late.proven;
}

const tolerance = (root) => BigInt(root.timeTolerance) * SECOND;

/** Refuse conclusions that are older than the evidence they cite. */
export function requireOrder(seals, statement, root, trail) {
  trail.begin(TITLES.evidenceFirst);
  const cited = statement.evidenceSeal;
  const { evidence } = seals;
  const same =
    cited === null
      ? evidence === null
      : evidence !== null && cited.envelope === evidence.digest && cited.responses.join() === evidence.responses.join();
  if (!same) refuse(CODES.binding, "the report cites another seal over the evidence than the package has");
  if (!evidence) {
    trail.notDone("the report cites no seal over the evidence: it does not show what came first");
    return;
  }
  if (evidence.statement.subjects.get("bundle") !== statement.digests.bundle)
    refuse(CODES.binding, "the seal is over other evidence");
  if (evidence.proven === null) {
    trail.notDone(`the evidence was sealed, its time is not proven: ${evidence.told}`);
    return;
  }
  const [sealed, concluded] = [formatInstant(evidence.proven), formatInstant(statement.concludedAt)];
  if (evidence.proven > statement.concludedAt + tolerance(root)) {
    refuse(CODES.binding, "the conclusions are dated before the evidence was sealed", {
      value: concluded,
      hint: `the evidence was sealed at ${sealed}`,
    });
  }
  if (seals.proven !== null && evidence.proven > seals.proven + tolerance(root))
    refuse(CODES.binding, "the evidence was sealed after the package", { value: sealed });
  trail.done(
    `evidence sealed ${sealed}, concluded ${concluded}; ` +
      "the report names that seal and its timestamps, so it was written after them",
  );
}
