// Starts the processes of an instance in the order in which they need each other.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, nodeProgram } from "../../hack/bundle.ts";
import { enginePath } from "../../hack/engines.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { certsVersion } from "../files/certs.ts";
import type { InstanceConfig } from "../instance.ts";
import { configureChassis, ensureProviderBridge } from "../network/ovs.ts";
import { etcd, kubeApiserver, kubeControllerManager, type Programs } from "../processes/control-plane.ts";
import { ovnController, ovnNorthbound, ovnNorthd, ovnSouthbound, ovsConf, ovsVswitchd } from "../processes/ovn.ts";
import { type RoleProgram, role } from "../processes/roles.ts";
import { applyInfrastructure } from "../seed/seed.ts";
import { SupervisorClient } from "../supervisor/connect.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";
import type { Options } from "./options.ts";
import { step } from "./progress.ts";

const programs = (config: InstanceConfig): Programs => ({
  etcd: enginePath("etcd"),
  kubeApiserver: enginePath("kube-apiserver"),
  kubeControllerManager: enginePath("kube-controller-manager"),
  certsVersion: certsVersion(config),
});

/** Small enough for a process that only watches others. Its path changes with its content: a new one takes over after an update. */
export const supervisorArguments = ({ path }: Bundle, config: InstanceConfig) => [
  nodeProgram,
  "--max-old-space-size=64",
  "--max-semi-space-size=1",
  path,
  config.stateDir,
  config.runDir,
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

export async function startControlPlane(config: InstanceConfig, client: KubeClient): Promise<void> {
  await step("etcd", () => ensure(config, etcd(config, programs(config))));
  await step("kube-apiserver", () => ensure(config, kubeApiserver(config, programs(config))));
  // The quota loop looks for kinds at its start: what comes later is not counted for minutes, and nothing of it can be made.
  await step("kinds and storage classes", () => applyInfrastructure(client, config));
  await step("kube-controller-manager", () => ensure(config, kubeControllerManager(config, programs(config))));
}

export async function startNetwork(config: InstanceConfig): Promise<void> {
  await step(`OVS and OVN in namespace ${config.network.namespace}`, async () => {
    await Promise.all([ovsConf, ovnNorthbound, ovnSouthbound].map((definition) => ensure(config, definition(config))));
    configureChassis(config);
    await Promise.all([ovsVswitchd, ovnNorthd].map((definition) => ensure(config, definition(config))));
    await ensureProviderBridge(config);
    await ensure(config, ovnController(config));
  });
}

function roleProgram(config: InstanceConfig, bundle: Bundle | undefined, fromSources: boolean): RoleProgram | undefined {
  const main = join(config.root, "main.ts");
  if (fromSources && existsSync(main)) return { node: nodeProgram, main, version: `sources ${certsVersion(config)}` };
  return bundle && { node: nodeProgram, main: bundle.path, version: `${bundle.version} ${certsVersion(config)}` };
}

/** True when all roles run, which is what a cloud needs to be filled. */
export async function startRoles(config: InstanceConfig, bundle: Bundle | undefined, options: Options): Promise<boolean> {
  const program = roleProgram(config, bundle, options.fromSources);
  if (!program) {
    if (options.roles.length > 0) console.log("  roles: none, since main.ts is not there");
    return false;
  }
  await Promise.all(options.roles.map((name) => step(name, () => ensure(config, role(config, name, program, options.logLevel)))));
  return options.roles.includes("operator") && options.roles.includes("api");
}
