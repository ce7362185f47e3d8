// A random key in a Secret that several processes share: whoever needs it first makes it.
import { randomBytes } from "node:crypto";
import { isCode } from "../domain/errors.ts";
import type { KubeClient } from "./contract.ts";
import { Secret } from "./kube/core-kinds.ts";

/** Read again after this time, so that a changed key is taken up. */
const freshMs = 60_000;
const keyBytes = 32;

export type SharedKey = (client: KubeClient) => Promise<Uint8Array>;

async function readOrMake(client: KubeClient, metadata: { name: string; namespace: string }): Promise<Uint8Array> {
  const data = { key: randomBytes(keyBytes).toString("base64") };
  const secret = await client.get(Secret, metadata).catch(async (error: unknown) => {
    if (!isCode(error, "NotFound")) throw error;
    return client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data }).catch((taken: unknown) => {
      if (!isCode(taken, "Conflict")) throw taken;
      return client.get(Secret, metadata);
    });
  });
  return Buffer.from(secret.data?.key ?? "", "base64");
}

/** 32 bytes under `data.key`. The API server is asked at most once a minute. */
export function sharedKey(metadata: { name: string; namespace: string }): SharedKey {
  let known: Promise<Uint8Array> | undefined;
  let readAt = 0;
  return (client) => {
    if (known && performance.now() - readAt < freshMs) return known;
    readAt = performance.now();
    known = readOrMake(client, metadata).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
