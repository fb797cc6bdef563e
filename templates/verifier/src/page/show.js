// The verdict on the page: its class first, then what was signed, what this page adds, and every step done and not done.

import { FAILED, PASSED, UNVERIFIABLE } from "../refusal.js";
import { digest, facts, make, table } from "./dom.js";

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
const STATE_WORDS = { satisfied: "Satisfied", "other-than-satisfied": "Other than satisfied" };
const DOMAIN_WORDS = { physical: "Physical security", cyber: "Cyber security", weights: "Model weights" };

/** The elements of a whole verdict, the first with the heading `verdict-heading`. */
export function showVerdict(verdict) {
  return [
    banner(verdict),
    ...(verdict.signed ? [signedPanel(verdict), addedPanel(verdict), findings(verdict)] : [addedPanel(verdict)]),
    stepLists(verdict.steps),
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
      problem ? make("p", { class: "problem" }, make("strong", {}, "Why: "), problem) : null,
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
  const { verdict, facility, profile, period } = signed;
  const score = verdict ? `${verdict.satisfied} of ${verdict.total} determination statements satisfied` : null;
  return panel(
    "signed",
    "signed-heading",
    "What was signed",
    "These are the words of the signed report.",
    facts(
      ["Facility", facility && `${facility.name} (${facility.id})`],
      ["Operator", facility?.operator],
      ["Address", facility && `${facility.address}, ${facility.country}`],
      ["Profile", profile && `${profile.title} (${profile.id})`],
      ["Period", period && `${period.from} to ${period.to}`],
      ["As of", signed.asOf],
      ["Concluded at", signed.concludedAt],
      ["Result", score],
      ["Level reached", verdict && (verdict.level ?? "none")],
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
  const domains = [...new Set(signed.findings.map(({ domain }) => domain))];
  const numbered = signed.findings.map((finding, index) => ({ ...finding, sight: added.visible?.[index] ?? null }));
  return make(
    "section",
    { "aria-labelledby": "findings-heading" },
    make("h2", { id: "findings-heading" }, "Findings"),
    make(
      "p",
      { class: "note" },
      "Signed, but for the last column: what this edition lets you see of the evidence is added by this page.",
    ),
    domains.map((domain) =>
      domainTable(
        domain,
        numbered.filter((one) => one.domain === domain),
      ),
    ),
  );
}

function domainTable(domain, rows) {
  const satisfied = rows.filter(({ state }) => state === "satisfied").length;
  const caption = `${DOMAIN_WORDS[domain] ?? domain}: ${satisfied} of ${rows.length} satisfied`;
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
        STATE_WORDS[one.state] ?? one.state,
        one.detail ? make("span", { class: "detail" }, one.detail) : null,
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

function stepLists(steps) {
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
            make("span", { class: "detail" }, detail.replace(/^refused: /, "")),
          ),
        ),
      ),
    );
  };
  return make(
    "section",
    { "aria-labelledby": "steps-heading" },
    make("h2", { id: "steps-heading" }, "Steps"),
    list("refused", "Refused", null, "✕"),
    list("done", "Done", null, "✓"),
    list("not-done", "Not done", "Each with the reason. Nothing here speaks for or against what was signed.", "–"),
  );
}
