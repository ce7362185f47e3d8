// A plain-HTTP proxy before a test's API server that does what networks and servers do on bad days: cuts, delays, silence, 410, 429, 5xx.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect } from "../kube/connection.ts";
import type { ControlPlane } from "./control-plane.ts";

export interface Fault {
  /** Wait so long before anything else. */
  delayMs?: number;
  /** Answer with this instead of asking the server. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Cut the connection instead of answering. */
  cut?: boolean;
  /** Cut it after so many bytes of the answer. */
  cutAfterBytes?: number;
  /** Keep the connection open and pass nothing on. */
  silent?: boolean;
}

export interface FaultProxy {
  url: string;
  /** The control plane's kubeconfig with this proxy as the server. */
  kubeconfig: string;
  connection: Connection;
  /** Asked for every request; undefined lets it pass. */
  fault: (request: { method: string; path: string }) => Fault | undefined;
  /** Number of requests that the function accepts so far. */
  count(accept: (request: { method: string; path: string }) => boolean): number;
  /** Cuts every open connection. */
  cutAll(): void;
  stop(): Promise<void>;
}

interface Pass {
  plane: ControlPlane;
  agent: Agent;
  fault: Fault;
}

function forward({ plane, agent, fault }: Pass, request: IncomingMessage, response: ServerResponse): void {
  const headers = { ...request.headers, host: new URL(plane.url).host, authorization: `Bearer ${plane.token}` };
  const options = { method: request.method, headers, agent, rejectUnauthorized: false };
  const upstream = httpsRequest(plane.url + request.url, options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    let bytes = 0;
    answer.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (fault.silent) return;
      if (fault.cutAfterBytes !== undefined && bytes >= fault.cutAfterBytes) {
        response.write(chunk.subarray(0, chunk.length - (bytes - fault.cutAfterBytes)), () => response.socket?.destroy());
        answer.destroy();
        return;
      }
      response.write(chunk);
    });
    answer.on("end", () => response.end());
    answer.on("error", () => response.socket?.destroy());
  });
  upstream.on("error", () => response.socket?.destroy());
  response.on("close", () => upstream.destroy());
  request.pipe(upstream);
}

async function serve(pass: Pass, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { fault } = pass;
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.cut) return void request.socket.destroy();
  if (fault.status === undefined) return forward(pass, request, response);
  request.resume();
  response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
  response.end(JSON.stringify(fault.body ?? { kind: "Status", status: "Failure", code: fault.status, message: `fault ${fault.status}` }));
}

export async function startFaultProxy(plane: ControlPlane): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const requests: { method: string; path: string }[] = [];
  const server = createServer((request, response) => {
    const seen = { method: request.method ?? "", path: request.url ?? "" };
    requests.push(seen);
    void serve({ plane, agent, fault: proxy.fault(seen) ?? {} }, request, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(plane.directory, `kubeconfig-${new URL(url).port}`);
  const named = { name: "test", context: { cluster: "test", user: "test" }, cluster: { server: url }, user: {} };
  writeFileSync(kubeconfig, JSON.stringify({ "current-context": "test", contexts: [named], clusters: [named], users: [named] }));
  const connection = connect(kubeconfig);
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: FaultProxy = {
    url,
    kubeconfig,
    connection,
    fault: () => undefined,
    count: (accept) => requests.filter(accept).length,
    cutAll,
    async stop() {
      await connection.close();
      cutAll();
      server.close();
      await once(server, "close");
      agent.destroy();
    },
  };
  return proxy;
}
