// The verdict as plain data: what was signed, apart from what this page adds; and as an in-toto statement (SVR v0.2).

import { bytesOf } from "./container.js";
import { sha512Hex } from "./digest.js";
import { formatInstant } from "./instant.js";
import { canonical } from "./json.js";
import { MANIFEST } from "./manifest.js";
import { PASSED } from "./refusal.js";
import { hasNativeMlDsa } from "./signature.js";
import { visibleEvidence } from "./visibility.js";

export const VERIFIER = "https://dc-attest.example/auditor/verify.html";

export async function passedVerdict(found, input, root, at, steps) {
  const { report, disclosed = null } = found;
  const signed = signedFacts(report);
  const visible = disclosed ? visibleEvidence(report.statement.results, disclosed) : null;
  const added = {
    ...addedFacts(root, at),
    proven: found.seals?.proven ? formatInstant(found.seals.proven) : null,
    visible,
  };
  return {
    class: PASSED,
    code: null,
    problem: null,
    hint: null,
    steps,
    signed,
    added,
    subject: await subjectOf(input),
  };
}

export async function failedVerdict(refusal, input, root, at, steps) {
  const { code, hint, message: problem } = refusal;
  return {
    class: refusal.class,
    code,
    problem,
    hint,
    steps,
    signed: null,
    added: addedFacts(root, at),
    subject: await subjectOf(input),
  };
}

/** What this page knows from elsewhere than the signed bytes. */
function addedFacts(root, at) {
  return {
    verifiedAt: formatInstant(at),
    trust: root && {
      lineage: root.lineage,
      version: root.version,
      issuedAt: formatInstant(root.issuedAt),
      sha256: root.digest,
      principals: root.principals.length,
      holders: root.root.holders.length,
    },
    mlDsa: hasNativeMlDsa()
      ? "this page and this browser, which agreed"
      : "this page alone; this browser has no ML-DSA of its own",
  };
}

/** What the signed payload says, word for word. */
function signedFacts({ statement, signers, digest }) {
  const { results } = statement;
  return {
    package: statement.package,
    report: digest,
    facility: results.facility ?? null,
    profile: results.profile ?? null,
    period: results.period ?? null,
    asOf: formatInstant(statement.assessedAt),
    concludedAt: formatInstant(statement.concludedAt),
    engine: statement.engine,
    digests: statement.digests,
    supersedes: statement.supersedes,
    verdict: results.verdict ?? null,
    findings: Array.isArray(results.findings) ? results.findings : [],
    signers: signers.map(({ principal, role }, index) => ({
      principal,
      role,
      declares: statement.signers[index].declares,
    })),
    people: signers.map(({ principal, name, organisation, role, keyids }) => ({
      principal,
      name,
      organisation,
      role,
      keyids,
    })),
  };
}

/** The manifest stands for a folder: it names every sealed file by its digests. */
async function subjectOf({ name, kind, files }) {
  const chosen = kind === "folder" ? files.find(([path]) => path === MANIFEST) : files[0];
  if (!chosen) return null;
  try {
    const digest = await sha512Hex(await bytesOf(chosen[1]));
    return { name: kind === "folder" ? `${name}/${MANIFEST}` : name, digest: { sha512: digest } };
  } catch {
    // The digest of something that cannot be read is not known, and the verdict says already that it cannot be read.
    return null;
  }
}

/**
 * The verdict as the text of an unsigned in-toto statement, Simple Verification Result v0.2, in the words that the
 * command line saves it with: one policy reads both. `judgedAt` is what keys and times were judged by, `createdAt` is now.
 */
export function verificationStatement(verdict, createdAt, version) {
  const { trust, verifiedAt } = verdict.added;
  const done = verdict.steps.filter(({ state }) => state === "done");
  const left = verdict.steps.filter(({ state }) => state !== "done");
  return canonical({
    _type: "https://in-toto.io/Statement/v1",
    subject: verdict.subject ? [verdict.subject] : [],
    predicateType: "https://in-toto.io/attestation/svr/v0.2",
    predicate: {
      verifier: {
        id: `${VERIFIER}@${version}`,
        policies: trust ? [{ name: "trust-root", digest: { sha256: trust.sha256 } }] : [],
      },
      timeCreated: formatInstant(createdAt),
      judgedAt: verifiedAt,
      properties: [
        `AUDITOR_RESULT_${word(verdict.class)}`,
        ...done.map(({ title }) => `AUDITOR_STEP_${word(title)}`),
      ],
      notDone: left.map(({ title, detail }) => ({ step: title, reason: detail })),
    },
  });
}

/** Capitals and underscores, the way of properties in SVR. */
const word = (text) => text.replaceAll("'", "").toUpperCase().match(/[A-Z0-9]+/g).join("_");
