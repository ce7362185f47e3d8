#!/usr/bin/env node
// Composition root: reads the command line and wires one role of Kumulus.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Log } from "./operator/contract.ts";
import { createLog, type LogLevel } from "./operator/log.ts";
import type { InstanceConfig } from "./standalone/instance.ts";

const help = `kumulus <role> --instance-config FILE [--listen-fd N]

Roles:
  operator   the controllers; one replica acts, the others wait
  api        the OpenStack APIs
  webhook    admission of objects that need a look at others
  node       the engines of one machine: guests, disks, plugs

Options:
  --instance-config FILE  what \`make up\` wrote: .kumulus/<instance>/instance.json
  --listen-fd N           (api) also serve on this inherited listening socket
  --help                  this text

Environment: KUMULUS_LOG_LEVEL (debug, info, warn, error)`;

interface Role {
  config: InstanceConfig;
  log: Log;
  signal: AbortSignal;
  listenFd: number | undefined;
}

/** A client, caches and metrics: what every role but the node agent starts with. */
async function runtime(name: "operator" | "api" | "webhook", { config, log }: Role) {
  const { connect } = await import("./operator/kube/connection.ts");
  const { kubeClient } = await import("./operator/kube/client.ts");
  const { createCaches } = await import("./operator/cache/caches.ts");
  const { createMetrics } = await import("./operator/metrics.ts");
  const metrics = createMetrics();
  const client = kubeClient(connect(config.kubeconfigs[name]), { fieldManager: `kumulus-${name}`, onRequest: metrics.onRequest });
  return { client, caches: createCaches(client, { log }), metrics };
}

async function operator(role: Role): Promise<void> {
  const { config, log, signal } = role;
  const { createManager } = await import("./operator/manager.ts");
  const { startHealth } = await import("./operator/health.ts");
  const { createOvsdbClient } = await import("./clients/ovsdb/client.ts");
  const { fileStore } = await import("./clients/image-store/file-store.ts");
  const { kubeVirt } = await import("./clients/kubevirt/subresources.ts");
  const { northboundTables, southboundTables } = await import("./controllers/network/ovn/tables.ts");
  const { identityControllers } = await import("./controllers/identity/controllers.ts");
  const { networkControllers } = await import("./controllers/network/controllers.ts");
  const { computeControllers } = await import("./controllers/compute/controllers.ts");
  const { imageControllers } = await import("./controllers/image/controllers.ts");
  const { volumeControllers } = await import("./controllers/volume/controllers.ts");
  const { sharedKey } = await import("./operator/shared-key.ts");
  const { imageKeySecret } = await import("./domain/image/golden.ts");
  const { systemNamespace } = await import("./domain/id.ts");

  const { client, caches, metrics } = await runtime("operator", role);
  const ovn = (database: string, remote: string, tables: typeof northboundTables) =>
    createOvsdbClient({ remotes: [remote], database, tables, leaderOnly: true, log, signal });
  const golden = { imageBaseURL: config.apiURL, imageKey: sharedKey(imageKeySecret) };
  const manager = createManager({
    client,
    caches,
    log,
    metrics,
    // The supervisor runs one operator of an instance: a new one has the old one's name and need not wait for its lease to end.
    leaderElection: { name: "kumulus-operator", namespace: systemNamespace, identity: config.network.namespace },
    controllers: [
      ...identityControllers(),
      ...networkControllers({
        northbound: ovn("OVN_Northbound", config.ovn.northbound, northboundTables),
        southbound: ovn("OVN_Southbound", config.ovn.southbound, southboundTables),
        caches,
        log,
      }),
      ...computeControllers({ ...golden, kubeVirt: kubeVirt(client) }),
      ...imageControllers({ imageStore: fileStore(config.imagesDir) }),
      ...volumeControllers(golden),
    ],
  });
  await startHealth({ port: config.ports.operatorHealth, registry: metrics.registry, ready: () => manager.ready() });
  await manager.run(signal);
}

async function api(role: Role): Promise<void> {
  const { config, log, signal, listenFd } = role;
  const { startApi } = await import("./api/server.ts");
  const { fileStore } = await import("./clients/image-store/file-store.ts");
  const inherited = listenFd === undefined ? [] : [{ fd: listenFd }];
  const { closed } = await startApi({
    ...(await runtime("api", role)),
    imageStore: fileStore(config.imagesDir),
    region: config.region,
    listen: [{ port: config.ports.api }, ...inherited],
    log,
    signal,
  });
  await closed;
}

async function webhook(role: Role): Promise<void> {
  const { config, log, signal } = role;
  const { startWebhook } = await import("./webhooks/server.ts");
  const { startHealth } = await import("./operator/health.ts");
  const { client, caches, metrics } = await runtime("webhook", role);
  // A kind that is asked for after the start begins at once.
  await caches.start(signal);
  const { closed } = await startWebhook({ client, caches, log, signal, host: "127.0.0.1", port: config.ports.webhook });
  await startHealth({ port: config.ports.webhookHealth, registry: metrics.registry, ready: () => caches.synced });
  await closed;
}

async function node({ config, log, signal }: Role): Promise<void> {
  const { startNode } = await import("./standalone/node/agent.ts");
  await startNode({
    kubeconfig: config.kubeconfigs.node,
    nodeName: config.network.chassis,
    hypervisor: config.hypervisor,
    netns: config.network.namespace,
    runDir: config.runDir,
    disksDir: config.disksDir,
    confDatabase: config.ovn.conf,
    ports: { api: config.ports.nodeApi, kubelet: config.ports.nodeKubelet, health: config.ports.nodeHealth },
    stoppedGuestsFile: config.stoppedGuestsFile,
    log,
    signal,
  });
}

const roles: Readonly<Record<string, (role: Role) => Promise<void>>> = { operator, api, webhook, node };

async function main(): Promise<void> {
  const options = { "instance-config": { type: "string" }, "listen-fd": { type: "string" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ""] = positionals;
  const run = roles[name];
  if (values.help) return console.log(help);
  const file = values["instance-config"];
  if (!run || !file) throw new TypeError(`${run ? "--instance-config is missing" : `no such role: "${name}"`}\n\n${help}`);
  const log = createLog({ name, level: (process.env.KUMULUS_LOG_LEVEL ?? "info") as LogLevel });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const listenFd = values["listen-fd"] === undefined ? undefined : Number(values["listen-fd"]);
  await run({ config: JSON.parse(readFileSync(file, "utf8")) as InstanceConfig, log, signal: stop.signal, listenFd });
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error instanceof TypeError ? error.message : (error.stack ?? error.message));
    process.exit(error instanceof TypeError ? 2 : 1);
  },
);
