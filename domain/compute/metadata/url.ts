// The signed URL by which a node asks the API for a guest: the node knows the network and the guest's address, nobody else can ask.
import { createHmac, timingSafeEqual } from "node:crypto";
import { systemNamespace } from "../../id.ts";

/** Secret in the system namespace whose `data.key` signs the questions: 32 bytes, made by the API. */
export const metadataKeySecret = Object.freeze({ name: "metadata-key", namespace: systemNamespace });

export const metadataPath = "/metadata/answer";

export interface MetadataQuestion {
  /** OpenStack id of the network that the request came in by. */
  readonly network: string;
  /** The guest's address on it. */
  readonly address: string;
  /** What it asked for: `/openstack/latest/meta_data.json`. */
  readonly path: string;
}

/** Seconds since 1970. */
type Expiring = MetadataQuestion & { readonly expires: number };

function sign({ network, address, path, expires }: Expiring, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(`metadata\0${network}\0${address}\0${expires}\0${path}`).digest();
}

/** Path and query below the API's address. */
export function signedMetadataPath(question: Expiring, key: Uint8Array): string {
  const { network, address, path, expires } = question;
  const query = new URLSearchParams({ network, address, path, expires: String(expires) });
  query.set("signature", sign(question, key).toString("base64url"));
  return `${metadataPath}?${query}`;
}

/** The question of a query; undefined when it is forged, malformed or expired at `nowMs`. */
export function verifyMetadataQuery(query: string, key: Uint8Array, nowMs: number): MetadataQuestion | undefined {
  const given = new URLSearchParams(query);
  const text = (name: string) => given.get(name) ?? "";
  const expires = Number(text("expires"));
  const question = { network: text("network"), address: text("address"), path: text("path"), expires };
  if (!Number.isSafeInteger(expires) || expires * 1000 <= nowMs) return undefined;
  const [signature, wanted] = [Buffer.from(text("signature"), "base64url"), sign(question, key)];
  return signature.length === wanted.length && timingSafeEqual(signature, wanted) ? question : undefined;
}
