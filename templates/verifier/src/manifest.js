// What a package may hold, and the manifest of what was sealed.

import { digestsOf } from "./container.js";
import { CODES, refuse } from "./refusal.js";
import { compareText, requireAscending } from "./statements/common.js";
import {
  Place,
  identifier,
  integer,
  list,
  object,
  oneOf,
  readDocument,
  sha256Digest,
  sha512Digest,
  text,
} from "./shape.js";

export const MANIFEST = "manifest.json";
export const REPORT = "report.dsse.json";
export const ATTESTATION = "attestation.dsse.json";
export const PDF = "attestation.pdf";
export const ACTS = "acts/";
export const REVOCATION = "seals/revocation/";
const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

const ALWAYS_SEALED = ["README.txt", REPORT, ATTESTATION, PDF, "evidence/tree.json", "evidence/leaves.bin"];
const SEALED = [/^evidence\/records\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.leaves\.bin$/, sealFiles("evidence")];
const DISCLOSABLE = [
  /^evidence\/openings\.jsonl$/,
  /^evidence\/records\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.openings\.jsonl$/,
  /^evidence\/files\/evidence\/[^\n]+$/,
];
const LATER = [
  /^manifest\.json$/,
  sealFiles("package"),
  sealFiles("late"),
  /^seals\/revocation\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.crl$/,
  /^acts\/[0-9]{4}\.dsse\.json$/,
];

function sealFiles(stage) {
  return new RegExp(`^seals/${stage}(?:\\.dsse\\.json|\\.[a-z][a-z0-9-]{0,31}\\.ts[qr])$`);
}

const matches = (patterns, path) => patterns.some((pattern) => pattern.test(path));
const isSealed = (path) => ALWAYS_SEALED.includes(path) || matches(SEALED, path);

/** Refuse a path that has no place in a package, and two that one file system would take for the same. */
function requireLayout(paths) {
  const folded = new Set();
  for (const path of paths) {
    if (!isSealed(path) && !matches(DISCLOSABLE, path) && !matches(LATER, path)) {
      refuse(CODES.binding, "a file that has no place in a package", { place: path, hint: "nothing vouches for it" });
    }
    const parts = path.split("/");
    const stepsOut =
      parts.some((part) => part === "" || part === "." || part === "..") || /[\\\p{C}\p{Zl}\p{Zp}]/u.test(path);
    // As file systems compare that take large and small letters, or composed and decomposed ones, for the same.
    const key = path.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC");
    if (stepsOut || folded.has(key))
      refuse(CODES.binding, "a path that another system reads as another file", { place: path });
    folded.add(key);
  }
}

const shape = object({
  format: oneOf("package-manifest/1"),
  package: identifier,
  files: list(object({ path: text(), size: integer(0), sha256: sha256Digest, sha512: sha512Digest }), {
    most: 100_000,
  }),
});

/** `{package, files: Map of path to digests}`, once the package holds exactly the files of its manifest. */
export async function requireManifest(container) {
  requireLayout(container.paths);
  const bytes = await container.read(MANIFEST, MAX_MANIFEST_BYTES);
  const document = readDocument(bytes, shape, MANIFEST, CODES.statement, MAX_MANIFEST_BYTES);
  const place = new Place(MANIFEST, CODES.statement).at("files");
  requireAscending(document.files, (one) => one.path, place);
  document.files.forEach((one, index) => {
    if (!isSealed(one.path)) place.at(index).refuse("not a file that a manifest lists", one.path);
  });
  const files = new Map(document.files.map((one) => [one.path, one]));
  for (const path of ALWAYS_SEALED) if (!files.has(path)) place.refuse(`does not list ${path}`);
  await requireFiles(container, files);
  return { package: document.package, files, bytes };
}

async function requireFiles(container, files) {
  for (const path of files.keys()) {
    if (!container.has(path)) refuse(CODES.binding, "listed in the manifest and not in the package", { place: path });
  }
  for (const path of container.paths.filter(isSealed).sort(compareText)) {
    const expected = files.get(path);
    if (!expected) refuse(CODES.binding, "in the package and not listed in the manifest", { place: path });
    const found = await digestsOf(container.blob(path));
    if (found.size !== expected.size || found.sha256 !== expected.sha256 || found.sha512 !== expected.sha512) {
      refuse(CODES.binding, "not the file that was sealed", { place: path, value: `SHA-512 ${found.sha512}` });
    }
  }
}
