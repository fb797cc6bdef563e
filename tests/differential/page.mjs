// The script of verify.html in node, asked in lines of JSON what it says of a folder or file on disk.

import { createInterface } from "node:readline";
import { readFileSync, statSync } from "node:fs";
import { filesAt, loadVerifier } from "../../templates/verifier/cli.mjs";

const { parts, verifyFiles } = loadVerifier();

for await (const line of createInterface({ input: process.stdin })) {
  const { place, trust, at, status } = JSON.parse(line);
  const verdict = await verifyFiles(filesAt(place), readFileSync(trust), at, {
    status: status === null ? null : readFileSync(status),
    kind: statSync(place).isDirectory() ? "folder" : "file",
  });
  const statement = JSON.parse(parts.verificationStatement(verdict, BigInt(at), "1"));
  process.stdout.write(`${JSON.stringify({ class: verdict.class, code: verdict.code, problem: verdict.problem, statement })}\n`);
}
