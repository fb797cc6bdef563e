// Which of its evidence each finding lets a reader of this edition see.

import { CODES, refuse } from "./refusal.js";

export const WHOLE = "whole";
export const SOME_RECORDS = "records";
export const DESCRIBED = "described";
export const WITHHELD = "withheld";

/** Cited records, and items of the streams that findings rest on; a finding's largest stream counts once for all. */
const MOST_LOOKED_UP = 5_000_000;

/**
 * For each finding, in order, of all items that its tests read: how many are seen `whole`, in single `records`, only
 * `described` or `withheld`, and how many records are `cited` and how many of these `visible`.
 */
export function visibleEvidence(results, { openings, files, records }) {
  const described = new Set(openings.map(({ item }) => item));
  const see = (item) => {
    if (files.has(item)) return WHOLE;
    if (records.get(item)?.size) return SOME_RECORDS;
    return described.has(item) ? DESCRIBED : WITHHELD;
  };
  const visibleOf = ([item, numbers]) =>
    files.has(item) ? numbers.size : [...numbers].filter((one) => records.get(item)?.has(one)).length;
  return evidenceOf(results, see, visibleOf);
}

/** What is seen of the evidence of each finding; those of one determination statement share theirs. */
function evidenceOf({ bundle, plan, observations, findings }, see, visibleOf) {
  const budget = new Budget();
  const streams = new Streams(bundle?.coverage, see, budget);
  const read = streamsRead(plan);
  const cited = recordsCited(observations);
  const sights = new Map();
  return items(findings).map((finding) => {
    const key = keyOf(finding);
    if (!sights.has(key)) {
      const rows = [...(cited.get(key) ?? [])];
      const records = sum(rows.map(([, numbers]) => numbers.size));
      budget.spend(records);
      sights.set(key, {
        ...streams.count(read.get(key) ?? new Set(), rows.map(([item]) => item)),
        cited: records,
        visible: sum(rows.map(visibleOf)),
      });
    }
    return sights.get(key);
  });
}

class Budget {
  #left = MOST_LOOKED_UP;

  spend(count) {
    this.#left -= count;
    if (this.#left < 0) refuse(CODES.unverifiable, "the results rest on more evidence than this page can look up");
  }
}

/** How many items of streams are seen how; the largest stream of several is gone through once, whoever asks. */
class Streams {
  #items;
  #see;
  #budget;
  #counts = new Map();

  constructor(coverage, see, budget) {
    this.#items = new Map(items(coverage).map((one) => [text(one?.stream), new Set(items(one.items).map(text))]));
    this.#see = see;
    this.#budget = budget;
  }

  /** The numbers of the items that `streams` deliver or that are named in `beside`. */
  count(streams, beside) {
    const delivered = [...streams].filter((one) => this.#items.has(one));
    const size = (stream) => this.#items.get(stream).size;
    const largest = delivered.reduce((most, one) => (most === null || size(one) > size(most) ? one : most), null);
    const rest = new Set(beside);
    this.#budget.spend(beside.length);
    for (const stream of delivered) {
      if (stream === largest) continue;
      this.#budget.spend(size(stream));
      for (const item of this.#items.get(stream)) rest.add(item);
    }
    if (largest === null) return counted(rest, this.#see);
    const items = this.#items.get(largest);
    return counted([...rest].filter((item) => !items.has(item)), this.#see, this.#counted(largest));
  }

  #counted(stream) {
    if (!this.#counts.has(stream)) {
      this.#budget.spend(this.#items.get(stream).size);
      this.#counts.set(stream, counted(this.#items.get(stream), this.#see));
    }
    return this.#counts.get(stream);
  }
}

function streamsRead(plan) {
  const read = new Map();
  for (const activity of items(plan?.activities)) {
    const streams = gathered(read, activity, Set);
    for (const stream of items(activity.streams)) streams.add(text(stream));
  }
  return read;
}

function recordsCited(observations) {
  const cited = new Map();
  for (const observation of items(observations)) {
    const rows = gathered(cited, observation, Map);
    for (const row of items(observation.exceptions).flatMap((one) => items(one?.evidence))) {
      const item = text(row?.item);
      if (!rows.has(item)) rows.set(item, new Set());
      rows.get(item).add(whole(row.record));
    }
  }
  return cited;
}

const NOTHING = { [WHOLE]: 0, [SOME_RECORDS]: 0, [DESCRIBED]: 0, [WITHHELD]: 0, total: 0 };

/** How many of the items `names` are seen how, in addition to `numbers`. */
function counted(names, see, numbers = NOTHING) {
  const found = { ...numbers };
  for (const item of names) {
    found[see(item)] += 1;
    found.total += 1;
  }
  return found;
}

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/** What `map` has of the determination statement that `one` is about, made if it has nothing yet. */
function gathered(map, one, Kind) {
  const key = keyOf(one);
  if (!map.has(key)) map.set(key, new Kind());
  return map.get(key);
}

const keyOf = (one) => JSON.stringify([text(one?.control), text(one?.objective)]);
const items = (value) => (Array.isArray(value) ? value : untied());
const text = (value) => (typeof value === "string" ? value : untied());
const whole = (value) => (Number.isSafeInteger(value) ? value : untied());
const untied = () =>
  refuse(CODES.statement, "the results do not tie their findings to evidence as results do", { place: "results" });
