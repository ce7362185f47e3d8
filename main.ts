#!/usr/bin/env node
// Composition root: reads the command line, wires one role of Kumulus or runs one command.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Files } from "./cli/command.ts";
import { commands, isCommand, runCommand } from "./cli/commands.ts";
import type { CachesOptions } from "./operator/cache/caches.ts";
import type { Log } from "./operator/contract.ts";
import { createLog, type LogLevel } from "./operator/log.ts";
import { ovsdbTLS } from "./operator/ovsdb-tls.ts";
import type { Settings } from "./operator/settings.ts";
import type { InstanceConfig } from "./standalone/instance.ts";
import type { Webhook } from "./webhooks/server.ts";

const commandLines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);

const help = `kumulus <role> --config FILE
kumulus <role> --instance-config FILE [--listen-fd N]
kumulus <command> --help

Roles:
  operator   the controllers; one replica acts, the others wait
  api        the OpenStack APIs
  webhook    admission of objects that need a look at others
  node       the engines of one machine: guests, disks, plugs, metadata
  metadata   the metadata service of one node's guests

Commands:
${commandLines.join("\n")}

Options of roles:
  --config FILE           settings in a cluster, in YAML: docs/install.md lists them
  --instance-config FILE  what \`make up\` wrote: .kumulus/<instance>/instance.json
  --listen-fd N           (api) also serve on this inherited listening socket
  --help                  this text

Environment: KUMULUS_LOG_LEVEL (debug, info, warn, error)`;

interface Role {
  settings: Settings;
  log: Log;
  /** Aborts `drainSeconds` before `signal`. */
  draining: AbortSignal;
  signal: AbortSignal;
  listenFd: number | undefined;
}

/** A client, caches and metrics: what every role but the node agent starts with. */
async function runtime(name: "operator" | "api" | "webhook", { settings, log }: Role, scopes: CachesOptions["scopes"] = []) {
  const { connect } = await import("./operator/kube/connection.ts");
  const { kubeClient } = await import("./operator/kube/client.ts");
  const { createCaches } = await import("./operator/cache/caches.ts");
  const { createMetrics } = await import("./operator/metrics.ts");
  const metrics = createMetrics();
  const client = kubeClient(connect(settings.kubeconfig), { fieldManager: `kumulus-${name}`, onRequest: metrics.onRequest });
  return { client, caches: createCaches(client, { log, scopes }), metrics };
}

const hostOf = ({ host = "::" }: Settings) => host;
const healthOf = (settings: Settings) => ({ host: hostOf(settings), port: settings.ports.health });

async function operator(role: Role): Promise<void> {
  const { settings, log, signal } = role;
  const { createManager } = await import("./operator/manager.ts");
  const { startHealth } = await import("./operator/health.ts");
  const { createOvsdbClient } = await import("./clients/ovsdb/client.ts");
  const { fileStore } = await import("./clients/image-store/file-store.ts");
  const { kubeVirt } = await import("./clients/kubevirt/subresources.ts");
  const { northboundTables, southboundTables } = await import("./controllers/network/ovn/tables.ts");
  const { allControllers, operatorLease, operatorScopes } = await import("./controllers/controllers.ts");
  const { sharedKey } = await import("./operator/shared-key.ts");
  const { imageKeySecret } = await import("./domain/image/golden.ts");
  const { certificateMetrics, databaseMetrics, endOfCertificate } = await import("./operator/dependency-metrics.ts");
  const { systemNamespace } = await import("./domain/id.ts");

  const { client, caches, metrics } = await runtime("operator", role, operatorScopes);
  const tls = ovsdbTLS(settings);
  const ovn = (database: string, remotes: readonly string[], tables: typeof northboundTables) =>
    createOvsdbClient({ remotes, database, tables, leaderOnly: true, log, signal, ...(tls && { tls }) });
  const northbound = ovn("OVN_Northbound", settings.ovn.northbound, northboundTables);
  const southbound = ovn("OVN_Southbound", settings.ovn.southbound, southboundTables);
  databaseMetrics(metrics.registry, { northbound: () => northbound.synced, southbound: () => southbound.synced });
  const clientCertificate = settings.ovn.tls?.cert;
  certificateMetrics(metrics.registry, clientCertificate === undefined ? {} : { ovn: () => endOfCertificate(clientCertificate) });
  const manager = createManager({
    client,
    caches,
    log,
    metrics,
    leaderElection: { name: operatorLease, namespace: systemNamespace, identity: settings.identity ?? hostname() },
    controllers: allControllers({
      northbound,
      southbound,
      caches,
      log,
      imageBaseURL: settings.apiURL,
      imageKey: sharedKey(imageKeySecret),
      imageStore: fileStore(settings.images.directory),
      kubeVirt: kubeVirt(client),
    }),
  });
  await startHealth({ ...healthOf(settings), registry: metrics.registry, ready: () => manager.ready() });
  await manager.run(signal);
}

async function api(role: Role): Promise<void> {
  const { settings, log, draining, signal, listenFd } = role;
  const { startApi } = await import("./api/server.ts");
  const { fileStore } = await import("./clients/image-store/file-store.ts");
  const inherited = listenFd === undefined ? [] : [{ fd: listenFd }];
  const { imageStoreMetrics } = await import("./operator/dependency-metrics.ts");
  const { apiScopes } = await import("./api/scopes.ts");
  const parts = await runtime("api", role, apiScopes);
  imageStoreMetrics(parts.metrics.registry, settings.images.directory);
  const { closed } = await startApi({
    ...parts,
    imageStore: fileStore(settings.images.directory),
    ...(settings.region && { region: settings.region }),
    listen: [{ port: settings.ports.api, host: hostOf(settings) }, ...inherited],
    log,
    draining,
    signal,
  });
  await closed;
}

async function webhook(role: Role): Promise<void> {
  const { settings, log, draining, signal } = role;
  const { startWebhook } = await import("./webhooks/server.ts");
  const { startHealth } = await import("./operator/health.ts");
  const { systemNamespace } = await import("./domain/id.ts");
  const { admissionMetrics } = await import("./webhooks/metrics.ts");
  const { certificateMetrics } = await import("./operator/dependency-metrics.ts");
  const { client, caches, metrics } = await runtime("webhook", role);
  metrics.caches(() => caches.report());
  let running: Webhook | undefined;
  // Before anything waits for the API server: a process that waits is alive.
  const ready = () => running !== undefined && caches.synced && !draining.aborted;
  await startHealth({ ...healthOf(settings), registry: metrics.registry, ready });
  // A kind that is asked for after the start begins at once.
  await caches.start(signal);
  const target = settings.webhook && { service: { name: settings.webhook.service, namespace: systemNamespace } };
  const folder = settings.webhook?.certificates;
  running = await startWebhook({
    client,
    caches,
    log,
    draining,
    signal,
    metrics: admissionMetrics(metrics.registry),
    host: hostOf(settings),
    port: settings.ports.webhook,
    ...(target && { target }),
    ...(folder !== undefined && { certificateFiles: { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") } }),
  });
  certificateMetrics(metrics.registry, { webhook: () => running?.certificateUntil });
  await running.closed;
}

async function node(
  { file, instance }: { file: string | undefined; instance: InstanceConfig | undefined },
  role: Pick<Role, "log" | "signal">,
): Promise<void> {
  const { startNode } = await import("./standalone/node/agent.ts");
  if (!instance) {
    const { readNodeSettings } = await import("./standalone/node/settings.ts");
    return startNode({ ...(await readNodeSettings(file ?? "", process.env)), ...role });
  }
  const { nodeSettings, metadataSettings } = await import("./standalone/settings.ts");
  const guests = startNode({ ...nodeSettings(instance), ...role });
  // Guests that only seem to run ask nothing.
  if (instance.hypervisor === "simulated") return guests;
  const { runMetadata } = await import("./node/metadata/run.ts");
  await Promise.all([guests, runMetadata(metadataSettings(instance), { ...role, log: role.log.child({ part: "metadata" }) })]);
}

async function metadata(file: string, role: Pick<Role, "log" | "signal">): Promise<void> {
  const { readMetadataSettings } = await import("./node/metadata/settings.ts");
  const { runMetadataRole } = await import("./node/metadata/run.ts");
  await runMetadataRole(await readMetadataSettings(file, process.env), role);
}

const roles = { operator, api, webhook } as const;
const isRole = (name: string): name is keyof typeof roles => name in roles;

const readInstance = (file: string) => JSON.parse(readFileSync(file, "utf8")) as InstanceConfig;

/** What commands know of the cloud; on one machine they are the administrator's. */
async function commandSettings({ config: file, "instance-config": instanceFile }: Files): Promise<Settings | undefined> {
  if (file) return clusterSettings(file);
  const instance = instanceFile ? readInstance(instanceFile) : undefined;
  return instance && { ...(await instanceSettings(instance, "operator")), kubeconfig: instance.kubeconfigs.admin };
}

async function main(): Promise<number> {
  const [first = "", ...rest] = process.argv.slice(2);
  if (isCommand(first)) return runCommand(first, rest, { readSettings: commandSettings, print: console.log, complain: console.error });
  await startRole();
  return 0;
}

async function startRole(): Promise<void> {
  const text = { type: "string" } as const;
  const options = { config: text, "instance-config": text, "listen-fd": text, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ""] = positionals;
  if (values.help) return console.log(help);
  const { config: file, "instance-config": instanceFile, "listen-fd": fd } = values;
  const known = isRole(name) || name === "node" || name === "metadata";
  if (!known || !(instanceFile ?? file))
    throw new TypeError(`${known ? "--config is missing" : `no such role or command: "${name}"`}\n\n${help}`);
  const log = createLog({ name, level: (process.env.KUMULUS_LOG_LEVEL ?? "info") as LogLevel });
  const [drain, stop] = [new AbortController(), new AbortController()];
  let drainMs = 0;
  for (const event of ["SIGTERM", "SIGINT"] as const)
    process.once(event, () => {
      drain.abort();
      setTimeout(() => stop.abort(), drainMs);
    });
  const { signal } = stop;
  const instance = instanceFile ? readInstance(instanceFile) : undefined;
  const { startTracing } = await import("./operator/tracing.ts");
  const stopTracing = await startTracing(name);
  try {
    if (name === "metadata") return await metadata(file ?? "", { log, signal });
    if (!isRole(name)) return await node({ file, instance }, { log, signal });
    const settings = instance ? await instanceSettings(instance, name) : await clusterSettings(file ?? "");
    // The operator has no clients: another replica takes over at once.
    drainMs = name === "operator" ? 0 : (settings.drainSeconds ?? 0) * 1000;
    await roles[name]({ settings, log, draining: drain.signal, signal, listenFd: fd === undefined ? undefined : Number(fd) });
  } finally {
    await stopTracing();
  }
}

const clusterSettings = async (file: string) => (await import("./operator/settings.ts")).readSettings(file);
const instanceSettings = async (config: InstanceConfig, name: keyof typeof roles) =>
  (await import("./standalone/settings.ts")).roleSettings(config, name);

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof TypeError ? error.message : (error.stack ?? error.message));
    process.exit(error instanceof TypeError ? 2 : 1);
  },
);
