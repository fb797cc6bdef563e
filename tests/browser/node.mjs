// The script of verify.html in node, asked and answering in lines of JSON: one process for many tests.

import { createInterface } from "node:readline";
import { loadVerifier } from "../../templates/verifier/cli.mjs";

const { parts, verifyFiles } = loadVerifier();
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

const answers = {
  async verify({ files, trust, at, status, kind }) {
    const given = files.map(([path, data]) => [path, bytes(data)]);
    const verdict = await verifyFiles(given, trust === null ? null : bytes(trust), at, {
      status: status ? bytes(status) : null,
      kind,
    });
    return { ...verdict, statement: parts.verificationStatement(verdict, 0n, "1") };
  },
  async signature({ spki, message, signature }) {
    const key = await parts.readPublicKey(bytes(spki));
    if (key === null) return "no key";
    await parts.requireSignature(key, bytes(message), bytes(signature));
    return "valid";
  },
  json: ({ data }) => parts.parseJson(bytes(data)),
  canonical: ({ data }) => Buffer.from(parts.canonical(parts.parseJson(bytes(data)))).toString("base64"),
  instant: ({ text }) => {
    const found = parts.parseInstant(text);
    return found === null ? null : [String(found), parts.formatInstant(found)];
  },
  root: ({ leaves }) => Buffer.from(parts.rootOfHashes(bytes(leaves))).toString("hex"),
  async timestamp({ query, response, imprint, authority }) {
    const { certificate, notBefore, notAfter, ...rest } = authority;
    const pinned = {
      ...rest,
      certificate: bytes(certificate),
      notBefore: BigInt(notBefore),
      notAfter: BigInt(notAfter),
    };
    const { time, accuracy } = await parts.verifyTimestamp(bytes(query), bytes(response), bytes(imprint), pinned);
    return [String(time), String(accuracy)];
  },
  declarations: () => parts.DECLARATIONS,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { what, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { value: await answers[what](given) };
  } catch (error) {
    answer = { error: error.code ?? error.constructor.name, message: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
