// The verdict that results state about themselves, held against their own findings.

import { canonical } from "../json.js";
import { anyObject, list } from "../shape.js";
import { compareText } from "./common.js";

const MAX_LEVELS = 1024;
const TOLD = ["control", "level", "domain", "state"];

/**
 * Refuse `results` whose verdict is not what their findings come to; those without one conclude nothing. Which level comes
 * before which, and its title, the profile says; all else follows from the findings.
 */
export function requireConclusion(results, place) {
  if (!("verdict" in results)) return;
  const here = place.at("verdict");
  const verdict = anyObject(results.verdict, here);
  const levels = list(anyObject, { least: 0, most: MAX_LEVELS })(verdict.levels, here.at("levels"));
  const findings = readFindings(results.findings, place.at("findings"));
  requireLevels(levels, findings, here.at("levels"));
  const { satisfied, total, level, rungs, domains } = concluded(findings, levels);
  same(verdict.satisfied, satisfied, here.at("satisfied"));
  same(verdict.total, total, here.at("total"));
  same(verdict.level ?? null, level, here.at("level"));
  levels.forEach((one, index) => {
    for (const [name, value] of Object.entries(rungs[index])) same(one[name], value, here.at("levels").at(index).at(name));
  });
  same(verdict.domains, domains, here.at("domains"));
}

function readFindings(value, place) {
  if (!Array.isArray(value)) place.refuse("must be an array", value);
  for (const one of value) {
    if (!TOLD.every((name) => typeof one?.[name] === "string"))
      place.refuse(`must be findings, each with the texts ${TOLD.join(", ")}`);
  }
  return value;
}

function requireLevels(levels, findings, place) {
  const named = new Set(levels.map(({ level }) => level));
  const found = new Set(findings.map(({ level }) => level));
  if (named.size !== levels.length || named.size !== found.size || [...named].some((level) => !found.has(level)))
    place.refuse("must be the levels that the findings are of, each once");
}

/** A level is reached where no control of it, nor of any before it, has a finding that is not satisfied. */
function concluded(findings, levels) {
  const isMet = ({ state }) => state === "satisfied";
  const unmet = new Set(findings.filter((one) => !isMet(one)).map(({ control }) => control));
  const controls = new Map(levels.map(({ level }) => [level, new Set()]));
  const domains = new Map();
  for (const one of findings) {
    controls.get(one.level).add(one.control);
    const count = domains.get(one.domain) ?? { domain: one.domain, satisfied: 0, total: 0 };
    domains.set(one.domain, { ...count, satisfied: count.satisfied + (isMet(one) ? 1 : 0), total: count.total + 1 });
  }
  let level = null;
  let reached = true;
  const rungs = levels.map((one) => {
    const names = [...controls.get(one.level)];
    const binding = names.filter((name) => unmet.has(name)).sort(compareText);
    reached &&= binding.length === 0;
    if (reached) level = one.level;
    return { reached, satisfied: names.length - binding.length, total: names.length, binding };
  });
  return { satisfied: findings.filter(isMet).length, total: findings.length, level, rungs, domains: [...domains.values()] };
}

function same(said, found, place) {
  if (said === undefined || canonical(said) !== canonical(found))
    place.refuse(`not what the findings come to, which is ${canonical(found).slice(0, 120)}`, said ?? null);
}
