// SHA-2: WebCrypto for whole files, noble for the many small hashes of a tree, where a call each would cost too much.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.js";

const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));

export const sha256 = (bytes) => digest("SHA-256", bytes);
export const sha384 = (bytes) => digest("SHA-384", bytes);
export const sha512 = (bytes) => digest("SHA-512", bytes);
export const sha256Hex = async (bytes) => toHex(await sha256(bytes));
export const sha512Hex = async (bytes) => toHex(await sha512(bytes));

/** SHA-256 at once, without WebCrypto. */
export const sha256Sync = nobleSha256;
