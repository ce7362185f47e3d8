// From an instance's name and options to its InstanceConfig. Pure.
import { hostname } from "node:os";
import { join } from "node:path";
import type { InstanceCerts, InstanceConfig, InstanceNetwork, InstanceOptions, InstanceOVN, KubeUser } from "../instance.ts";
import { portsFrom } from "./ports.ts";

/** Short enough for unix sockets below /run/kumulus/<name>, safe as part of a network namespace's name. */
const namePattern = /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/;

export const stateDirOf = (root: string, name: string) => join(root, ".kumulus", name);
export const runDirOf = (name: string) => join("/run/kumulus", name);

export function checkName(name: string): void {
  if (!namePattern.test(name)) throw new Error(`INSTANCE=${name}: use 1 to 20 lower-case letters, digits and hyphens`);
}

function certsIn(dir: string): InstanceCerts {
  const file = (name: string) => join(dir, name);
  return {
    ca: file("ca.crt"),
    serverCert: file("server.crt"),
    serverKey: file("server.key"),
    kubeletClientCert: file("kubelet-client.crt"),
    kubeletClientKey: file("kubelet-client.key"),
    frontProxyCA: file("front-proxy-ca.crt"),
    frontProxyCert: file("front-proxy.crt"),
    frontProxyKey: file("front-proxy.key"),
    etcdClientCert: file("etcd-client.crt"),
    etcdClientKey: file("etcd-client.key"),
    serviceAccountKey: file("service-account.key"),
    serviceAccountPublicKey: file("service-account.pub"),
    tokens: file("tokens.csv"),
    auditPolicy: file("audit-policy.yaml"),
  };
}

function ovnIn(stateDir: string, runDir: string, logsDir: string): InstanceOVN {
  const databases = join(stateDir, "ovn");
  const folders = { RUNDIR: runDir, LOGDIR: logsDir, DBDIR: databases, SYSCONFDIR: databases };
  const pairs = Object.entries(folders).flatMap(([key, value]) => [
    [`OVS_${key}`, value],
    [`OVN_${key}`, value],
  ]);
  const environment = Object.fromEntries(pairs) as Record<string, string>;
  return {
    environment,
    databases,
    northbound: `unix:${runDir}/ovnnb_db.sock`,
    southbound: `unix:${runDir}/ovnsb_db.sock`,
    conf: `unix:${runDir}/db.sock`,
  };
}

function networkOf(options: InstanceOptions): InstanceNetwork {
  const namespace = `kumulus-${options.name}`;
  return {
    namespace,
    namespacePath: `/run/netns/${namespace}`,
    bridge: "br-ex",
    physicalNetwork: "physnet1",
    externalCIDR: "172.24.4.0/24",
    gatewayIP: "172.24.4.1",
    external: options.external,
    hostLink: "kumulus-host",
    namespaceLink: "kumulus-out",
    metadataPrefix: `${namespace}-ovnmeta-`,
    chassis: hostname().toLowerCase(),
    tunnelIP: "127.0.0.1",
  };
}

export function instanceConfig(options: InstanceOptions): InstanceConfig {
  checkName(options.name);
  const stateDir = stateDirOf(options.root, options.name);
  const runDir = runDirOf(options.name);
  const logsDir = join(stateDir, "logs");
  const ports = portsFrom(options.portBase);
  const kubeconfig = (user: string) => join(stateDir, "certs", `${user}.kubeconfig`);
  const kubeconfigs: Record<KubeUser, string> = {
    admin: join(stateDir, "kubeconfig"),
    operator: kubeconfig("operator"),
    api: kubeconfig("api"),
    webhook: kubeconfig("webhook"),
    node: kubeconfig("node"),
    controllerManager: kubeconfig("controller-manager"),
  };
  return {
    name: options.name,
    root: options.root,
    stateDir,
    runDir,
    logsDir,
    disksDir: join(stateDir, "disks"),
    imagesDir: join(stateDir, "images"),
    guestsDir: join(runDir, "guests"),
    etcdDir: join(stateDir, "etcd"),
    ovn: ovnIn(stateDir, runDir, logsDir),
    hypervisor: options.hypervisor,
    storage: "local",
    nodes: 1,
    ports,
    network: networkOf(options),
    certs: certsIn(join(stateDir, "certs")),
    kubeconfigs,
    kubeApiserverURL: `https://127.0.0.1:${ports.kubeApiserver}`,
    apiURL: `http://127.0.0.1:${ports.api}`,
    region: "RegionOne",
    stoppedGuestsFile: join(stateDir, "stopped-guests.json"),
    ...(options.audit && { auditLog: join(logsDir, "audit.jsonl") }),
  };
}
