// What the reader chooses or drops: one file, or the files of a folder, as [[path, Blob], ...].

const MAX_ENTRIES = 2_000_000;

/** The files of an <input>; those of a folder without the folder's own name. */
export function filesOfInput(input) {
  return [...input.files].map((file) => [file.webkitRelativePath ? inside(file.webkitRelativePath) : file.name, file]);
}

const inside = (path) => path.slice(path.indexOf("/") + 1);

/**
 * `{files, kind}` of a drop, kind "file" or "folder". Everything is asked for at once: after the event the browser hands it
 * over no more. For a page on disk Chromium opens a dropped folder as a handle and not as an entry; Firefox has entries.
 */
export async function filesOfDrop(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const files = [...transfer.files].map((file) => [file.name, file]);
  const entry = items.length === 1 ? items[0].webkitGetAsEntry?.() : null;
  if (!entry?.isDirectory) return { files, kind: "file" };
  const folder = await items[0].getAsFileSystemHandle?.();
  const found = folder ? walkHandle(folder, "") : walkEntry(entry, "");
  return { files: await gathered(found), kind: "folder" };
}

async function gathered(found) {
  const files = [];
  for await (const one of found) {
    if (files.length >= MAX_ENTRIES) throw new RangeError("too many files");
    files.push(one);
  }
  return files;
}

async function* walkHandle(folder, prefix) {
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind === "directory") yield* walkHandle(handle, `${prefix}${name}/`);
    else yield [prefix + name, await handle.getFile()];
  }
}

async function* walkEntry(folder, prefix) {
  const reader = folder.createReader();
  for (;;) {
    // A reader hands over a folder in portions, until an empty one.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const entry of some) {
      if (entry.isDirectory) yield* walkEntry(entry, `${prefix}${entry.name}/`);
      else yield [prefix + entry.name, await new Promise((resolve, reject) => entry.file(resolve, reject))];
    }
  }
}
