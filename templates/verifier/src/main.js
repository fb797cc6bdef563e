// What the page is made of, for whoever loads it: a reader opens the page, a test or a script calls `verifyFiles`.

import { toUtf8 } from "./bytes.js";
import { formatInstant, parseInstant } from "./instant.js";
import { canonical, parseCanonical, parseJson } from "./json.js";
import { readPublicKey } from "./keys.js";
import { present, startPage } from "./page/page.js";
import { DECLARATIONS } from "./roles.js";
import { readRoot } from "./root.js";
import { requireSignature } from "./signature.js";
import { leafHash, rootOfHashes } from "./tree.js";
import { readEnvelope } from "./envelope.js";
import { readAttachments } from "./pdf.js";
import { verifyTimestamp } from "./timestamp.js";
import { verificationStatement } from "./verdict.js";
import { verify } from "./verify.js";

/** The format of verdicts and the part of the auditor that makes them. */
export const VERSION = "1";

/**
 * The verdict, as plain data, on `files`: [[path, Blob or bytes], ...] or File objects. `atMicros` are microseconds since
 * 1970 as a number, text or BigInt.
 */
export async function verifyFiles(files, trustRootBytes, atMicros, { status = null, kind } = {}) {
  const entries = [...files].map((one) => (Array.isArray(one) ? one : [one.webkitRelativePath || one.name, one]));
  const blobs = entries.map(([path, data]) => [path, data instanceof Blob ? data : new Blob([data])]);
  const [rootBytes, statusBytes] = [trustRootBytes, status].map((bytes) => (bytes ? new Uint8Array(bytes) : null));
  const verdict = await verify(blobs, rootBytes, BigInt(atMicros), { statusBytes, kind });
  if (globalThis.document) present(verdict);
  return verdict;
}

/** The parts that tests hold against vectors made by others. */
export const parts = Object.freeze({
  DECLARATIONS,
  canonical,
  formatInstant,
  leafHash,
  parseCanonical,
  parseInstant,
  parseJson,
  readAttachments,
  readEnvelope,
  readPublicKey,
  readRoot,
  requireSignature,
  rootOfHashes,
  toUtf8,
  verificationStatement,
  verifyTimestamp,
});

if (globalThis.document) {
  globalThis.verifyFiles = verifyFiles;
  startPage(VERSION);
}
