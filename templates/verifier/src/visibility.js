// Which of its evidence each finding lets a reader of this edition see.

import { CODES, refuse } from "./refusal.js";

export const WHOLE = "whole";
export const SOME_RECORDS = "records";
export const DESCRIBED = "described";
export const WITHHELD = "withheld";

/** Of so many items each is named; of more, the numbers have to do. */
const MOST_NAMED = 200;

/**
 * For each finding, in order, of all items that its tests read: how many are seen `whole`, in single `records`, only
 * `described` or `withheld`, how many records are `cited` and how many of these `visible`, and the first `items` by name.
 */
export function visibleEvidence(results, { openings, files, records }) {
  try {
    const described = new Set(openings.map(({ item }) => item));
    const see = (item) => {
      if (files.has(item)) return WHOLE;
      if (records.get(item)?.size) return SOME_RECORDS;
      return described.has(item) ? DESCRIBED : WITHHELD;
    };
    return results.findings.map((finding) => {
      const cited = citedRecords(results, finding);
      return summed(
        itemsRead(results, finding, cited).map((item) => {
          const seen = see(item);
          const numbers = cited.get(item) ?? new Set();
          const visible = [...numbers].filter((number) => seen === WHOLE || records.get(item)?.has(number)).length;
          return { item, seen, cited: numbers.size, visible };
        }),
      );
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(CODES.statement, "the results do not tie their findings to evidence as results do", {
      place: "results",
    });
  }
}

function summed(items) {
  const total = {
    [WHOLE]: 0,
    [SOME_RECORDS]: 0,
    [DESCRIBED]: 0,
    [WITHHELD]: 0,
    cited: 0,
    visible: 0,
    total: items.length,
  };
  for (const { seen, cited, visible } of items) {
    total[seen] += 1;
    total.cited += cited;
    total.visible += visible;
  }
  return { ...total, items: items.slice(0, MOST_NAMED) };
}

const isOf =
  ({ control, objective }) =>
  (other) =>
    other.control === control && other.objective === objective;

function itemsRead(results, finding, cited) {
  const delivered = new Map(results.bundle.coverage.map(({ stream, items }) => [stream, items]));
  const streams = results.plan.activities.filter(isOf(finding)).flatMap((activity) => activity.streams);
  return [...new Set([...streams.flatMap((stream) => delivered.get(stream) ?? []), ...cited.keys()])].sort();
}

/** Item to the numbers of the records that the finding's observations cite. */
function citedRecords(results, finding) {
  const cited = new Map();
  for (const observation of results.observations.filter(isOf(finding))) {
    for (const { item, record } of observation.exceptions.flatMap((exception) => exception.evidence)) {
      cited.set(item, (cited.get(item) ?? new Set()).add(record));
    }
  }
  return cited;
}
