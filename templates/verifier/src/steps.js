// The numbered steps of a verification: what was done, and what was not done and why.

export const TITLES = Object.freeze({
  trust: "the verifier's trust root is read",
  envelope: "the report is a well-formed envelope",
  signatures: "each person's two signatures verify",
  keyTimes: "each key is valid at the time it is judged at",
  statement: "the statement is well-formed and its subjects match",
  signers: "those who signed are those whom the statement declares",
  thresholds: "enough distinct people signed in each role, of separate organisations",
  algorithms: "the algorithms are still relied on",
  times: "the times that the report claims do not contradict each other",
  catalog: "the catalog is an approved one",
  engine: "the engine is an approved one",
  package: "the package holds exactly the files of its manifest",
  seal: "the manifest is sealed",
  provenTime: "the time of sealing is proven",
  lateSeal: "revocation lists issued later are sealed",
  evidenceFirst: "the evidence was sealed before the conclusions",
  evidenceTree: "the evidence tree has the signed root",
  disclosed: "the disclosed evidence has the digests that were committed to",
  records: "disclosed records belong to the signed record trees",
  evidence: "the evidence at hand is hashed again and has the signed root",
  recompute: "the results are recomputed from the evidence",
  attestation: "the attestation is the one that was signed",
  attached: "the results attached to the PDF are those that were signed",
  pdfProfile: "the PDF keeps the strict profile and its certification verifies",
  pdfText: "the visible text of the PDF says what was signed",
  acts: "later acts verify",
  status: "the newest status list does not withdraw it",
  judgement: "human judgements are re-made",
});

const REPORT_ONLY = "only the report was read";
const LIMITS = [
  ["package", REPORT_ONLY],
  ["seal", REPORT_ONLY],
  ["provenTime", "no timestamp was read; keys were judged at the time that you gave"],
  ["lateSeal", REPORT_ONLY],
  ["evidenceFirst", REPORT_ONLY],
  ["evidenceTree", REPORT_ONLY],
  ["disclosed", REPORT_ONLY],
  ["records", REPORT_ONLY],
  ["evidence", "this page holds no whole evidence bundle; use: auditor verify --bundle"],
  ["recompute", "this page does not compute results; use: auditor verify --bundle --recompute"],
  ["attestation", REPORT_ONLY],
  ["pdfProfile", "no PDF was read"],
  ["pdfText", "no PDF was read"],
  ["acts", "no later acts were given"],
  ["status", "no status list was given, so a withdrawal would not be known here"],
  ["judgement", "a judgement cannot be recomputed; it rests on those who signed it"],
];

/** The steps of a verification under way. */
export class Trail {
  constructor() {
    this.steps = [];
    this.title = TITLES.trust;
  }

  /** Name the step that follows, so that a refusal can say which one it was. */
  begin(title) {
    this.title = title;
  }

  done(detail) {
    this.record("done", detail);
  }

  notDone(detail) {
    this.record("not-done", detail);
  }

  /** Everything that the report alone cannot show and that nothing else has shown, to be replaced where more is at hand. */
  limits() {
    for (const [name, reason] of LIMITS) {
      if (this.steps.some(({ title }) => title === TITLES[name])) continue;
      this.begin(TITLES[name]);
      this.notDone(reason);
    }
  }

  /** The steps of a verification that came to its end, in the order of TITLES and numbered so. */
  inOrder() {
    const titles = Object.values(TITLES);
    const sorted = [...this.steps].sort((one, other) => titles.indexOf(one.title) - titles.indexOf(other.title));
    return sorted.map((step, index) => ({ ...step, number: index + 1 }));
  }

  /** Record the step begun, in the place of a step not done of the same title where there is one. */
  record(state, detail) {
    const known = this.steps.find((step) => step.title === this.title);
    if (!known) {
      this.steps.push({ number: this.steps.length + 1, title: this.title, state, detail });
      return;
    }
    if (known.state === "done") throw new Error(`step ${known.number} is done already`);
    Object.assign(known, { state, detail });
  }

  refused(sentence) {
    const known = this.steps.find((step) => step.title === this.title && step.state === "not-done");
    const detail = `refused: ${sentence}`;
    if (known) Object.assign(known, { state: "refused", detail });
    else this.steps.push({ number: this.steps.length + 1, title: this.title, state: "refused", detail });
  }
}

export const count = (number, what) => (number === 1 ? `1 ${what}` : `${number} ${what}s`);
