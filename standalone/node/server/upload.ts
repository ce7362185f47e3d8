// CDI's upload: a token for one claim, and the proxy that takes the bytes for it.
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { jwtVerify, SignJWT } from "jose";
import { isCode } from "../../../domain/errors.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import type { StorageDeps } from "../storage/deps.ts";
import { handleOf, requestedBytes } from "../storage/driver.ts";
import { type Answer, refusal } from "./answers.ts";

const lifetime = "5m";
const path = /^\/apis\/upload\.cdi\.kubevirt\.io\/v1beta1\/namespaces\/([^/]+)\/uploadtokenrequests$/;
export const uploadPaths: readonly string[] = ["/v1beta1/upload", "/v1beta1/upload-async"];

export interface Uploads {
  /** The answer to a token request; undefined for another path. */
  token(url: string, body: unknown): Promise<Answer | undefined>;
  receive(request: IncomingMessage): Promise<Answer>;
}

const plain = (code: number, body: string): Answer => ({ code, body, contentType: "text/plain" });

/** `filled` is told the handle when its volume is there. The key lives as long as the process: a token outlives no agent. */
export function uploads(client: KubeClient, { store }: StorageDeps, filled: (handle: string) => void): Uploads {
  const key = crypto.getRandomValues(new Uint8Array(32));

  async function claimOf(request: IncomingMessage): Promise<PersistentVolumeClaim | undefined> {
    const [, token = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    try {
      const { payload } = await jwtVerify(token, key, { audience: "upload" });
      return await client.get(PersistentVolumeClaim, { name: String(payload.sub), namespace: String(payload.namespace) });
    } catch {
      return undefined;
    }
  }

  return {
    async token(url, body) {
      const [, namespace] = path.exec(url.split("?")[0] ?? "") ?? [];
      if (namespace === undefined) return undefined;
      const name = (body as { spec?: { pvcName?: string } } | undefined)?.spec?.pvcName;
      if (!name) return refusal(400, "spec.pvcName is missing");
      const token = await new SignJWT({ namespace })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(name)
        .setAudience("upload")
        .setExpirationTime(lifetime)
        .sign(key);
      return { code: 200, body: { ...(body as object), status: { token } } };
    },
    async receive(request) {
      const claim = await claimOf(request);
      if (!claim) return plain(401, "the upload token is not valid\n");
      const handle = handleOf(claim);
      if (store.has(handle)) return plain(409, "the claim has its data already\n");
      try {
        await pipeline(request, createWriteStream(store.incoming(handle), { mode: 0o600 }));
        await store.createFromIncoming(handle, requestedBytes(claim));
      } catch (error) {
        if (isCode(error, "Invalid")) return plain(400, `${error.message}\n`);
        throw error;
      }
      filled(handle);
      return { code: 200 };
    },
  };
}
