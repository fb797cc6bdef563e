// The verdict on the page: its class first, then what was signed, what this page adds, and every step done and not done.

import { FAILED, PASSED, UNVERIFIABLE } from "../refusal.js";
import { NOT_SAID, said, saidOf } from "../said.js";
import { digest, facts, make, prose, table } from "./dom.js";

const LOOK = {
  [PASSED]: ["passed", "✓", "Passed, with the stated limits"],
  [UNVERIFIABLE]: ["open", "?", "Cannot be verified here"],
  [FAILED]: ["failed", "✕", "Failed"],
};
const MEANING = {
  [PASSED]:
    "What was signed verifies by your trust root: it is genuine. Whether the facility does well is what the findings " +
    "say. What this page did not do is listed below.",
  [UNVERIFIABLE]:
    "Something that is needed is not at hand. This says nothing against what you gave, and nothing for it.",
  [FAILED]: "Do not rely on it.",
};
const ROLE_WORDS = {
  assessor: "assessor",
  "technical-reviewer": "technical reviewer",
  "responsible-official": "responsible official",
  sealer: "sealer",
  authority: "authority",
};
// Maps, since what stands in a signed report may be called like something that every object has.
const STATE_WORDS = new Map([
  ["satisfied", "Satisfied"],
  ["other-than-satisfied", "Other than satisfied"],
]);
const DOMAIN_WORDS = new Map([
  ["physical", "Physical security"],
  ["cyber", "Cyber security"],
  ["weights", "Model weights"],
  [NOT_SAID, "Domain not said"],
]);
/** Of more findings than a browser can lay out in a moment the rest is told by its number. */
const MOST_FINDINGS = 2000;

/** The elements of a whole verdict, the first with the heading `verdict-heading`. */
export function showVerdict(verdict) {
  return [
    banner(verdict),
    ...(verdict.signed ? [signedPanel(verdict), addedPanel(verdict), findings(verdict)] : [addedPanel(verdict)]),
    stepLists(verdict),
  ];
}

function banner({ class: found, problem, hint, code, steps }) {
  const [look, sign, words] = LOOK[found];
  const [done, left] = ["done", "not-done"].map((state) => steps.filter((step) => step.state === state).length);
  return make(
    "div",
    { class: `banner ${look}` },
    make("span", { class: "sign", "aria-hidden": "true" }, sign),
    make(
      "div",
      {},
      make("h2", { id: "verdict-heading", tabindex: "-1" }, words),
      make("p", {}, MEANING[found]),
      problem ? make("p", { class: "problem" }, make("strong", {}, "Why: "), prose(problem)) : null,
      hint ? make("p", {}, make("strong", {}, "What to do: "), hint) : null,
      code ? make("p", { class: "small" }, `Code: ${code}`) : null,
      found === PASSED
        ? make("p", {}, make("a", { href: "#steps-heading" }, `${done} steps done, ${left} not done`))
        : null,
    ),
  );
}

function panel(kind, id, heading, note, ...children) {
  return make(
    "section",
    { class: `panel ${kind}`, "aria-labelledby": id },
    make("h2", { id }, heading),
    make("p", { class: "note" }, note),
    ...children,
  );
}

function signedPanel({ signed }) {
  const [satisfied, total, level] = ["satisfied", "total", "level"].map((name) => said(signed, "verdict", name));
  const [score, reached] =
    total === NOT_SAID
      ? ["The report states no result of its own", null]
      : [`${satisfied} of ${total} determination statements satisfied`, level === NOT_SAID ? "none" : level];
  return panel(
    "signed",
    "signed-heading",
    "What was signed",
    "These are the words of the signed report.",
    make("p", { class: "headline" }, score, reached && make("span", {}, `Level reached: ${reached}`)),
    facts(
      ["Facility", saidOf(signed, "facility", "name", "id")],
      ["Operator", said(signed, "facility", "operator")],
      ["Address", saidOf(signed, "facility", "address", "country", (one, other) => `${one}, ${other}`)],
      ["Profile", saidOf(signed, "profile", "title", "id")],
      ["Period", saidOf(signed, "period", "from", "to", (one, other) => `${one} to ${other}`)],
      ["As of", signed.asOf],
      ["Concluded at", signed.concludedAt],
      ["Replaces the report", signed.supersedes && digest(signed.supersedes)],
      ["Package", signed.package],
    ),
    table(
      "Who signed, and what their signature says",
      ["Principal", "Role", "Declares"],
      signed.signers.map(({ principal, role, declares }) => [principal, ROLE_WORDS[role], declares]),
    ),
    make(
      "details",
      {},
      make("summary", {}, "Digests"),
      facts(
        ["Evidence", digest(signed.digests.bundle)],
        ["Catalog", digest(signed.digests.catalog)],
        ["Profile", digest(signed.digests.profile)],
        ["Engine", ["", `version ${signed.engine.version} `, digest(signed.digests.engine)]],
        ["Results", digest(signed.digests.results)],
      ),
    ),
  );
}

function addedPanel({ added, signed }) {
  const { trust } = added;
  return panel(
    "added",
    "added-heading",
    "What this page adds",
    "These facts are not in the signed report. They come from your trust root, from what you chose, and from this page.",
    facts(
      ["Judged as of", added.verifiedAt],
      ["Sealed no later than", added.proven],
      ["Trust root", trust && `${trust.lineage}, version ${trust.version}, issued ${trust.issuedAt}`],
      ["SHA-256 of the trust root", trust && digest(trust.sha256)],
      ["SHA-512 of the report's file", signed && digest(signed.report)],
      ["ML-DSA-87 checked by", signed && added.mlDsa],
    ),
    signed
      ? table(
          "Who these principals are, by your trust root",
          ["Principal", "Name", "Organisation"],
          signed.people.map(({ principal, name, organisation }) => [principal, name, organisation]),
        )
      : null,
  );
}

function findings({ signed, added }) {
  const domains = grouped(signed.findings.slice(0, MOST_FINDINGS), added.visible);
  const counts = counted(signed.findings);
  const left = signed.findings.length - MOST_FINDINGS;
  return make(
    "section",
    { "aria-labelledby": "findings-heading" },
    make("h2", { id: "findings-heading" }, "Findings"),
    make(
      "p",
      { class: "note" },
      signed.findings.length === 0
        ? "The signed report lists no findings."
        : "Signed, but for the last column: what this edition lets you see of the evidence is added by this page.",
    ),
    [...domains].map(([domain, rows]) => domainTable(domain, counts.get(domain), rows)),
    left > 0 ? make("p", { class: "problem" }, `${left} more findings are signed, counted above and not shown.`) : null,
  );
}

/** A finding as it is told, whatever was signed as one. */
function rowOf(finding, sight) {
  const [control, objective, title, determine, domain, state, detail, severity] = [
    "control",
    "objective",
    "title",
    "determine",
    "domain",
    "state",
    "detail",
    "severity",
  ].map((name) => said(finding, name));
  return { control, objective, title, determine, domain, state, detail, severity, sight };
}

/** Domain to the rows of its findings, in the order in which they were signed. */
function grouped(signed, visible) {
  const domains = new Map();
  signed.forEach((finding, index) => {
    const row = rowOf(finding, visible?.[index] ?? null);
    if (!domains.has(row.domain)) domains.set(row.domain, []);
    domains.get(row.domain).push(row);
  });
  return domains;
}

/** Domain to how many of its findings are satisfied, of how many. */
function counted(signed) {
  const counts = new Map();
  for (const finding of signed) {
    const domain = said(finding, "domain");
    const [satisfied, total] = counts.get(domain) ?? [0, 0];
    counts.set(domain, [satisfied + (said(finding, "state") === "satisfied" ? 1 : 0), total + 1]);
  }
  return counts;
}

function domainTable(domain, [satisfied, total], rows) {
  const caption = `${DOMAIN_WORDS.get(domain) ?? domain}: ${satisfied} of ${total} satisfied`;
  const head = [
    "Control",
    "Determination",
    "State",
    "Severity",
    make("th", { scope: "col", class: "added-cell" }, "Evidence you can see"),
  ];
  const found = table(
    caption,
    head,
    rows.map((one) => [
      [one.control, " ", make("span", { class: "objective" }, `(${one.objective})`)],
      [make("strong", {}, one.title), make("span", { class: "determine" }, one.determine)],
      make(
        "span",
        { class: `state ${one.state === "satisfied" ? "yes" : "no"}` },
        STATE_WORDS.get(one.state) ?? one.state,
        one.detail === NOT_SAID ? null : make("span", { class: "detail" }, one.detail),
      ),
      one.severity,
      sight(one.sight),
    ]),
  );
  found.classList.add("findings");
  for (const cell of found.querySelectorAll("tbody td:last-child")) cell.classList.add("added-cell");
  return found;
}

function sight(seen) {
  if (seen === null) return "no package was given";
  if (seen.total === 0) return "rests on no item";
  const lines = [`${seen.whole} of ${seen.total} items`];
  if (seen.records > 0) lines.push(`${seen.records} in single records`);
  if (seen.described > 0) lines.push(`${seen.described} described only`);
  if (seen.cited > 0) lines.push(`${seen.visible} of ${seen.cited} cited records`);
  return lines.map((line) => make("span", { class: "line" }, line));
}

function stepLists({ class: result, steps }) {
  const of = (state) => steps.filter((step) => step.state === state);
  const list = (state, heading, note, sign) => {
    const found = of(state);
    if (found.length === 0) return null;
    return make(
      "div",
      { class: `steps ${state}` },
      make("h3", {}, heading),
      note ? make("p", { class: "note" }, note) : null,
      make(
        "ol",
        {},
        found.map(({ number, title, detail }) =>
          make(
            "li",
            { value: number },
            make("span", { class: "mark", "aria-hidden": "true" }, sign),
            make("span", { class: "title" }, title),
            make("span", { class: "detail" }, prose(detail.replace(/^refused: /, ""))),
          ),
        ),
      ),
    );
  };
  return make(
    "section",
    { class: result === UNVERIFIABLE ? "stopped" : null, "aria-labelledby": "steps-heading" },
    make("h2", { id: "steps-heading" }, "Steps"),
    result === UNVERIFIABLE ? list("refused", "Stopped here", null, "?") : list("refused", "Refused", null, "✕"),
    // What a verdict is limited by comes before what it rests on.
    list("not-done", "Not done", "Each with the reason. Nothing here speaks for or against what was signed.", "–"),
    list("done", "Done", null, "✓"),
  );
}
