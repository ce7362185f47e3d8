// /healthz, /readyz and /metrics of a process on one port.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

export interface HealthOptions {
  /** 0 takes a free port. */
  port: number;
  /** Loopback unless said. */
  host?: string;
  registry: Registry;
  /** False while the process cannot do its work yet. */
  ready: () => boolean;
  /** False when only a restart can help; always true unless said. */
  healthy?: () => boolean;
}

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

function answer(response: ServerResponse, good: boolean): void {
  response.writeHead(good ? 200 : 503, { "content-type": "text/plain; charset=utf-8" });
  response.end(good ? "ok\n" : "not ok\n");
}

export async function startHealth(options: HealthOptions): Promise<HealthServer> {
  const { port, host = "127.0.0.1", registry, ready, healthy = () => true } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz" || path === "/livez") return answer(response, healthy());
    if (path === "/readyz") return answer(response, ready());
    if (path !== "/metrics") return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
