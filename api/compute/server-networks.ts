// The NICs that a new server asks for: `networks` and `security_groups` of the request become entries of Server.spec, or Nova's refusals.

import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { canonicalAddress, contains, parseAddress, parseCidr } from "../../domain/net/address.ts";
import { ipAddressName } from "../../domain/net/names.ts";
import type { ServerNetwork } from "../../models/compute/server.ts";
import type { LocalRef, ObjectRef } from "../../models/kind.ts";
import type { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import type { ProjectScope } from "../http/auth.ts";
import type { ApiRequest } from "../http/request.ts";
import { mayUseNetwork } from "./access.ts";
import type { CreateServer } from "./server-schema.ts";
import { type ComputeWorld, cacheKey } from "./world.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const invalid = (message: string) => new KumulusError("Invalid", message);

interface Wanted {
  request: Pick<ApiRequest, "auth" | "allows">;
  project: ProjectScope;
  /** How many servers are made at once. */
  count: number;
}

/** Entries of Server.spec.networks. Invalid (400), Forbidden (403) and Conflict (409) in Nova's words. */
export async function resolveNetworks(world: ComputeWorld, networks: CreateServer["networks"], wanted: Wanted): Promise<ServerNetwork[]> {
  if (networks === "none") return [];
  if (networks === undefined || networks === "auto" || networks.length === 0) return automatic(world, wanted, networks === "auto");
  const entries: ServerNetwork[] = [];
  for (const { uuid: id, port, fixed_ip: fixedIP, ...rest } of networks) {
    const tag = "tag" in rest && typeof rest.tag === "string" ? { tag: rest.tag } : {};
    if (port) entries.push({ ...(await portEntry(world, port, fixedIP, wanted)), ...tag });
    else if (id === undefined) throw invalid("Missing network uuid and port: a network entry needs one of them.");
    else entries.push({ ...(await networkEntry(world, id, fixedIP, wanted)), ...tag });
  }
  const ports = entries.flatMap(({ portRef }) => (portRef ? [portRef.name] : []));
  if (new Set(ports).size < ports.length) throw new KumulusError("Conflict", "One port was given more than once.");
  return entries;
}

/** The one network that the project can mean; none where it has none, as long as it is not asked to find one. */
function automatic(world: ComputeWorld, { project }: Wanted, mustFind: boolean): ServerNetwork[] {
  const own = world.networks.list(project.namespace).filter(({ spec }) => !spec.external || spec.shared);
  const shared = sharedNetworks(world).filter(({ metadata }) => metadata.namespace !== project.namespace);
  const usable = [...own, ...shared].filter((network) => network.spec.adminStateUp !== false && hasSubnet(world, network));
  if (usable.length > 1) {
    throw new KumulusError("Conflict", "Multiple possible networks found, use a Network ID to be more specific.");
  }
  const [network] = usable;
  if (network) return [{ networkRef: refTo(network, project) }];
  if (!mustFind) return [];
  throw invalid(`Unable to automatically allocate a network for project ${project.id}`);
}

function sharedNetworks(world: ComputeWorld): readonly Network[] {
  return world.networks.byIndex("shared", "true");
}

function hasSubnet(world: ComputeWorld, { metadata }: Network): boolean {
  return world.subnets.byIndex("network", cacheKey(metadata.namespace, metadata.name)).length > 0;
}

const refTo = ({ metadata }: Network, project: { namespace: string }): ObjectRef =>
  metadata.namespace === project.namespace || metadata.namespace === undefined
    ? { name: metadata.name }
    : { name: metadata.name, namespace: metadata.namespace };

/** A network that the project may plug servers into. */
export async function usableNetwork(world: ComputeWorld, id: string, request: Wanted["request"]): Promise<Network> {
  const network = await world.networks.byId(id);
  if (!network || !mayUseNetwork(network, request.auth)) throw invalid(`Network ${id} could not be found.`);
  if (network.spec.external && !network.spec.shared && !request.allows("network:attach_external_network")) {
    throw new KumulusError("Forbidden", `It is not allowed to create an interface on external network ${id}`);
  }
  if (!hasSubnet(world, network)) throw invalid(`Network ${id} requires a subnet in order to boot instances on.`);
  return network;
}

async function networkEntry(world: ComputeWorld, id: string, fixedIP: string | undefined, wanted: Wanted): Promise<ServerNetwork> {
  if (!uuid.test(id)) throw invalid(`Bad networks format: network uuid is not in proper format (${id.slice(0, 100)})`);
  const network = await usableNetwork(world, id, wanted.request);
  if (fixedIP === undefined) return { networkRef: refTo(network, wanted.project) };
  if (wanted.count > 1) {
    throw invalid("Failed to launch instances: Invalid fixed IP and max count request: one fixed address can not serve many servers.");
  }
  checkFixedIP(world, network, fixedIP);
  return { networkRef: refTo(network, wanted.project), fixedIP };
}

/** Invalid unless a subnet of the network has the address, and nobody uses it. */
export function checkFixedIP(world: ComputeWorld, network: Network, text: string): void {
  const address = parseAddress(text);
  const { name, namespace } = network.metadata;
  const subnets = world.subnets.byIndex("network", cacheKey(namespace, name));
  const subnet = subnets.find(({ spec }) => {
    const cidr = parseCidr(spec.cidr);
    return address && cidr && cidr.version === address.version && contains(cidr, address);
  });
  if (!subnet) throw invalid(`Fixed IP ${text} is not a valid ip address for network ${idOf(network)}.`);
  if (world.addresses.get(ipAddressName(subnet.metadata.name, canonicalAddress(text) ?? text), namespace)) {
    throw invalid(`Fixed IP address ${text} is already in use.`);
  }
}

async function portEntry(world: ComputeWorld, id: string, fixedIP: string | undefined, wanted: Wanted): Promise<ServerNetwork> {
  if (fixedIP !== undefined) {
    throw invalid(`Specified Fixed IP '${fixedIP}' cannot be used with port '${id}': the two cannot be specified together.`);
  }
  if (wanted.count > 1) {
    throw invalid("Failed to launch instances: Unable to launch multiple instances with a single configured port ID.");
  }
  const port = await freePort(world, id, wanted.project);
  return { portRef: { name: port.metadata.name } };
}

/** A Port of the project that nothing uses. */
export async function freePort(world: ComputeWorld, id: string, project: ProjectScope): Promise<Port> {
  const port = await world.ports.byId(id);
  if (!port || port.metadata.namespace !== project.namespace) throw invalid(`Port id ${id} could not be found.`);
  const { name, namespace } = port.metadata;
  const used = (port.spec.deviceID ?? "") !== "" || world.servers.byIndex("port", cacheKey(namespace, name)).length > 0;
  if (used) throw new KumulusError("Conflict", `Port ${idOf(port)} is still in use.`);
  return port;
}

/** Names or ids of security groups as references; undefined where none is asked for: then the default group holds. */
export async function resolveGroups(
  world: ComputeWorld,
  groups: CreateServer["security_groups"],
  project: ProjectScope,
): Promise<LocalRef[] | undefined> {
  const names = [...new Set((groups ?? []).map(({ name }) => name ?? "default"))];
  if (names.length === 0 || (names.length === 1 && names[0] === "default")) return undefined;
  return await Promise.all(names.map((name) => groupRef(world, name, project)));
}

/** By id or name within the project. Invalid (400) for an unknown one, Conflict (409) for a name of several. */
export async function groupRef(world: ComputeWorld, name: string, project: Pick<ProjectScope, "id" | "namespace">): Promise<LocalRef> {
  const byId = uuid.test(name) ? await world.groups.byId(name) : undefined;
  if (byId?.metadata.namespace === project.namespace) return { name: byId.metadata.name };
  const [first, second] = world.groups.byIndex("displayName", cacheKey(project.namespace, name));
  if (second) throw new KumulusError("Conflict", `Multiple security groups found matching '${name}'. Use an ID to be more specific.`);
  if (!first) throw invalid(`Security group ${name} not found for project ${project.id}.`);
  return { name: first.metadata.name };
}
