// A package's files: a folder as the browser hands it over, or a zip of stored files read by a strict reader of our own.
//
// Both are `{name, paths, size(path), read(path), blob(path)}`, paths in ascending order.

import { sha256 as nobleSha256, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.js";
import { sha256Hex, sha512Hex } from "./digest.js";
import { CODES, refuse } from "./refusal.js";
import { compareText } from "./statements/common.js";

/** The most that is read into memory at once; larger evidence is hashed as it passes. */
export const MAX_MEMBER_BYTES = 256 * 2 ** 20;
const MAX_ZIP_IN_MEMORY = 64 * 2 ** 20;
const CHUNK = 8 * 2 ** 20;
const MAX_FILES = 2_000_000;

class Container {
  constructor(name, blobs) {
    this.name = name;
    this.blobs = blobs;
    this.paths = [...blobs.keys()].sort(compareText);
  }

  has(path) {
    return this.blobs.has(path);
  }

  size(path) {
    return this.blob(path).size;
  }

  blob(path) {
    return this.blobs.get(path) ?? refuse(CODES.binding, "the package lacks a file", { place: this.name, value: path });
  }

  async read(path, limit = MAX_MEMBER_BYTES, code = CODES.binding) {
    const blob = this.blob(path);
    if (blob.size > limit) refuse(code, `larger than the ${limit} bytes allowed`, { place: path, value: blob.size });
    return bytesOf(blob);
  }
}

/** The bytes of a Blob; a file that changed or went away since it was chosen cannot be verified here. */
export async function bytesOf(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    return refuse(CODES.unverifiable, "a file can no longer be read", {
      value: String(error),
      hint: "choose the files again",
    });
  }
}

/** `{size, sha256, sha512}` of a Blob, in bounded memory. */
export async function digestsOf(blob) {
  if (blob.size <= CHUNK) {
    const bytes = await bytesOf(blob);
    const [sha256, sha512] = await Promise.all([sha256Hex(bytes), sha512Hex(bytes)]);
    return { size: bytes.length, sha256, sha512 };
  }
  if (blob.size <= MAX_MEMBER_BYTES) {
    const bytes = await bytesOf(blob);
    return { size: bytes.length, sha256: await sha256Hex(bytes), sha512: await sha512Hex(bytes) };
  }
  const [sha256, sha512] = [nobleSha256.create(), nobleSha512.create()];
  for (let start = 0; start < blob.size; start += CHUNK) {
    const chunk = await bytesOf(blob.slice(start, start + CHUNK));
    sha256.update(chunk);
    sha512.update(chunk);
  }
  return { size: blob.size, sha256: toHex(sha256.digest()), sha512: toHex(sha512.digest()) };
}

/** The package in a folder: [[path inside the folder, Blob], ...]. */
export function openFolder(name, entries) {
  const blobs = new Map();
  for (const [path, blob] of entries) {
    if (blobs.size >= MAX_FILES) refuse(CODES.binding, "too many files for a package");
    if (blobs.has(path)) refuse(CODES.binding, "the folder holds a file twice", { value: path });
    blobs.set(path, blob);
  }
  return new Container(name, blobs);
}

const END = 22;
const CENTRAL = 46;
const LOCAL = 30;
const UTF8_NAMES = 0x800;
const KIND = 0o170000;
const REGULAR = 0o100000;
const DOS_FOLDER = 0x10;

/** Bytes that are read like a Blob: a browser asks another process for each part of a file, a few milliseconds a time. */
class InMemory {
  constructor(bytes) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  slice(start, end) {
    return new InMemory(this.bytes.subarray(start, end));
  }

  async arrayBuffer() {
    return this.bytes.slice().buffer;
  }
}

/**
 * The package in a zip (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16) whose every byte is accounted for: stored files only,
 * one after the other from the first byte to the directory; no encryption, no comments, no extra fields.
 */
export async function openZip(name, blob) {
  const no = (problem, value = null) => refuse(CODES.binding, problem, { place: name, value });
  if (blob.size <= MAX_ZIP_IN_MEMORY) blob = new InMemory(await bytesOf(blob));
  if (blob.size < END) no("not a package: neither a folder nor a zip");
  const end = await viewOf(blob, blob.size - END, END);
  if (end.getUint32(0, true) !== 0x06054b50 || end.getUint16(20, true) !== 0)
    no("not a package: the file does not end as a plain zip does");
  const count = end.getUint16(10, true);
  const [length, offset] = [end.getUint32(12, true), end.getUint32(16, true)];
  const oneDisk = end.getUint16(4, true) === 0 && end.getUint16(6, true) === 0 && end.getUint16(8, true) === count;
  if (!oneDisk || offset + length + END !== blob.size) no("the zip's end does not fit its contents");
  const directory = await viewOf(blob, offset, length);
  const blobs = new Map();
  let [position, expected] = [0, 0];
  for (let index = 0; index < count; index += 1) {
    const entry = readCentral(directory, position, expected, no);
    await requireLocal(blob, entry, no);
    if (blobs.has(entry.name)) no("the zip holds a file twice", entry.name);
    blobs.set(entry.name, blob.slice(entry.start, entry.start + entry.size));
    position = entry.next;
    expected = entry.start + entry.size;
  }
  if (position !== length || expected !== offset) no("the zip holds bytes that belong to no file");
  return new Container(name, blobs);
}

function readCentral(directory, position, expected, no) {
  if (position + CENTRAL > directory.byteLength) no("the zip's directory is cut short");
  const short = (at) => directory.getUint16(position + at, true);
  const long = (at) => directory.getUint32(position + at, true);
  const nameLength = short(28);
  if (long(0) !== 0x02014b50 || position + CENTRAL + nameLength > directory.byteLength)
    no("the zip's directory cannot be read");
  const entry = {
    flags: short(8),
    method: short(10),
    crc: long(16),
    packed: long(20),
    size: long(24),
    offset: long(42),
  };
  const raw = new Uint8Array(directory.buffer, directory.byteOffset + position + CENTRAL, nameLength);
  const isPlain = (entry.flags & ~UTF8_NAMES) === 0 && entry.method === 0 && entry.packed === entry.size;
  // Whoever unpacks a file that is marked as a link makes a link, to wherever its bytes say.
  const [kind, isFolder] = [short(40) & KIND, (short(38) & DOS_FOLDER) !== 0];
  const isFile = (kind === 0 || kind === REGULAR) && !isFolder;
  const hasMore = short(30) !== 0 || short(32) !== 0 || short(34) !== 0 || entry.offset !== expected;
  if (!isPlain || !isFile || hasMore) no("the zip holds a file that is not simply stored");
  return {
    ...entry,
    raw,
    name: nameOf(raw, entry.flags, no),
    start: entry.offset + LOCAL + nameLength,
    next: position + CENTRAL + nameLength,
  };
}

function nameOf(raw, flags, no) {
  if (!(flags & UTF8_NAMES) && raw.some((byte) => byte >= 0x80)) no("a name in the zip is not text");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return no("a name in the zip is not text");
  }
}

async function requireLocal(blob, { flags, method, crc, packed, size, offset, raw }, no) {
  if (offset + LOCAL + raw.length > blob.size) no("the zip is cut short");
  const local = await viewOf(blob, offset, LOCAL + raw.length);
  const found = [0, 6, 8, 14, 18, 22, 26, 28].map((at) =>
    [0, 14, 18, 22].includes(at) ? local.getUint32(at, true) : local.getUint16(at, true),
  );
  const wanted = [0x04034b50, flags, method, crc, packed, size, raw.length, 0];
  const sameName = raw.every((byte, at) => local.getUint8(LOCAL + at) === byte);
  if (!sameName || wanted.some((value, at) => value !== found[at])) no("the zip says two things about one file");
}

async function viewOf(blob, start, length) {
  const bytes = await bytesOf(blob.slice(start, start + length));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
