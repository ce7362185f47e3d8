// The wire form of a key pair (Compute API, "Keypairs"): with its type from 2.2 on.
import { createHash } from "node:crypto";
import { certificateFingerprint, parsePublicKey } from "../../domain/compute/key-pair.ts";
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { KeyPair } from "../../models/compute/key-pair.ts";
import { isoMicros } from "./time.ts";

/** The controller writes it into status; before that it is computed. "" for a key that is none. */
function fingerprintOf({ spec, status }: KeyPair): string {
  if (status?.fingerprint !== undefined) return status.fingerprint;
  try {
    return spec.type === "x509" ? certificateFingerprint(spec.publicKey) : parsePublicKey(spec.publicKey).fingerprint;
  } catch {
    return "";
  }
}

const typed = ({ spec }: KeyPair, minor: number) => (minor < 2 ? {} : { type: spec.type ?? "ssh" });

export function viewKeyPairBrief(keyPair: KeyPair, minor: number) {
  const { publicKey } = keyPair.spec;
  return {
    keypair: { name: displayNameOf(keyPair), public_key: publicKey, fingerprint: fingerprintOf(keyPair), ...typed(keyPair, minor) },
  };
}

/** Answer of a creation; with the private half where Nova made the pair. */
export function viewNewKeyPair(keyPair: KeyPair, userID: string, minor: number, privateKey?: string) {
  const { keypair } = viewKeyPairBrief(keyPair, minor);
  return { keypair: { ...keypair, user_id: userID, ...(privateKey === undefined ? {} : { private_key: privateKey }) } };
}

/** Nova's `id` is the number of a database row: here 31 bits of the object's uid, the same at every time. */
const numberOf = (uid: string): number => createHash("sha256").update(uid).digest().readUInt32BE(0) >>> 1;

export function viewKeyPair(keyPair: KeyPair, userID: string, minor: number) {
  const { keypair } = viewKeyPairBrief(keyPair, minor);
  return {
    keypair: {
      ...keypair,
      user_id: userID,
      id: numberOf(idOf(keyPair)),
      created_at: isoMicros(createdAt(keyPair)),
      updated_at: null,
      deleted: false,
      deleted_at: null,
    },
  };
}
