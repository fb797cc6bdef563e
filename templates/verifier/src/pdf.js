// The files attached to one of our PDFs. It may have grown by incremental updates (its signature and timestamps), but what
// leads to an attachment must be as revision 0 wrote it: only the catalog may have been written anew.
//
// Only uncompressed objects with plain cross-reference tables are read, as our attestations have them; a PDF written in
// another way is not refused as false, it cannot be verified here.

import { toLatin1 } from "./bytes.js";
import { Name, PdfError, Reader, Reference, Stream } from "./pdf-syntax.js";
import { CODES, refuse } from "./refusal.js";

const MAX_REVISIONS = 16;
const MAX_OBJECTS = 1_000_000;
const MAX_ATTACHMENT_BYTES = 128 * 2 ** 20;
const MAX_ATTACHMENTS = 64;

export const isPdf = (bytes) => toLatin1(bytes.subarray(0, 5)) === "%PDF-";

/** The attachments as a Map of names to bytes. */
export async function readAttachments(bytes, place) {
  try {
    const file = new PdfFile(bytes);
    return await file.attachments();
  } catch (error) {
    if (!(error instanceof PdfError)) throw error;
    return refuse(CODES.binding, `the PDF cannot be read: ${error.message}`, { place });
  }
}

/** The one attachment called `name`. */
export function attachment(attachments, name, place) {
  return attachments.get(name) ?? refuse(CODES.binding, "the PDF holds no such attachment", { place, value: name });
}

class PdfFile {
  constructor(bytes) {
    this.bytes = bytes;
    this.objects = new Map();
    this.root = null;
    this.readRevisions();
  }

  /** From the newest cross-reference section to the oldest; a newer place of an object hides an older one. */
  readRevisions() {
    let at = this.startOfNewest();
    for (let seen = new Set(); at !== null;) {
      if (seen.has(at) || seen.size >= MAX_REVISIONS) throw new PdfError("the revisions do not end");
      seen.add(at);
      const trailer = this.readSection(at);
      if (!(trailer.get("Root") instanceof Reference)) throw new PdfError("no catalog");
      if (trailer.has("Encrypt")) refuse(CODES.unverifiable, "the PDF is encrypted");
      this.root ??= trailer.get("Root");
      const previous = trailer.get("Prev") ?? null;
      if (previous !== null && !Number.isSafeInteger(previous)) throw new PdfError("the revisions cannot be followed");
      at = previous;
    }
  }

  startOfNewest() {
    const tail = toLatin1(this.bytes.subarray(Math.max(0, this.bytes.length - 64)));
    const found = /startxref\r?\n(\d{1,12})\r?\n%%EOF(?:\r?\n)?$/.exec(tail);
    if (!found) throw new PdfError("it does not end as a PDF does");
    return Number(found[1]);
  }

  readSection(at) {
    const reader = new Reader(this.bytes, at);
    if (at >= this.bytes.length || !reader.took("xref")) {
      refuse(CODES.unverifiable, "the PDF keeps its objects in a way that this page does not read", {
        hint: "use: auditor verify; or take report.dsse.json out of the PDF and verify that",
      });
    }
    const entries = [];
    while (!reader.took("trailer")) {
      const [first, size] = [reader.integer(), reader.integer()];
      if (entries.length + size > MAX_OBJECTS) throw new PdfError("too many objects");
      for (let index = 0; index < size; index += 1) {
        const [offset, generation, kind] = [reader.integer(), reader.integer(), reader.word()];
        if (kind !== "n" && kind !== "f") throw new PdfError("not a cross-reference entry");
        entries.push([first + index, kind === "n" ? { offset, generation } : null]);
      }
    }
    for (const [number, entry] of entries) {
      const places = this.objects.get(number) ?? [];
      places.push(entry);
      this.objects.set(number, places);
    }
    const trailer = reader.value();
    if (!(trailer instanceof Map) || trailer.has("XRefStm")) throw new PdfError("not a trailer that this page reads");
    return trailer;
  }

  /** The object behind `value`, which must be as revision 0 wrote it unless `mayChange`. */
  resolve(value, mayChange = false) {
    if (!(value instanceof Reference)) return value;
    const places = this.objects.get(value.number) ?? [];
    if (places.length === 0 || places[0] === null) throw new PdfError(`object ${value.number} is missing`);
    if (places.length > 1 && !mayChange)
      throw new PdfError(`object ${value.number} was changed after the first revision`);
    if (places[0].generation !== value.generation) throw new PdfError("an object of another generation");
    return this.objectAt(places[0].offset, value);
  }

  objectAt(offset, { number, generation }) {
    const reader = new Reader(this.bytes, offset);
    if (reader.integer() !== number || reader.integer() !== generation)
      throw new PdfError("another object than the table says");
    reader.keyword("obj");
    const value = reader.value();
    if (value instanceof Map && reader.took("stream")) return this.streamAt(reader, value);
    reader.keyword("endobj");
    return value;
  }

  streamAt(reader, dictionary) {
    if (this.bytes[reader.at] === 13) reader.at += 1;
    if (this.bytes[reader.at] !== 10) throw new PdfError("a stream that does not begin as one");
    const start = reader.at + 1;
    const length = this.resolve(dictionary.get("Length"));
    if (!Number.isSafeInteger(length) || length < 0 || start + length > this.bytes.length)
      throw new PdfError("a stream of impossible length");
    reader.at = start + length;
    reader.keyword("endstream");
    reader.keyword("endobj");
    return new Stream(dictionary, this.bytes.subarray(start, start + length));
  }

  async attachments() {
    const catalog = this.dictionary(this.root, true);
    // Written in the catalog itself the names could change with it; their contents are compared with what was signed.
    const names = this.dictionary(catalog.get("Names"));
    const tree = this.dictionary(names.get("EmbeddedFiles"));
    const listed = tree.get("Names");
    if (tree.size !== 1 || !Array.isArray(listed) || listed.length % 2 || listed.length > 2 * MAX_ATTACHMENTS)
      throw new PdfError("no list of attachments");
    // A PDF can list its files in two places, and readers differ in which they go by.
    if (numbersOf(this.resolve(catalog.get("AF"))) !== numbersOf(listed.filter((_, at) => at % 2)))
      throw new PdfError("the attachments are listed in two ways");
    const found = new Map();
    for (let at = 0; at < listed.length; at += 2) {
      const name = this.text(listed[at]);
      const specification = this.dictionary(listed[at + 1]);
      if (this.text(specification.get("F")) !== name || this.text(specification.get("UF")) !== name)
        throw new PdfError("an attachment with two names");
      if (found.has(name)) throw new PdfError(`the attachment ${name} is there twice`);
      const contents = this.dictionary(specification.get("EF"));
      if (contents.size !== 1) throw new PdfError("an attachment with two contents");
      found.set(name, await this.contents(contents.get("F")));
    }
    return found;
  }

  dictionary(value, mayChange = false) {
    const found = this.resolve(value, mayChange);
    if (!(found instanceof Map)) throw new PdfError("a dictionary is missing");
    return found;
  }

  text(value) {
    const bytes = this.resolve(value);
    if (!(bytes instanceof Uint8Array) || bytes.some((byte) => byte < 0x20 || byte > 0x7e))
      throw new PdfError("the name of an attachment is not plain");
    return toLatin1(bytes);
  }

  async contents(reference) {
    const stream = this.resolve(reference);
    if (!(stream instanceof Stream)) throw new PdfError("an attachment without contents");
    const filter = stream.dictionary.get("Filter");
    if (stream.dictionary.has("DecodeParms") || stream.dictionary.has("FFilter"))
      throw new PdfError("an attachment written in another way than ours");
    if (filter === undefined) return stream.bytes;
    if (!(filter instanceof Name) || filter.text !== "FlateDecode")
      throw new PdfError("an attachment written in another way than ours");
    return inflate(stream.bytes);
  }
}

/** Which objects a list refers to, in whatever order. */
function numbersOf(references) {
  if (!Array.isArray(references) || references.some((one) => !(one instanceof Reference)))
    throw new PdfError("no list of attachments");
  return references
    .map(({ number }) => number)
    .sort((one, other) => one - other)
    .join();
}

/** The bytes of a zlib stream (RFC 1950), never more than an attachment may have. */
async function inflate(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      size += value.length;
      if (size > MAX_ATTACHMENT_BYTES) {
        await reader.cancel();
        throw new PdfError("an attachment that is too large");
      }
      parts.push(value);
    }
  } catch (error) {
    if (error instanceof TypeError) throw new PdfError("an attachment that cannot be unpacked");
    throw error;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
