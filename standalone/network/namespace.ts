// The network namespace that holds the data plane, and the optional way into it from the host.
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import type { InstanceConfig } from "../instance.ts";
import { attempt, run } from "../run.ts";

const hostAddress = "169.254.240.1";
const namespaceAddress = "169.254.240.2";
const linkPrefix = 30;

export function ensureNamespace({ network }: InstanceConfig): void {
  if (!existsSync(network.namespacePath)) run("ip", ["netns", "add", network.namespace]);
  const inside = (argv: readonly string[]) => run("nsenter", [`--net=${network.namespacePath}`, ...argv]);
  inside(["ip", "link", "set", "lo", "up"]);
  // /proc/sys/net shows the namespace of whoever looks.
  inside(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"]);
}

/** Those of the metadata service; the next node agent makes them anew. */
function removeMetadataNamespaces({ network }: InstanceConfig): void {
  const folder = dirname(network.namespacePath);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) if (name.startsWith(network.metadataPrefix)) run("ip", ["netns", "delete", name]);
}

/** Persistent taps and bridges go with it, once no process is left inside. */
export function removeNamespace(config: InstanceConfig): void {
  const { network } = config;
  removeMetadataNamespaces(config);
  if (existsSync(network.namespacePath)) run("ip", ["netns", "delete", network.namespace]);
}

/** True when the veth pair is there and its inner end is in our namespace. */
function linkIsOurs({ network }: InstanceConfig): boolean {
  const inside = attempt("nsenter", [`--net=${network.namespacePath}`, "ip", "-o", "link", "show", network.namespaceLink]);
  return inside.code === 0 && attempt("ip", ["-o", "link", "show", network.hostLink]).code === 0;
}

function checkRange(network: InstanceConfig["network"]): void {
  const inside = attempt("ip", ["route", "show", "root", network.externalCIDR]).stdout.trim();
  // A network that the host itself is on (Docker's, say) and that covers ours; a wide route to elsewhere, such as a VPN's, may be narrowed.
  const around = attempt("ip", ["route", "show", "match", network.externalCIDR, "scope", "link"]).stdout.trim();
  const route = inside || around;
  const link = attempt("ip", ["-o", "link", "show", network.hostLink]).code === 0;
  if (!route && !link) return;
  const holder = route || `device ${network.hostLink}`;
  throw new Error(
    `${network.externalCIDR} is taken on this host (${holder}). Only one instance can be reached from the host: run \`make down\` for that one, or \`make up EXTERNAL=none\` for this one`,
  );
}

/** A veth pair and one route: floating IPs answer the host. Refuses when something else has the range. */
export function ensureHostLink(config: InstanceConfig): void {
  const { network } = config;
  if (linkIsOurs(config)) return;
  checkRange(network);
  const { hostLink, namespaceLink } = network;
  run("ip", ["link", "add", hostLink, "type", "veth", "peer", "name", namespaceLink, "netns", network.namespace]);
  run("ip", ["address", "replace", `${hostAddress}/${linkPrefix}`, "dev", hostLink]);
  run("ip", ["link", "set", hostLink, "up"]);
  const inside = (argv: readonly string[]) => run("nsenter", [`--net=${network.namespacePath}`, ...argv]);
  inside(["ip", "address", "replace", `${namespaceAddress}/${linkPrefix}`, "dev", namespaceLink]);
  inside(["ip", "link", "set", namespaceLink, "up"]);
  run("ip", ["route", "replace", network.externalCIDR, "via", namespaceAddress]);
}

/** The route goes with the device. */
export function removeHostLink(config: InstanceConfig): void {
  if (linkIsOurs(config)) run("ip", ["link", "delete", config.network.hostLink]);
}
