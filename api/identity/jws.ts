// Compact JWS with Ed25519 (RFC 7515, RFC 8037), on node:crypto: synchronous, so that checking a known-good token never leaves the call.
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from "node:crypto";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAtMs: number;
}

/** DER in front of the 32 bytes of an Ed25519 seed (RFC 8410). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

export function signingKey(kid: string, seed: Uint8Array, createdAtMs: number): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
  return { kid, privateKey, publicKey: createPublicKey(privateKey), createdAtMs };
}

export const newSeed = (): Buffer => randomBytes(32);

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function signJWS(payload: object, { kid, privateKey }: SigningKey): string {
  const text = `${encoded({ alg: "EdDSA", kid, typ: "JWT" })}.${encoded(payload)}`;
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
}

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The key that a token claims to be signed with; undefined for what is no token of ours. */
export function keyIdOf(token: string): string | undefined {
  const end = token.indexOf(".");
  const header = end > 0 && end < 256 ? decoded(token.slice(0, end)) : undefined;
  return header?.alg === "EdDSA" && typeof header.kid === "string" ? header.kid : undefined;
}

/** The payload, or undefined when the signature is not the key's. The caller looks at the claims. */
export function verifyJWS(token: string, { publicKey }: SigningKey): Record<string, unknown> | undefined {
  const end = token.lastIndexOf(".");
  const middle = token.indexOf(".");
  if (middle < 1 || end <= middle || token.indexOf(".", middle + 1) !== end) return undefined;
  const signature = token.slice(end + 1);
  const bytes = Buffer.from(signature, "base64url");
  // One signature has one spelling: base64url decoders also accept others, and a revoked token must not have a twin.
  if (bytes.length !== 64 || bytes.toString("base64url") !== signature) return undefined;
  if (!verify(null, Buffer.from(token.slice(0, end)), publicKey, bytes)) return undefined;
  return decoded(token.slice(middle + 1, end));
}
