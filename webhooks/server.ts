// The admission server: HTTPS with a certificate of its own making, and the configuration that tells the API server about it.

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KumulusError } from "../domain/errors.ts";
import { systemNamespace } from "../domain/id.ts";
import type { Caches, KubeClient, Log } from "../operator/contract.ts";
import { endConnectionsWhile } from "../operator/drain.ts";
import { persist } from "../operator/persist.ts";
import { type Admission, createAdmission, notJudged, otherKinds } from "./admission.ts";
import { reviewPath, type WebhookTarget } from "./configuration.ts";
import { guardPath, levels } from "./guard/configuration.ts";
import { guardProblem } from "./guard/guard.ts";
import { allRules } from "./kinds.ts";
import type { AdmissionMetrics } from "./metrics.ts";
import { requestOf, reviewOf } from "./review.ts";
import { createServing } from "./serving.ts";
import type { CertificateFiles } from "./tls/files.ts";

export interface WebhookOptions {
  client: KubeClient;
  /** Started by the caller, before or after; the server answers once they are in sync. */
  caches: Caches;
  log: Log;
  /** Aborts some seconds before `signal`: reviews are still answered, and each answer ends its connection. */
  draining?: AbortSignal;
  signal: AbortSignal;
  metrics?: AdmissionMetrics;
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 picks a free one. */
  port: number;
  /** How the API server calls us; `https://<host>:<port>` when absent. */
  target?: WebhookTarget;
  /** Names in the certificate; made from `target` when absent. */
  names?: readonly string[];
  namespace?: string;
  secretName?: string;
  /** A certificate of somebody else's making, who also tells the API server whom to trust. */
  certificateFiles?: CertificateFiles;
  /** How long a certificate of our own making is good, in ms; a year unless said. */
  certificateLifeMs?: number;
  /** See AdmissionOptions. */
  reservationMs?: number;
  /** How often certificate and configuration are looked at, in ms; 30 s unless said. */
  checkMs?: number;
  /** Users whose deletions are refused while the object is in use: the APIs' own user when absent. */
  strictDeleters?: readonly string[];
}

export interface Webhook {
  port: number;
  /** When the certificate ends. */
  readonly certificateUntil: Date | undefined;
  /** Resolves when the server has closed, after the signal. */
  closed: Promise<void>;
}

const reviewBytes = 8 * 1024 * 1024;
const apiUsers = [`system:serviceaccount:${systemNamespace}:kumulus-api`];

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > reviewBytes) throw new RangeError("the review is too large");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}

async function review(
  admission: Admission,
  { log, metrics }: WebhookOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const asked = requestOf(await bodyOf(request).catch(() => undefined));
  if (!asked) return reply(response, 400, { message: "not an AdmissionReview" });
  const { uid, kind, namespace, name, operation, userInfo } = asked;
  const fields = { kind: kind.kind, namespace, name, operation, user: userInfo.username };
  const answer = (error: KumulusError | undefined) => {
    metrics?.observe(kind.kind, error?.status ?? 200, (performance.now() - started) / 1000);
    reply(response, 200, reviewOf(uid, error));
  };
  try {
    const error = await admission(asked);
    if (error) log.info({ ...fields, reason: error.reason, sentence: error.message }, "refused");
    answer(error);
  } catch (error) {
    log.error({ ...fields, error }, "admission failed");
    answer(notJudged(error));
  }
}

async function synced(caches: Caches, signal: AbortSignal): Promise<void> {
  const all = [...allRules.map(({ kind }) => kind), ...otherKinds].map((kind) => caches.of(kind));
  while (!all.every((cache) => cache.synced)) await sleep(20, undefined, { signal });
}

/** Resolves when reviews are answered and the API server has been told where. Rejects when the port is taken or the API server refuses us. */
export async function startWebhook(options: WebhookOptions): Promise<Webhook> {
  const { client, caches, log, signal, host, strictDeleters = apiUsers, namespace = systemNamespace } = options;
  const admission = createAdmission({
    client,
    caches,
    rules: allRules,
    strictDeleters,
    ...(options.reservationMs !== undefined && { reservationMs: options.reservationMs }),
  });
  const server = createServer({ keepAlive: true, keepAliveTimeout: 120_000 });
  if (options.draining) endConnectionsWhile(options.draining, server);
  server.listen(options.port, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const closed = once(server, "close").then(() => undefined);
  signal.addEventListener("abort", () => {
    server.close();
    server.closeIdleConnections();
  });
  const target = options.target ?? { url: `https://${host.includes(":") ? `[${host}]` : host}:${port}` };
  const serving = createServing(server, target, { ...options, strictDeleters, namespace });
  await synced(caches, signal);
  server.on("request", (request, response) => {
    const level = levels.find((each) => request.url?.startsWith(`${guardPath}${each}`));
    if (request.method === "POST" && level) void review(async (asked) => guardProblem(level, asked), options, request, response);
    else if (request.method === "POST" && request.url?.startsWith(reviewPath)) void review(admission, options, request, response);
    else reply(response, request.url === "/readyz" ? 200 : 404, {});
  });
  await persist(serving.update, { what: "telling the API server of the webhook", log, signal });
  void serving.keep();
  log.info({ port }, "webhook is ready");
  return {
    port,
    closed,
    get certificateUntil() {
      return serving.until;
    },
  };
}
