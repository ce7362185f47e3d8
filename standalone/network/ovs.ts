// The databases of OVS and OVN, this machine's settings in them, and the provider bridge.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { InstanceConfig } from "../instance.ts";
import { attempt, run } from "../run.ts";

const deviceTimeoutMs = 5000;

const schemas = {
  "conf.db": "/usr/share/openvswitch/vswitch.ovsschema",
  "nb.db": "/usr/share/ovn/ovn-nb.ovsschema",
  "sb.db": "/usr/share/ovn/ovn-sb.ovsschema",
};

/** Makes the database files of a new instance; those that exist stay as they are. */
export function ensureDatabases({ ovn }: InstanceConfig): void {
  mkdirSync(ovn.databases, { recursive: true, mode: 0o700 });
  for (const [file, schema] of Object.entries(schemas)) {
    const path = join(ovn.databases, file);
    if (!existsSync(path)) run("ovsdb-tool", ["create", path, schema], { env: ovn.environment });
  }
}

/** `ovs-vsctl` arguments that make this machine a chassis with a way out. */
export function chassisSettings({ network, ovn }: InstanceConfig): string[] {
  const settings = {
    "system-id": network.chassis,
    hostname: network.chassis,
    "ovn-remote": `"${ovn.southbound}"`,
    "ovn-encap-type": "geneve",
    "ovn-encap-ip": network.tunnelIP,
    "ovn-bridge-datapath-type": "netdev",
    "ovn-bridge-mappings": `${network.physicalNetwork}:${network.bridge}`,
    "ovn-cms-options": "enable-chassis-as-gw",
    "ovn-monitor-all": "true",
  };
  return ["set", "Open_vSwitch", ".", ...Object.entries(settings).map(([key, value]) => `external_ids:${key}=${value}`)];
}

const vsctl = (config: InstanceConfig, argv: readonly string[]) =>
  run("ovs-vsctl", ["--timeout=10", `--db=${config.ovn.conf}`, ...argv], { env: config.ovn.environment });

/** Before vswitchd starts: the database must know this machine. */
export function configureChassis(config: InstanceConfig): void {
  vsctl(config, ["--no-wait", "init", "--", ...chassisSettings(config)]);
}

/** After vswitchd has started: the bridge to the outside, and on it the gateway of the external network. */
export async function ensureProviderBridge(config: InstanceConfig): Promise<void> {
  const { bridge, gatewayIP, externalCIDR, namespacePath } = config.network;
  vsctl(config, ["--may-exist", "add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev"]);
  const inside = (argv: readonly string[]) => run("nsenter", [`--net=${namespacePath}`, ...argv]);
  // ovs-vsctl waits for a vswitchd that answers, but one that is just starting may answer before it has made the device.
  const end = performance.now() + deviceTimeoutMs;
  while (attempt("nsenter", [`--net=${namespacePath}`, "ip", "link", "show", bridge]).code !== 0 && performance.now() < end)
    await sleep(20);
  inside(["ip", "address", "replace", `${gatewayIP}/${externalCIDR.split("/")[1]}`, "dev", bridge]);
  inside(["ip", "link", "set", bridge, "up"]);
}
