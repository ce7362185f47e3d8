// `make up`: from whatever is there to a running cloud. Every step is idempotent, so it also mends and takes over.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Passwords } from "../../bootstrap/identity.ts";
import { isSeeded, markSeeded, seedCloud } from "../../bootstrap/seed.ts";
import { bundleRoles, bundleSupervisor, pruneBundles } from "../../hack/bundle.ts";
import { cacheDirectory, enginePath } from "../../hack/engines.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { kubeClient } from "../../operator/kube/client.ts";
import { connect } from "../../operator/kube/connection.ts";
import { ensureCerts, ensureTokens } from "../files/certs.ts";
import { writeKubeconfigs } from "../files/kubeconfig.ts";
import { ensurePasswords, writeClientFiles } from "../files/openrc.ts";
import { buildGuestImage } from "../guest-image/build.ts";
import { claimRunDirectory, ensureInstance, projectRoot, writeWhole } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";
import { ensureHostLink, ensureNamespace, removeHostLink } from "../network/namespace.ts";
import { ensureDatabases } from "../network/ovs.ts";
import { roles } from "../processes/roles.ts";
import { seedImage } from "../seed/image.ts";
import { externalNetworkOf, localStorage } from "../seed/offer.ts";
import { ensureSupervisor } from "../supervisor/connect.ts";
import type { Options } from "./options.ts";
import { step } from "./progress.ts";
import { startControlPlane, startNetwork, startRoles, supervisorArguments } from "./start.ts";

/** Who asked for what, once it is answered; no bodies. */
const auditPolicy = JSON.stringify({
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
});

function prepareFiles(config: InstanceConfig): Passwords {
  for (const dir of [config.logsDir, config.disksDir, config.imagesDir, config.etcdDir, config.guestsDir]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
  ensureCerts(config);
  writeKubeconfigs(config, ensureTokens(config));
  writeWhole(config.certs.auditPolicy, auditPolicy);
  const passwords = ensurePasswords(config);
  writeClientFiles(config, passwords, enginePath("kubectl"));
  return passwords;
}

function prepareNetwork(config: InstanceConfig): void {
  ensureNamespace(config);
  if (config.network.external === "host") ensureHostLink(config);
  else removeHostLink(config);
  ensureDatabases(config);
}

async function seed(client: KubeClient, config: InstanceConfig, passwords: Passwords): Promise<void> {
  if (await isSeeded(client)) return;
  await step("users, flavors, external network", () =>
    seedCloud(client, { passwords, storage: localStorage, external: externalNetworkOf(config.network) }),
  );
  await step("guest image", async () => {
    const path = await buildGuestImage({ cacheDirectory, say: (line) => console.log(`  ${line}`) });
    await seedImage(client, config, path, passwords);
  });
  await markSeeded(client);
}

async function start(config: InstanceConfig, passwords: Passwords, options: Options): Promise<void> {
  const programs = join(config.stateDir, "program");
  const needed = options.roles.length > 0 && !options.fromSources;
  const bundles = () => Promise.all([needed ? bundleRoles(programs) : undefined, bundleSupervisor(programs)]);
  const [roleBundle, supervisorBundle] = await step("bundles", bundles);
  const supervisor = await step("supervisor", () => ensureSupervisor(config, supervisorArguments(supervisorBundle, config)));
  supervisor.close();
  const connection = connect(config.kubeconfigs.admin);
  try {
    const client = kubeClient(connection);
    await Promise.all([startControlPlane(config, client), startNetwork(config)]);
    if (await startRoles(config, roleBundle, options)) await seed(client, config, passwords);
  } finally {
    await connection.close();
  }
  // Roles that were not asked for may still run from an older bundle.
  if (options.roles.length === roles.length) pruneBundles(programs, [roleBundle, supervisorBundle]);
}

export async function up(options: Options): Promise<void> {
  const started = performance.now();
  const { name, hypervisor, external, audit } = options;
  const config = await ensureInstance({ name, root: projectRoot, hypervisor, external, audit });
  claimRunDirectory(config);
  const passwords = await step("certificates, kubeconfigs, openrc", () => prepareFiles(config));
  await step(`namespace ${config.network.namespace}`, () => prepareNetwork(config));
  await start(config, passwords, options);
  const openrc = `.kumulus/${name === "default" ? "" : `${name}/`}openrc`;
  console.log(`The cloud ${name} is up after ${((performance.now() - started) / 1000).toFixed(1)} s: source ${openrc}`);
}
