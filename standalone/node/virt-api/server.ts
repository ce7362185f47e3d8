// The part of virt-api that clients call: subresources.kubevirt.io/v1 behind kube-apiserver's aggregation layer.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { isCode, KumulusError } from "../../../domain/errors.ts";
import type { KubeClient, Log, ObjectKey } from "../../../operator/contract.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import { apiGroup, apiResources, group, version } from "./discovery.ts";
import { instanceVerbs, runningGuest } from "./instance-verbs.ts";
import { machineVerbs } from "./machine-verbs.ts";
import { conflict, internal, Refusal } from "./status-error.ts";
import { serveStreams } from "./streams.ts";

export interface VirtApiOptions {
  client: KubeClient;
  hypervisor: Hypervisor;
  runDir: string;
  port: number;
  tls: { cert: string; key: string };
  /** CA of kube-apiserver's front proxy: it alone may connect, and has asked its authorizer before. */
  frontProxyCA: string;
  log: Log;
}

const bodyLimit = 64 * 1024;
const path = new RegExp(`^/apis/${group}/${version}/namespaces/([^/]+)/(virtualmachines|virtualmachineinstances)/([^/]+)/(.+)$`);

async function bodyOf(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Refusal(413, "RequestEntityTooLarge", "the body is too large");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new Refusal(400, "BadRequest", "Can not unmarshal Request body to struct");
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const isDryRun = (body: object) => "dryRun" in body && Array.isArray(body.dryRun) && body.dryRun.includes("All");

async function instance(options: VirtApiOptions, key: ObjectKey, verb: string, response: ServerResponse): Promise<void> {
  const { client, hypervisor } = options;
  if (verb === "vnc/screenshot") {
    const picture = await hypervisor.screenshot(await runningGuest(client, hypervisor, key));
    response.writeHead(200, { "content-type": "image/png" }).end(picture);
    return;
  }
  const act = instanceVerbs.get(verb);
  if (!act) return unknown(response);
  const refuse = (words: string) => conflict("virtualmachineinstance", key.name, words);
  await act(hypervisor, await runningGuest(client, hypervisor, key), refuse);
  response.writeHead(200).end();
}

function unknown(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "text/plain" }).end("404: Page Not Found");
}

async function answer(options: VirtApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [target = ""] = (request.url ?? "").split("?");
  if (target === `/apis/${group}`) return json(response, 200, apiGroup);
  if (target === `/apis/${group}/${version}`) return json(response, 200, apiResources);
  const [, namespace = "", kind = "", name = "", verb = ""] = path.exec(target) ?? [];
  const key = { name: decodeURIComponent(name), namespace: decodeURIComponent(namespace) };
  if (kind === "virtualmachineinstances") return instance(options, key, verb, response);
  const act = machineVerbs.get(verb);
  if (!act || request.method !== "PUT") return unknown(response);
  const body = await bodyOf(request);
  if (!isDryRun(body)) await act(options.client, key, body);
  response.writeHead(202).end();
}

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (isCode(error, "Unavailable")) return internal(error.message);
  return error instanceof KumulusError ? new Refusal(error.status, error.reason ?? error.code, error.message) : undefined;
}

/** Serves on 127.0.0.1. */
export async function startVirtApi(options: VirtApiOptions): Promise<Server> {
  const { tls, frontProxyCA, port, log } = options;
  const server = createServer({ ...tls, ca: frontProxyCA, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (!refusal) log.error({ error, url: request.url }, "a subresource failed");
      json(response, refusal?.status ?? 500, (refusal ?? internal("see the node agent's log")).body);
    });
  });
  serveStreams(server, options);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
