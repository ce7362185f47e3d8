// The block of TCP ports of an instance: where it starts, and whether it is free.
import { createServer } from "node:net";
import type { InstancePorts } from "../instance.ts";

/** Below Linux's ephemeral range (32768), so that no outgoing connection takes one of ours. */
const firstPort = 18700;
const blockSize = 20;
const blocks = 500;

export function portsFrom(base: number): InstancePorts {
  return {
    api: base,
    kubeApiserver: base + 1,
    etcdClient: base + 2,
    etcdPeer: base + 3,
    controllerManager: base + 4,
    webhook: base + 5,
    nodeApi: base + 6,
    nodeKubelet: base + 7,
    operatorHealth: base + 8,
    webhookHealth: base + 9,
    nodeHealth: base + 10,
  };
}

/** Starts of blocks in the order in which an instance tries them: `default` has the first, others start at a place made of their name. */
export function portBases(name: string): number[] {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % (blocks - 1);
  const first = name === "default" ? 0 : 1 + hash;
  return Array.from({ length: blocks }, (_, step) => firstPort + blockSize * ((first + step) % blocks));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The first block that is neither claimed by another instance of this checkout nor in use. */
export async function freePortBase(name: string, claimed: ReadonlySet<number>): Promise<number> {
  for (const base of portBases(name)) {
    if (claimed.has(base)) continue;
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no free block of ports from ${firstPort} up; stop another instance first`);
}
