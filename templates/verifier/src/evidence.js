// The evidence that a package discloses, held against the tree of the signed results.

import { digestsOf } from "./container.js";
import { CODES, refuse } from "./refusal.js";
import { TITLES, count } from "./steps.js";
import {
  FILES,
  LEAVES,
  OPENINGS,
  RECORDS,
  TREE,
  readOpenings,
  readRecordOpenings,
  recordFiles,
  requireFacility,
  requireListed,
  requireRecordTree,
  requireTold,
  requireTree,
} from "./tree.js";

// What is read whole, and where the format itself sets no limit: more of it this page cannot hold.
const MAX_HELD = 2 ** 30;

/** `{openings, files: Set of item ids, records: Map of item to record numbers}`, every byte as the tree commits to it. */
export async function requireEvidence(container, statement, trail) {
  trail.begin(TITLES.evidenceTree);
  const { bundle } = statement.results;
  const tree = requireTree(await container.read(TREE), await container.read(LEAVES), statement.digests.bundle);
  requireListed(tree, bundle);
  trail.done(`${count(tree.size, "leaf").replace("leafs", "leaves")}, root ${tree.root}`);

  trail.begin(TITLES.disclosed);
  const openings = container.has(OPENINGS)
    ? readOpenings(tree, await container.read(OPENINGS, MAX_HELD, CODES.unverifiable))
    : [];
  requireFacility(openings, statement.results);
  for (const leaf of openings) requireTold(leaf, bundle);
  const files = await requireDisclosed(container, openings);
  const described = openings.filter(({ item }) => item !== null).length;
  const total = tree.size - 1;
  if (openings.length > 0)
    trail.done(
      `${files.size} of ${total} items with their bytes, ${described} described, ${total - described} withheld`,
    );
  else trail.notDone(`nothing is disclosed: ${total} items are withheld, their places and number visible`);

  trail.begin(TITLES.records);
  const records = await requireRecords(container, statement.records);
  if (statement.records.length === 0) {
    trail.notDone("the report commits to items as a whole; no records were committed to one by one");
  } else {
    const size = statement.records.reduce((sum, one) => sum + one.size, 0);
    const opened = [...records.values()].reduce((sum, numbers) => sum + numbers.size, 0);
    trail.done(`${count(statement.records.length, "record tree")} over ${size} records, ${opened} of them opened here`);
  }
  return { openings, files, records, total };
}

async function requireDisclosed(container, openings) {
  const byPath = new Map();
  for (const leaf of openings.filter(({ item }) => item !== null)) {
    if (byPath.has(FILES + leaf.path))
      refuse(CODES.binding, "two items have one file", { place: FILES + leaf.path, value: leaf.item });
    byPath.set(FILES + leaf.path, leaf);
  }
  const seen = new Set();
  for (const path of container.paths) {
    if (!path.startsWith(FILES)) continue;
    const leaf = byPath.get(path);
    if (!leaf) refuse(CODES.binding, "a file of evidence that no opened leaf vouches for", { place: path });
    const found = await digestsOf(container.blob(path));
    if (found.size !== leaf.size || found.sha256 !== leaf.sha256) {
      refuse(CODES.binding, `not the bytes that were committed to as item ${leaf.item}`, { place: path });
    }
    seen.add(leaf.item);
  }
  return seen;
}

async function requireRecords(container, signed) {
  const known = new Set();
  const opened = new Map();
  for (const one of signed) {
    const [leavesPath, openingsPath] = await recordFiles(one.item);
    known.add(leavesPath).add(openingsPath);
    const tree = requireRecordTree(one, await container.read(leavesPath, MAX_HELD, CODES.unverifiable), leavesPath);
    if (!container.has(openingsPath)) continue;
    const records = readRecordOpenings(
      tree,
      one.item,
      await container.read(openingsPath, MAX_HELD, CODES.unverifiable),
      openingsPath,
    );
    opened.set(one.item, new Set(records.map(({ record }) => record)));
  }
  for (const path of container.paths) {
    if (path.startsWith(RECORDS) && !known.has(path))
      refuse(CODES.binding, "a tree of records that the report does not sign", { place: path });
  }
  return opened;
}
