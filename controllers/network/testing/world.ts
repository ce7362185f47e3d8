// For tests: a real API server, real northbound and southbound databases with ovn-northd between them, and the network controllers running.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createOvsdbClient, type OvsdbClient } from "../../../clients/ovsdb/client.ts";
import {
  type DatabaseServer,
  northboundSchema,
  southboundSchema,
  startDatabaseServer,
} from "../../../clients/ovsdb/testing/database-server.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { createCaches } from "../../../operator/cache/caches.ts";
import type { Caches } from "../../../operator/contract.ts";
import type { ApiClient } from "../../../operator/kube/client.ts";
import { Namespace } from "../../../operator/kube/core-kinds.ts";
import { createLog } from "../../../operator/log.ts";
import { createManager } from "../../../operator/manager.ts";
import { createMetrics } from "../../../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../../../operator/testing/control-plane.ts";
import { type NetworkOptions, networkControllers } from "../controllers.ts";
import { type NorthboundRow, northboundTables, ownerOf, southboundTables } from "../ovn/tables.ts";

export interface World {
  readonly client: ApiClient;
  /** For the test's files; gone after stop(). */
  readonly directory: string;
  readonly caches: Caches;
  readonly nb: OvsdbClient;
  readonly sb: OvsdbClient;
  readonly northbound: DatabaseServer;
  readonly southbound: DatabaseServer;
  /** A namespace of its own for each test. */
  namespace(name: string): Promise<string>;
  create<T extends KubeObject>(kind: Kind<T>, namespace: string, name: string, spec: object): Promise<T>;
  /** The object once `accept` says yes; fails with what it looks like when it never does. */
  settled<T extends KubeObject>(kind: Kind<T>, namespace: string, name: string, accept: (object: T) => boolean): Promise<T>;
  gone(kind: Kind, namespace: string, name: string): Promise<void>;
  /** Rows that the objects of a namespace have, as `table name-or-owner`. */
  rowsOf(namespace: string): string[];
  stop(): Promise<void>;
}

type Shown = KubeObject & { status?: { conditions?: { type: string; status: string; reason: string }[] } };

export const isReady = (object: Shown): boolean =>
  object.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
export const hasReason = (reason: string) => (object: Shown) =>
  object.status?.conditions?.some((one) => one.type === "Ready" && one.reason === reason) ?? false;

/** Polls; for the state of databases and other processes. */
export async function until(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function startNorthd(nb: DatabaseServer, sb: DatabaseServer): ChildProcess {
  const file = (name: string) => join(sb.directory, name);
  const args = [
    `--ovnnb-db=${nb.remote}`,
    `--ovnsb-db=${sb.remote}`,
    `--unixctl=${file("northd.ctl")}`,
    `--log-file=${file("northd.log")}`,
  ];
  return spawn("ovn-northd", ["-vconsole:off", "-vsyslog:off", ...args], { stdio: "ignore", cwd: sb.directory });
}

export async function startWorld(options: Partial<NetworkOptions> = {}): Promise<World> {
  const controlPlane: ControlPlane = await startControlPlane({ crds: [join(import.meta.dirname, "../../../standalone/engine-crds")] });
  const [northbound, southbound] = [await startDatabaseServer(northboundSchema), await startDatabaseServer(southboundSchema)];
  const northd = startNorthd(northbound, southbound);
  const stop = new AbortController();
  const { client } = controlPlane;
  const log = createLog({ name: "test", level: process.env.TEST_LOG ? "debug" : "silent" });
  const common = { signal: stop.signal, log, backoffMs: { first: 20, longest: 200 } };
  const nb = createOvsdbClient({ remotes: [northbound.remote], database: "OVN_Northbound", tables: northboundTables, ...common });
  const sb = createOvsdbClient({ remotes: [southbound.remote], database: "OVN_Southbound", tables: southboundTables, ...common });
  const caches = createCaches(client, { log });
  const controllers = networkControllers({ northbound: nb, southbound: sb, caches, log, ...options });
  const manager = createManager({ client, caches, controllers, log, metrics: createMetrics() });
  const running = manager.run(stop.signal);
  await Promise.all([nb.whenSynced(5000), sb.whenSynced(5000), until("the caches are in sync", () => manager.ready(), 20_000)]);

  const show = (object: unknown) => JSON.stringify(object, undefined, 1);
  return {
    client,
    directory: controlPlane.directory,
    caches,
    nb,
    sb,
    northbound,
    southbound,
    async namespace(name) {
      await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      return name;
    },
    create: <T extends KubeObject>(kind: Kind<T>, namespace: string, name: string, spec: object) =>
      client.create(kind, {
        apiVersion: `${kind.group}/${kind.version}`,
        kind: kind.kind,
        metadata: { name, namespace },
        spec,
      } as unknown as T),
    async settled<T extends KubeObject>(kind: Kind<T>, namespace: string, name: string, accept: (object: T) => boolean): Promise<T> {
      const cache = caches.of(kind);
      const object = await cache
        .waitFor({ name, namespace }, (one) => one !== undefined && accept(one), 10_000)
        .catch(() => assert.fail(`${kind.kind} ${name} did not settle: ${show(cache.get(name, namespace))}`));
      return object ?? assert.fail();
    },
    async gone(kind, namespace, name) {
      const cache = caches.of(kind);
      await cache
        .waitFor({ name, namespace }, (one) => one === undefined, 15_000)
        .catch(() => assert.fail(`${kind.kind} ${name} stays: ${show(cache.get(name, namespace))}`));
    },
    rowsOf: (namespace) =>
      Object.keys(northboundTables)
        .flatMap((table) => nb.rows<NorthboundRow>(table).map((row) => ({ table, owner: ownerOf(row) })))
        .filter(({ owner }) => owner?.namespace === namespace)
        .map(({ table, owner }) => `${table} ${owner?.kind} ${owner?.name}`)
        .sort(),
    async stop() {
      stop.abort();
      await running;
      const ended = new Promise((resolve) => northd.once("exit", resolve));
      northd.kill("SIGKILL");
      await Promise.all([ended, northbound.stop(), southbound.stop(), controlPlane.stop()]);
    },
  };
}
