// Uploading a disk through CDI: a token for one claim, then the bytes through CDI's upload proxy.
import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { KumulusError } from "../../domain/errors.ts";
import type { KubeClient } from "../../operator/contract.ts";

interface TokenAnswer {
  status?: { token?: string };
}

/** Token for writing the claim; CDI lets it live for 5 minutes, which must suffice to begin. Rejects as KubeClient does. */
export async function uploadToken(client: Pick<KubeClient, "request">, namespace: string, claimName: string): Promise<string> {
  const { body } = await client.request(
    "POST",
    `/apis/upload.cdi.kubevirt.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/uploadtokenrequests`,
    {
      apiVersion: "upload.cdi.kubevirt.io/v1beta1",
      kind: "UploadTokenRequest",
      metadata: { name: claimName, namespace },
      spec: { pvcName: claimName },
    },
  );
  const token = (body as TokenAnswer).status?.token;
  if (!token) throw new KumulusError("Unavailable", `CDI gave no upload token for ${claimName}`);
  return token;
}

export interface UploadOptions {
  /** Base URL of cdi-uploadproxy. */
  proxyURL: string;
  token: string;
  /** Bytes in the stream where they are known. */
  sizeBytes?: number;
  /** For another certificate authority than the system's. */
  dispatcher?: Dispatcher;
  signal?: AbortSignal;
}

/** Streams a disk (any format that CDI knows) into the claim and resolves when CDI has written it. Memory stays bounded: the stream sets the pace. */
export async function upload(disk: Readable, options: UploadOptions): Promise<void> {
  const headers: Record<string, string> = { authorization: `Bearer ${options.token}`, "content-type": "application/octet-stream" };
  if (options.sizeBytes !== undefined) headers["content-length"] = String(options.sizeBytes);
  const answer = await request(`${options.proxyURL.replace(/\/$/, "")}/v1beta1/upload`, {
    method: "POST",
    headers,
    body: disk,
    headersTimeout: 0,
    ...(options.dispatcher && { dispatcher: options.dispatcher }),
    ...(options.signal && { signal: options.signal }),
  }).catch((error: unknown) => {
    throw new KumulusError("Unavailable", "CDI's upload proxy can not be reached", { cause: error });
  });
  const text = await answer.body.text();
  if (answer.statusCode < 300) return;
  throw uploadError(answer.statusCode, text);
}

function uploadError(status: number, text: string): KumulusError {
  const words = text.trim().slice(0, 300) || `answered ${status}`;
  if (status === 401 || status === 403) return new KumulusError("Forbidden", `CDI refused the upload: ${words}`);
  return new KumulusError(status < 500 ? "Invalid" : "Unavailable", `CDI could not take the upload: ${words}`);
}
