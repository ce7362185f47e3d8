// Texts encrypted at rest: AES-256-GCM, bound to the object that they belong to, so that one can not be put in another's place.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const version = "sealed-v1";
const ivBytes = 12;
const tagBytes = 16;

/** `owner` is whatever names the object. */
export function seal(text: string, key: Uint8Array, owner: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url")}`;
}

/** Undefined for what was sealed with another key, for another owner, or changed since. */
export function unseal(sealed: string, key: Uint8Array, owner: string): string | undefined {
  const [start, rest = ""] = sealed.split(".");
  const bytes = Buffer.from(rest, "base64url");
  if (start !== version || bytes.length < ivBytes + tagBytes) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
