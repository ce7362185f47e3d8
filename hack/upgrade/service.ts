// For stories: what a Service with two pods is to the API server, as a name of this machine that leads to the one or the other process.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { systemNamespace } from "../../domain/id.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { Service } from "../../operator/kube/core-kinds.ts";

export interface TestService {
  name: string;
  /** New connections lead to this port of 127.0.0.1, and the old ones end. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

/** Its port is 443, on a loopback address of its own. */
export async function startService(client: ApiClient, name: string): Promise<TestService> {
  const address = `127.${[0, 0, 0].map(() => 1 + Math.floor(Math.random() * 250)).join(".")}`;
  let target = 0;
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.on("error", () => one.destroy());
      one.once("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(443, address);
  await once(server, "listening");
  const end = () => {
    for (const socket of open) socket.destroy();
  };
  await client.create(Service, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: systemNamespace },
    spec: { type: "ExternalName", externalName: address },
  } as Service);
  return {
    name,
    leadTo(port) {
      target = port;
      end();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      end();
      await closed;
    },
  };
}
