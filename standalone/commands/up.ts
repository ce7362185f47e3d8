// `make up`: from whatever is there to a running cloud. Every step is idempotent, so it also repairs and takes over.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, bundleRoles, bundleSupervisor } from "../../hack/bundle.ts";
import { enginePath } from "../../hack/engines.ts";
import { ensureCerts, ensureTokens } from "../files/certs.ts";
import { writeKubeconfigs } from "../files/kubeconfig.ts";
import { ensurePasswords, writeClientFiles } from "../files/openrc.ts";
import { claimRunDirectory, ensureInstance, projectRoot } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";
import { ensureHostLink, ensureNamespace, removeHostLink } from "../network/namespace.ts";
import { configureChassis, ensureDatabases, ensureProviderBridge } from "../network/ovs.ts";
import { etcd, kubeApiserver, kubeControllerManager, type Programs } from "../processes/control-plane.ts";
import { ovnController, ovnNorthbound, ovnNorthd, ovnSouthbound, ovsConf, ovsVswitchd } from "../processes/ovn.ts";
import { type RoleProgram, role } from "../processes/roles.ts";
import { ensureSupervisor, SupervisorClient } from "../supervisor/connect.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";
import type { Options } from "./options.ts";
import { step } from "./progress.ts";

const node = join(projectRoot, "node_modules/node/bin/node");

const programs = (): Programs => ({
  etcd: enginePath("etcd"),
  kubeApiserver: enginePath("kube-apiserver"),
  kubeControllerManager: enginePath("kube-controller-manager"),
});

function prepareFiles(config: InstanceConfig): void {
  for (const dir of [config.logsDir, config.disksDir, config.imagesDir, config.etcdDir, config.guestsDir])
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  ensureCerts(config);
  writeKubeconfigs(config, ensureTokens(config));
  writeClientFiles(config, ensurePasswords(config), enginePath("kubectl"));
}

function prepareNetwork(config: InstanceConfig): void {
  ensureNamespace(config);
  if (config.network.external === "host") ensureHostLink(config);
  else removeHostLink(config);
  ensureDatabases(config);
}

/** Small enough for a process that only watches others. */
const supervisorArguments = ({ path, version }: Bundle, config: InstanceConfig) => [
  node,
  "--max-old-space-size=64",
  "--max-semi-space-size=1",
  path,
  config.stateDir,
  config.runDir,
  version,
];

/** Each call has its own connection, so that processes start side by side. */
async function ensure(config: InstanceConfig, definition: ProcessDefinition): Promise<void> {
  const client = await SupervisorClient.open(config.runDir);
  if (!client) throw new Error(`the supervisor is gone; see ${config.logsDir}/supervisor.log`);
  try {
    await client.ensure(definition);
  } finally {
    client.close();
  }
}

async function startControlPlane(config: InstanceConfig): Promise<void> {
  await step("etcd", () => ensure(config, etcd(config, programs())));
  await step("kube-apiserver", () => ensure(config, kubeApiserver(config, programs())));
  await step("kube-controller-manager", () => ensure(config, kubeControllerManager(config, programs())));
}

async function startNetwork(config: InstanceConfig): Promise<void> {
  await step(`OVS and OVN in namespace ${config.network.namespace}`, async () => {
    await Promise.all([ovsConf, ovnNorthbound, ovnSouthbound].map((definition) => ensure(config, definition(config))));
    configureChassis(config);
    await Promise.all([ovsVswitchd, ovnNorthd].map((definition) => ensure(config, definition(config))));
    await ensureProviderBridge(config);
    await ensure(config, ovnController(config));
  });
}

function roleProgram(bundle: Bundle | undefined, options: Options): RoleProgram | undefined {
  const main = join(projectRoot, "main.ts");
  if (options.fromSources && existsSync(main)) return { node, main, version: "sources" };
  return bundle && { node, main: bundle.path, version: bundle.version };
}

async function startRoles(config: InstanceConfig, program: RoleProgram, options: Options): Promise<void> {
  await Promise.all(options.roles.map((name) => step(name, () => ensure(config, role(config, name, program, options.logLevel)))));
}

export async function up(options: Options): Promise<void> {
  const started = performance.now();
  const { name, hypervisor, external } = options;
  const config = await ensureInstance({ name, root: projectRoot, hypervisor, external });
  claimRunDirectory(config);
  const [roleBundle, supervisorBundle] = await step("bundles", () => Promise.all([bundleRoles(), bundleSupervisor()]));
  await step("certificates, kubeconfigs, openrc", () => prepareFiles(config));
  await step(`namespace ${config.network.namespace}`, () => prepareNetwork(config));
  const supervisor = await step("supervisor", () => ensureSupervisor(config, supervisorArguments(supervisorBundle, config)));
  supervisor.close();
  await Promise.all([startControlPlane(config), startNetwork(config)]);
  const program = roleProgram(roleBundle, options);
  if (program) await startRoles(config, program, options);
  else if (options.roles.length > 0) console.log("  roles: none, main.ts is not there");
  console.log(
    `The cloud ${name} is up after ${((performance.now() - started) / 1000).toFixed(1)} s: source ${name === "default" ? ".kumulus" : `.kumulus/${name}`}/openrc`,
  );
}
