// The metadata service of one node: each network with guests here has a namespace that answers 169.254.169.254, and no other has.
import type { Server } from "node:net";
import { createOvsdbClient } from "../../clients/ovsdb/client.ts";
import type { Log } from "../../operator/contract.ts";
import { WorkQueue } from "../../operator/controller/queue.ts";
import { listenIn } from "./listen.ts";
import { type LocalNetwork, type Southbound, watchLocalNetworks } from "./local-networks.ts";
import { createNamespaces, metadataAddress, type NamespacesOptions, switchTables } from "./namespaces.ts";
import { createProxy, type ProxyOptions } from "./proxy.ts";

export interface MetadataOptions extends Omit<NamespacesOptions, "conf">, Omit<ProxyOptions, "log"> {
  readonly southbound: Pick<Southbound, "remotes" | "tls">;
  /** The Open_vSwitch database as OVSDB spells it. */
  readonly confDatabase: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface MetadataAgent {
  /** Whether it knows the networks of this node. */
  ready(): boolean;
  /** Ids of the networks that it serves. */
  networks(): string[];
  /** Resolves when it has ended after `signal`. Namespaces stay for the next one. */
  readonly closed: Promise<void>;
}

const port = 80;
const backoff = { firstMs: 100, longestMs: 30_000, jitter: 0.5 };

const sameNetwork = (a: LocalNetwork, b: LocalNetwork): boolean => JSON.stringify(a) === JSON.stringify(b);

export async function startMetadata(options: MetadataOptions): Promise<MetadataAgent> {
  const { southbound, confDatabase, log, signal } = options;
  const conf = createOvsdbClient({ remotes: [confDatabase], database: "Open_vSwitch", tables: switchTables, log, signal });
  await conf.whenSynced();
  const namespaces = createNamespaces({ ...options, conf });
  const proxy = createProxy(options);
  const served = new Map<string, { network: LocalNetwork; socket: Server }>();
  const queue = new WorkQueue({ backoff });
  let wanted: ReadonlyMap<string, LocalNetwork> | undefined;

  async function serve(network: LocalNetwork): Promise<void> {
    const path = await namespaces.make(network);
    const socket = served.get(network.id)?.socket ?? (await listenIn(path, metadataAddress, port));
    if (!served.has(network.id)) proxy.serve(network.id, socket);
    served.set(network.id, { network, socket });
    log.info({ network: network.id }, "Guests of this network are told their metadata");
  }

  async function end(id: string): Promise<void> {
    served.get(id)?.socket.close();
    served.delete(id);
    await namespaces.remove(id);
    log.info({ network: id }, "No guest of this network is here any more");
  }

  async function reconcile(id: string): Promise<void> {
    const network = wanted?.get(id);
    const known = served.get(id)?.network;
    if (!network) await end(id);
    else if (!known || !sameNetwork(known, network)) await serve(network);
  }

  /** One after the other: a burst of new networks leaves the machine to the guests that boot. */
  async function work(): Promise<void> {
    for (let id = await queue.take(); id !== undefined; id = await queue.take()) {
      try {
        await reconcile(id);
        queue.forget(id);
      } catch (error) {
        if (!signal.aborted) log.warn({ error, network: id }, "The metadata service of a network could not be set up; it is tried again");
        queue.retry(id);
      }
      queue.done(id);
    }
  }

  const systemID = chassisName(conf.rows<{ external_ids: Record<string, string> }>("Open_vSwitch"));
  watchLocalNetworks({ ...southbound, log, signal }, systemID, (networks) => {
    wanted = networks;
    for (const id of new Set([...networks.keys(), ...served.keys(), ...namespaces.list()])) queue.add(id);
  });
  signal.addEventListener("abort", () => queue.close(), { once: true });
  if (signal.aborted) queue.close();
  const closed = work().then(() => {
    for (const { socket } of served.values()) socket.close();
    proxy.close();
  });
  return { ready: () => wanted !== undefined, networks: () => [...served.keys()], closed };
}

function chassisName(rows: readonly { external_ids: Readonly<Record<string, string>> }[]): string {
  const name = rows[0]?.external_ids["system-id"];
  if (name === undefined) throw new Error("Open_vSwitch has no external_ids:system-id: this node is no chassis of OVN");
  return name;
}
