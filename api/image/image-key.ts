// The key that signs image URLs: a Secret that the operator and the API share, made by whoever comes first.
import { randomBytes } from "node:crypto";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { imageKeySecret } from "../../domain/image/golden.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";

export interface ImageKey {
  get(): Promise<Uint8Array>;
}

const freshMs = 60_000;
const name = { name: imageKeySecret, namespace: systemNamespace };

async function readOrMake(client: KubeClient): Promise<Uint8Array> {
  for (;;) {
    try {
      const secret = await client.get(Secret, name);
      return Buffer.from(secret.data?.key ?? "", "base64");
    } catch (error) {
      if (!isCode(error, "NotFound")) throw error;
    }
    try {
      const data = { key: randomBytes(32).toString("base64") };
      await client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata: name, type: "Opaque", data });
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
    }
  }
}

/** Read again after a minute, so that a changed key is taken up. */
export function imageKey(client: KubeClient): ImageKey {
  let known: Promise<Uint8Array> | undefined;
  let readAt = 0;
  return {
    get() {
      if (known && performance.now() - readAt < freshMs) return known;
      readAt = performance.now();
      known = readOrMake(client).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
  };
}
