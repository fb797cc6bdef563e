// The evidence tree (RFC 9162 section 2.1.1, SHA-256) and the salted leaves that a package opens.

import { equal, toHex, toUtf8 } from "./bytes.js";
import { sha256Hex, sha256Sync } from "./digest.js";
import { JsonError, canonical, parseCanonical } from "./json.js";
import { CODES, refuse } from "./refusal.js";
import { compareText } from "./statements/common.js";
import { Place, anyObject, integer, object, oneOf, readDocument, sha256Digest } from "./shape.js";

export const TREE = "evidence/tree.json";
export const LEAVES = "evidence/leaves.bin";
export const OPENINGS = "evidence/openings.jsonl";
export const FILES = "evidence/files/";
export const RECORDS = "evidence/records/";
const HASH_BYTES = 32;
const MAX_LEAF = 65536;
const MAX_RECORD = 32 * 2 ** 20;

const treeShape = object({
  format: oneOf("evidence-tree/1"),
  algorithm: oneOf("rfc9162-sha256"),
  leaf: oneOf("salted-jcs/1"),
  size: integer(1, 2 ** 40),
  root: sha256Digest,
});

/** MTH of one leaf. */
export function leafHash(leaf) {
  const message = new Uint8Array(leaf.length + 1);
  message.set(leaf, 1);
  return sha256Sync(message);
}

/** MTH over leaf hashes that stand one after the other: pairs are joined level by level, an odd last one moves up. */
export function rootOfHashes(leaves) {
  let level = Uint8Array.from(leaves);
  let count = level.length / HASH_BYTES;
  const message = new Uint8Array(1 + 2 * HASH_BYTES);
  message[0] = 1;
  while (count > 1) {
    for (let pair = 0; pair < count >> 1; pair += 1) {
      message.set(level.subarray(pair * 2 * HASH_BYTES, (pair + 1) * 2 * HASH_BYTES), 1);
      level.set(sha256Sync(message), pair * HASH_BYTES);
    }
    if (count & 1) level.copyWithin((count >> 1) * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES);
    count = (count + 1) >> 1;
  }
  return level.slice(0, HASH_BYTES);
}

/** `{size, root, leaves}` of the tree that the two files give, if it has the signed root. */
export function requireTree(treeBytes, leaves, signedRoot) {
  const tree = readDocument(treeBytes, treeShape, TREE, CODES.statement, 1024);
  if (tree.root !== signedRoot)
    refuse(CODES.binding, "not the evidence tree that was signed", { place: TREE, value: tree.root });
  return heldTree(tree.size, leaves, signedRoot, LEAVES);
}

/** The tree over the records of one item, whose size and root are signed. */
export function requireRecordTree(signed, leaves, place) {
  if (signed.size < 1) refuse(CODES.statement, "a tree has at least one leaf", { place });
  return heldTree(signed.size, leaves, signed.root, place);
}

function heldTree(size, leaves, root, place) {
  if (leaves.length !== size * HASH_BYTES) {
    refuse(CODES.statement, `must hold ${size} hashes of ${HASH_BYTES} bytes`, {
      place,
      value: `${leaves.length} bytes`,
    });
  }
  const found = toHex(rootOfHashes(leaves));
  if (found !== root) refuse(CODES.binding, "the leaf hashes do not lead to the signed root", { place, value: found });
  return { size, root, leaves };
}

const hashAt = (tree, index) => tree.leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);

/** Refuse results whose list of evidence is not that of the tree: its root, its size, and each item's leaf in place. */
export function requireListed(tree, bundle) {
  const place = new Place("results", CODES.binding, "/bundle");
  const items = bundle.items;
  if (!Array.isArray(items) || items.some((item) => typeof item !== "object" || item === null || Array.isArray(item))) {
    refuse(CODES.statement, "the results do not list the items of their evidence", { place: "results /bundle/items" });
  }
  if (bundle.root !== tree.root) place.at("root").refuse("the results cite another evidence tree", bundle.root);
  if (bundle.size !== tree.size || items.length !== tree.size - 1)
    place.at("size").refuse(`the tree has ${tree.size} leaves`, bundle.size ?? null);
  items.forEach((item, index) => {
    if (item.leaf !== toHex(hashAt(tree, index + 1)))
      place
        .at("items")
        .at(index)
        .at("leaf")
        .refuse("not the leaf of the tree", item.id ?? null);
  });
}

/** The leaves opened by an openings file: `{index, item, path, size, sha256}`, each at its place in the tree. */
export function readOpenings(tree, bytes) {
  const salts = new Set();
  let last = null;
  return lines(bytes, OPENINGS, MAX_LEAF).map(({ line, place }) => {
    const leaf = readLeaf(line, place);
    if (last) requireAfter(leaf, last, place);
    requirePlace(tree, leaf.index, line, place);
    requireFresh(leaf.salt, salts, place);
    last = leaf;
    return leaf;
  });
}

/** The records of `item` opened by an openings file: `{record, text}`. */
export function readRecordOpenings(tree, item, bytes, name) {
  const salts = new Set();
  let last = 0;
  return lines(bytes, name, MAX_RECORD).map(({ line, place }) => {
    const leaf = parseLeaf(line, place);
    requireMembers(leaf, ["item", "record", "salt", "text"], place);
    requireSalt(leaf.salt, place);
    const isRecord =
      leaf.item === item && Number.isSafeInteger(leaf.record) && leaf.record > last && typeof leaf.text === "string";
    if (!isRecord) refuse(CODES.statement, "not a record of this item, in ascending order", { place });
    requirePlace(tree, leaf.record - 1, line, place);
    requireFresh(leaf.salt, salts, place);
    last = leaf.record;
    return { record: leaf.record, text: leaf.text };
  });
}

function lines(bytes, name, most) {
  const found = [];
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    const place = `${name}:${found.length + 1}`;
    if (end < 0 || end - start > most)
      refuse(CODES.statement, `a line without end, or of more than ${most} bytes`, { place });
    found.push({ line: bytes.subarray(start, end), place });
    start = end + 1;
  }
  return found;
}

function parseLeaf(line, place) {
  let leaf;
  try {
    leaf = parseCanonical(line, MAX_RECORD);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    refuse(CODES.statement, error.message, { place });
  }
  return anyObject(leaf, new Place(place, CODES.statement));
}

function requireMembers(leaf, members, place) {
  if (!hasMembers(leaf, members))
    refuse(CODES.statement, "not the members of a leaf", { place, value: Object.keys(leaf).join(", ") });
}

function readLeaf(line, place) {
  const leaf = parseLeaf(line, place);
  const isHead = "head" in leaf;
  requireMembers(leaf, ["bundle", "facility", "index", isHead ? "head" : "item", "salt"], place);
  const { bundle, facility, index, salt } = leaf;
  requireSalt(salt, place);
  const isPlace = Number.isSafeInteger(index) && index >= 0 && (index === 0) === isHead;
  if (!isPlace || typeof bundle !== "string" || typeof facility !== "string")
    refuse(CODES.statement, "not a leaf of a bundle", { place });
  if (isHead) {
    requireHead(leaf.head, facility, place);
    return { index, item: null, path: null, bundle, facility, salt, head: leaf.head };
  }
  const item = requireItem(leaf.item, place);
  return {
    index,
    item: item.id,
    path: item.path,
    size: item.size,
    sha256: item.sha256,
    bundle,
    facility,
    salt,
    entry: item,
  };
}

function requireHead(head, facility, place) {
  const good =
    hasMembers(head, ["facility", "period"]) &&
    isPlain(head.facility) &&
    head.facility.id === facility &&
    isTexts(head.period, ["from", "to"]);
  if (!good) refuse(CODES.statement, "the head of a bundle has its facility and its period", { place });
}

const REQUIRED = ["collected", "id", "kind", "observed", "path", "received", "sensitivity", "sha256", "size", "source"];
const TEXTS = ["collected", "id", "kind", "mapping", "path", "received", "sensitivity", "title"];
const ITEM_ID = /^[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}$/;
const ITEM_PATH = /^evidence(?:\/(?!\.{1,2}(?:\/|$))[^/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]{1,255}){1,19}$/u;

function requireItem(item, place) {
  const bad = (problem, value = null) => refuse(CODES.statement, problem, { place, value });
  if (!isPlain(item)) bad("not a manifest entry");
  const names = Object.keys(item);
  const known = names.every((name) => REQUIRED.includes(name) || name === "mapping" || name === "title");
  if (!known || REQUIRED.some((name) => !(name in item))) bad("not the members of a manifest entry");
  if (TEXTS.some((name) => name in item && typeof item[name] !== "string")) bad("must be text");
  if (!isTexts(item.observed, ["from", "to"]) || !isTexts(item.source, ["collector", "system"]))
    bad("not the members of a manifest entry");
  if (!Number.isSafeInteger(item.size) || item.size < 0) bad("a size is a whole number of bytes", item.size);
  sha256Digest(item.sha256, new Place(place, CODES.statement));
  if (!ITEM_ID.test(item.id)) bad("not the id of an item", item.id);
  if (!ITEM_PATH.test(item.path)) bad("not the path of an item", item.path);
  return item;
}

const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const hasMembers = (value, names) => isPlain(value) && Object.keys(value).sort().join() === [...names].sort().join();
const isTexts = (value, names) => hasMembers(value, names) && names.every((name) => typeof value[name] === "string");

function requireSalt(salt, place) {
  if (typeof salt !== "string" || !/^[0-9a-f]{64}$/.test(salt))
    refuse(CODES.statement, "a salt is 32 bytes in lower-case hexadecimal", { place });
}

function requireFresh(salt, salts, place) {
  if (salts.has(salt)) refuse(CODES.statement, "two leaves have the same salt", { place });
  salts.add(salt);
}

function requireAfter(leaf, last, place) {
  if (leaf.index <= last.index) refuse(CODES.statement, "openings must stand in ascending order, each once", { place });
  if (leaf.bundle !== last.bundle || leaf.facility !== last.facility)
    refuse(CODES.binding, "a leaf of another bundle", { place });
  if (last.item !== null && compareText(leaf.item, last.item) <= 0)
    refuse(CODES.statement, "items must stand in the order of their ids", { place });
}

function requirePlace(tree, index, line, place) {
  if (index >= tree.size)
    refuse(CODES.binding, `the tree has ${tree.size} leaves, numbered from 0`, { place, value: index });
  if (!equal(leafHash(line), hashAt(tree, index)))
    refuse(CODES.binding, "not the leaf that was committed to at this place", { place });
}

/** Refuse leaves of another facility than that of the results, and a head that tells of another facility or period. */
export function requireFacility(openings, { facility = null, period = null }) {
  for (const { index, item, facility: name, head } of openings) {
    if (name !== facility?.id) refuse(CODES.binding, "evidence of another facility", { place: `${OPENINGS}: ${index}` });
    if (item === null && canonical(head) !== canonical({ facility, period }))
      refuse(CODES.binding, "the results tell of another facility or period than the evidence", { place: OPENINGS });
  }
}

/** Refuse where the results say otherwise of an item than its opened leaf. */
export function requireTold(leaf, bundle) {
  if (leaf.item === null) return;
  // The digest of the file is not among what the results say: it could be guessed without the salt.
  const { source, ...rest } = leaf.entry;
  delete rest.sha256;
  const told = bundle.items[leaf.index - 1];
  for (const [name, value] of Object.entries({ ...rest, ...source })) {
    const same = name in told && canonical(told[name]) === canonical(value);
    if (!same)
      refuse(CODES.binding, "the results say otherwise than the evidence", {
        place: `results /bundle/items/${leaf.index - 1}/${name}`,
      });
  }
}

/** Where a package keeps the leaf hashes of an item's records, and the records that are opened. */
export async function recordFiles(item) {
  const isPlainName = /^(?!id-)[a-z0-9][a-z0-9._-]{0,99}$/.test(item);
  const name = isPlainName ? item : `id-${(await sha256Hex(toUtf8(item))).slice(0, 32)}`;
  return [`${RECORDS}${name}.leaves.bin`, `${RECORDS}${name}.openings.jsonl`];
}
