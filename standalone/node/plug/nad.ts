// What a NetworkAttachmentDefinition says about one NIC: which bridge, which logical switch port of OVN.
import { createHash } from "node:crypto";
import { Terminal } from "../../../domain/errors.ts";

export interface PlugConfig {
  bridge: string;
  /** Name of the logical switch port. */
  port: string;
  mtu: number;
  mac?: string;
}

interface CniConfig {
  type?: unknown;
  bridge?: unknown;
  mtu?: unknown;
  args?: { cni?: Record<string, unknown> };
}

const defaultMtu = 1500;
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** ovs-cni takes the keys of `args.cni` in any case. */
function argument(config: CniConfig, name: string): string | undefined {
  const found = Object.entries(config.args?.cni ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return text(found?.[1]);
}

/** Throws Terminal for what no retry can help. */
export function parsePlugConfig(name: string, config: string): PlugConfig {
  const fail = (words: string) => new Terminal("InvalidNetwork", `NetworkAttachmentDefinition ${name}: ${words}`);
  let parsed: CniConfig;
  try {
    parsed = JSON.parse(config) as CniConfig;
  } catch {
    throw fail("its config is not JSON");
  }
  if (parsed.type !== "ovs") throw fail(`type ${JSON.stringify(parsed.type)} is not served here, only "ovs"`);
  const port = argument(parsed, "ovnPort");
  if (port === undefined) throw fail("args.cni.ovnPort is missing");
  const mac = argument(parsed, "mac");
  const mtu = typeof parsed.mtu === "number" ? parsed.mtu : defaultMtu;
  return { bridge: text(parsed.bridge) ?? "br-int", port, mtu, ...(mac === undefined ? {} : { mac }) };
}

/** `[namespace/]name` of a Multus network, resolved. */
export function nadKey(networkName: string, namespace: string): { name: string; namespace: string } {
  const [first = "", second] = networkName.split("/");
  return second === undefined ? { name: first, namespace } : { name: second, namespace: first };
}

/** Interface names are 15 bytes at most. Neutron's habit, for ids that are UUIDs: `tap` and the first 11 characters. */
export function tapName(port: string): string {
  const short = /^[0-9a-f]{8}-[0-9a-f]{2}/.test(port) ? port.slice(0, 11) : createHash("sha256").update(port).digest("hex").slice(0, 11);
  return `tap${short}`;
}

/** KubeVirt's name of the same NIC in the pod: `pod` and 11 hex digits of the network name's SHA-256. */
export function podInterfaceName(network: string): string {
  return `pod${createHash("sha256").update(network).digest("hex").slice(0, 11)}`;
}
