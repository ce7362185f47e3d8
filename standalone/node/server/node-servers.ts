// The agent's two HTTPS servers: aggregated APIs, and the kubelet's log endpoint.

import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Caches, KubeClient, Log } from "../../../operator/contract.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import type { StorageDeps } from "../storage/deps.ts";
import { type Answer, refusal } from "./answers.ts";
import { ownCertificate } from "./certificate.ts";
import { discoveryDocument } from "./discovery.ts";
import { guestStreamServer } from "./guest-streams.ts";
import { type RunningServer, startServer } from "./https.ts";
import { kubeletHandler } from "./kubelet.ts";
import { readClientTrust, registerApis, serverName } from "./register.ts";
import { answerCall, parsePath, runningInstance } from "./subresources.ts";
import { uploadPaths, uploads } from "./upload.ts";

export interface NodeServersOptions {
  client: KubeClient;
  caches: Caches;
  hypervisor: Hypervisor;
  storage: StorageDeps;
  /** Told the handle of a volume that an upload filled. */
  filled: (handle: string) => void;
  runDir: string;
  address: string;
  ports: { api: number; kubelet: number };
  log: Log;
}

export interface NodeServers {
  readonly ports: { api: number; kubelet: number };
  stop(): Promise<void>;
}

const bodyLimitBytes = 256 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimitBytes) throw new RangeError("the body is too large");
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8").trim();
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

function send(response: ServerResponse, { code, body, contentType }: Answer): void {
  if (body === undefined) response.writeHead(code).end();
  else if (contentType !== undefined) response.writeHead(code, { "content-type": contentType }).end(body);
  else response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function apiHandler({ client, hypervisor, storage, filled, log }: NodeServersOptions) {
  const upload = uploads(client, storage, filled);

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = request.url ?? "/";
    const [path = ""] = url.split("?");
    if (uploadPaths.includes(path) && request.method === "POST") return upload.receive(request);
    const document = discoveryDocument(path);
    if (document) return { code: 200, body: document };
    const call = parsePath(url);
    let body: unknown;
    try {
      body = await readBody(request);
    } catch (error) {
      return refusal(400, `the body can not be read: ${(error as Error).message}`);
    }
    if (call) return answerCall({ ...call, body }, request.method ?? "GET", client, hypervisor);
    return (await upload.token(url, body)) ?? { code: 404, body: "404: Page Not Found", contentType: "text/plain" };
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request)
      .catch((error: unknown) => {
        log.warn({ error, path: request.url }, "a call failed");
        return refusal(500, `Internal error occurred: ${(error as Error).message}`);
      })
      .then((given) => send(response, given));
  };
}

function startApi(
  options: NodeServersOptions,
  certificate: Awaited<ReturnType<typeof ownCertificate>>,
  trust: Awaited<ReturnType<typeof readClientTrust>>,
) {
  const streams = guestStreamServer(options.runDir);
  const server = startServer({
    address: options.address,
    port: options.ports.api,
    certificate,
    clientCA: trust.frontProxyCA,
    clientNames: trust.frontProxyNames,
    // Uploads come straight from their clients and carry a token of their own.
    isOpen: ({ url = "" }) => uploadPaths.includes(url.split("?")[0] ?? ""),
    handle: apiHandler(options),
    upgrade(request, socket, head) {
      const call = parsePath(request.url ?? "");
      const close = (code: number, words: string) => socket.end(`HTTP/1.1 ${code} ${words}\r\ncontent-length: 0\r\n\r\n`);
      if (!call || (call.verb !== "console" && call.verb !== "vnc")) return void close(404, "Not Found");
      const stream = call.verb;
      runningInstance({ ...call, body: undefined }, options.client, options.hypervisor).then(
        (vmi) => {
          if ("code" in vmi) return close(vmi.code, "Refused");
          const uid = vmi.metadata.uid ?? "";
          const hasStream = options.hypervisor.kind === "qemu" && (stream === "console" || options.hypervisor.get(uid)?.spec.graphics);
          return hasStream ? streams.open(request, socket, head, stream, uid) : close(400, "Bad Request");
        },
        () => close(500, "Internal Server Error"),
      );
    },
  });
  return { server, streams };
}

export async function startNodeServers(options: NodeServersOptions): Promise<NodeServers> {
  const certificate = await ownCertificate(join(options.runDir, "node-tls"), options.address, [serverName, "localhost"]);
  const trust = await readClientTrust(options.client);
  const { server, streams } = startApi(options, certificate, trust);
  const api = await server;
  const logs = kubeletHandler(options.caches, options.runDir);
  const kubelet: RunningServer = await startServer({
    address: options.address,
    port: options.ports.kubelet,
    certificate,
    clientCA: trust.clientCA,
    handle: (request, response) =>
      void logs(request, response).catch((error: unknown) => {
        options.log.warn({ error }, "a log could not be read");
        response.writeHead(500).end();
      }),
  });
  await registerApis(options.client, { address: options.address, port: api.port, certificate: certificate.cert });
  return {
    ports: { api: api.port, kubelet: kubelet.port },
    async stop() {
      streams.close();
      await Promise.all([api.stop(), kubelet.stop()]);
    },
  };
}
