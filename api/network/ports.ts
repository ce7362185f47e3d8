// Neutron /ports: what is its own of view, schemas and rules.

import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { canonicalAddress } from "../../domain/net/address.ts";
import { canonicalMac } from "../../domain/net/mac.ts";
import { deviceOwners } from "../../domain/net/port.ts";
import type { Network } from "../../models/network/network.ts";
import type { Port, PortFixedIP } from "../../models/network/port.ts";
import type { SecurityGroup } from "../../models/network/security-group.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { allowedFields } from "./attribute-rules.ts";
import { bool, changed, defined, id, nullable, standardFields, text } from "./input.ts";
import { type Findable, fetch, type Resource } from "./resource.ts";
import { settled, settledOrDeleted } from "./settle.ts";
import { aboutNetwork, key, standardView, type World } from "./world.ts";

const fixedIP = Type.Object({ subnet_id: Type.Optional(id), ip_address: Type.Optional(text) }, { additionalProperties: false });
const addressPair = Type.Object({ ip_address: text, mac_address: Type.Optional(text) }, { additionalProperties: false });
const dhcpOption = Type.Object(
  { opt_name: text, opt_value: nullable(text), ip_version: Type.Optional(Type.Integer({ enum: [4, 6] })) },
  { additionalProperties: false },
);

const mutable = {
  admin_state_up: Type.Optional(bool),
  fixed_ips: Type.Optional(nullable(Type.Array(fixedIP, { maxItems: 5 }))),
  security_groups: Type.Optional(nullable(Type.Array(id))),
  port_security_enabled: Type.Optional(bool),
  allowed_address_pairs: Type.Optional(nullable(Type.Array(addressPair, { maxItems: 10 }))),
  extra_dhcp_opts: Type.Optional(nullable(Type.Array(dhcpOption))),
  device_id: Type.Optional(text),
  device_owner: Type.Optional(text),
  dns_name: Type.Optional(text),
  mac_address: Type.Optional(text),
  "binding:host_id": Type.Optional(nullable(text)),
  "binding:vnic_type": Type.Optional(Type.Literal("normal")),
  "binding:profile": Type.Optional(nullable(Type.Object({}, { additionalProperties: false }))),
  qos_policy_id: Type.Optional(Type.Null()),
} as const;

const createPort = Type.Object({ ...standardFields, ...mutable, network_id: id }, { additionalProperties: false });
const updatePort = Type.Object(
  { name: standardFields.name, description: standardFields.description, ...mutable },
  { additionalProperties: false },
);

/** The device that uses a port: what its spec says, else the server that names it among its networks. */
export function deviceOf(world: World, port: Port): { id: string; owner: string } {
  if (port.spec.deviceID || port.spec.deviceOwner) return { id: port.spec.deviceID ?? "", owner: port.spec.deviceOwner ?? "" };
  const place = key(port.metadata.namespace, port.metadata.name);
  const [server] = world.servers.byIndex("port", place);
  if (server) return { id: idOf(server), owner: "compute:nova" };
  const [router] = world.routers.byIndex("port", place);
  return router ? { id: idOf(router), owner: deviceOwners.routerInterface } : { id: "", owner: "" };
}

function groupsOf(world: World, port: Port): string[] {
  const names = port.status?.securityGroups ?? (port.spec.securityGroupRefs ?? []).map(({ name }) => name);
  return names.map((name) => world.idIn(world.groups, { name }, port.metadata.namespace)).filter((groupID) => groupID !== "");
}

const guarded = {
  device_id: "",
  device_owner: "",
  mac_address: undefined,
  fixed_ips: undefined,
  port_security_enabled: undefined,
  allowed_address_pairs: undefined,
  "binding:host_id": undefined,
  "binding:vnic_type": "normal",
};

/** The wire form of one port (Networking API v2.0, "Show port details"); `binding` fields but the NIC type are for administrators. */
function viewPort(world: World, port: Port, request: ApiRequest) {
  const { spec, status, metadata } = port;
  const network = world.networkOf(spec.networkRef, metadata.namespace);
  const device = deviceOf(world, port);
  const host = status?.hostID ?? spec.hostID ?? "";
  const binding = {
    "binding:host_id": host,
    "binding:vif_type": host ? "ovs" : "unbound",
    "binding:vif_details": host ? { port_filter: true } : {},
    "binding:profile": {},
  };
  return {
    ...standardView(world, port),
    name: spec.displayName ?? "",
    network_id: network ? idOf(network) : "",
    admin_state_up: spec.adminStateUp ?? true,
    status: status?.phase ?? "DOWN",
    mac_address: status?.macAddress ?? spec.macAddress ?? "",
    fixed_ips: (status?.fixedIPs ?? []).map(({ subnet, ipAddress }) => ({
      subnet_id: world.idIn(world.subnets, { name: subnet }, network?.metadata.namespace),
      ip_address: ipAddress,
    })),
    device_id: device.id,
    device_owner: device.owner,
    security_groups: groupsOf(world, port),
    port_security_enabled: spec.portSecurityEnabled ?? network?.spec.portSecurityEnabled ?? true,
    allowed_address_pairs: (spec.allowedAddressPairs ?? []).map(({ ipAddress, macAddress }) => ({
      ip_address: ipAddress,
      mac_address: macAddress ?? status?.macAddress ?? "",
    })),
    extra_dhcp_opts: (spec.extraDHCPOptions ?? []).map(({ name, value, ipVersion }) => ({
      opt_name: name,
      opt_value: value ?? null,
      ip_version: ipVersion ?? 4,
    })),
    dns_name: spec.dnsName ?? "",
    dns_assignment: [],
    "binding:vnic_type": spec.vnicType ?? "normal",
    ...allowedFields(request, "get_port", binding, aboutNetwork(world, network)),
  };
}

const invalid = (message: string, reason = "InvalidInput") => new KumulusError("Invalid", message, { reason });

/** Neutron's fixed_ips as references; a wrong address or a subnet of another network is refused here, before anything is made. */
async function fixedIPsOf(
  world: World,
  network: Network,
  input: Static<typeof createPort>["fixed_ips"],
): Promise<PortFixedIP[] | undefined> {
  if (!input) return undefined;
  const known = world.subnetsOf(network);
  return input.map(({ subnet_id: subnetID, ip_address: address }) => {
    const subnet = known.find((each) => idOf(each) === subnetID);
    if (subnetID !== undefined && !subnet) {
      throw invalid(
        `Invalid input for operation: Failed to create port on network ${idOf(network)}, because fixed_ips included invalid subnet ${subnetID}.`,
      );
    }
    if (address !== undefined && !canonicalAddress(address))
      throw invalid(`Invalid input for fixed_ips. Reason: '${address}' is not a valid IP address.`);
    if (subnetID === undefined && address === undefined)
      throw invalid("Invalid input for operation: IP allocation requires subnet_id or ip_address.");
    return defined({ subnetRef: subnet && { name: subnet.metadata.name }, ipAddress: address && canonicalAddress(address) });
  });
}

async function groupRefsOf(
  groups: Findable<SecurityGroup>,
  request: ApiRequest,
  namespace: string,
  ids: readonly string[] | null | undefined,
) {
  if (!ids) return ids === null ? [] : undefined;
  const found = await Promise.all(ids.map((groupID) => fetch(groups, request.auth, groupID)));
  const foreign = found.find(({ metadata }) => metadata.namespace !== namespace);
  if (foreign) throw new KumulusError("NotFound", groups.missing.message(idOf(foreign)), { reason: groups.missing.reason });
  return found.map(({ metadata }) => ({ name: metadata.name }));
}

function macOf(input: string | undefined): string | undefined {
  if (input === undefined) return undefined;
  const mac = canonicalMac(input);
  if (!mac) throw invalid(`Invalid input for mac_address. Reason: '${input}' is not a valid MAC address.`, "HTTPBadRequest");
  return mac;
}

/** What a body says of the spec. */
function specValues(input: Static<typeof updatePort>) {
  return {
    displayName: input.name,
    description: input.description,
    adminStateUp: input.admin_state_up,
    portSecurityEnabled: input.port_security_enabled,
    allowedAddressPairs: input.allowed_address_pairs?.map((pair) =>
      defined({ ipAddress: pair.ip_address, macAddress: macOf(pair.mac_address) }),
    ) as { ipAddress: string }[] | undefined,
    extraDHCPOptions: input.extra_dhcp_opts
      ?.filter(({ opt_value: value }) => value !== null)
      .map((option) => ({
        name: option.opt_name,
        value: option.opt_value ?? "",
        ipVersion: option.ip_version === 6 ? (6 as const) : (4 as const),
      })),
    deviceID: input.device_id,
    deviceOwner: input.device_owner,
    dnsName: input.dns_name,
    macAddress: macOf(input.mac_address),
    hostID: input["binding:host_id"],
  };
}

const hasAddresses = ({ status }: Port) => status?.macAddress !== undefined && status.fixedIPs !== undefined;

/** The addresses in force are those that the spec asks for. */
function hasWhatItAsksFor(port: Port): boolean {
  const current = new Set(port.status?.fixedIPs?.map(({ ipAddress }) => ipAddress));
  return hasAddresses(port) && (port.spec.fixedIPs ?? []).every(({ ipAddress }) => ipAddress === undefined || current.has(ipAddress));
}

export function ports(
  world: World,
  networkResource: Findable<Network>,
  groups: Findable<SecurityGroup>,
): Resource<Port, typeof createPort, typeof updatePort> {
  return {
    singular: "port",
    plural: "ports",
    path: "ports",
    missing: { reason: "PortNotFound", message: (portID) => `Port ${portID} could not be found.` },
    store: world.ports,
    create: createPort,
    update: updatePort,
    guarded,
    /** The owner of a network sees all that is plugged into it. */
    shown: ({ spec, metadata }, auth) =>
      world.networkOf(spec.networkRef, metadata.namespace)?.metadata.namespace === auth.project?.namespace,
    about: ({ spec, metadata }) => aboutNetwork(world, world.networkOf(spec.networkRef, metadata.namespace)),
    aboutNew: async (input, request) => aboutNetwork(world, await fetch(networkResource, request.auth, input.network_id)),
    view: (port, request) => viewPort(world, port, request),
    narrow: (query) => {
      const device = lastValueOf(query, "device_id");
      const server = device ? world.servers.byIndex("id", device)[0] : undefined;
      const named = (server?.spec.networks ?? []).flatMap(({ portRef }) =>
        portRef ? [world.ports.get(portRef.name, server?.metadata.namespace)] : [],
      );
      return device ? [...new Set([...world.ports.byIndex("device", device), ...named.filter((port) => port !== undefined)])] : undefined;
    },
    make: async (input, namespace, request) => {
      const network = await fetch(networkResource, request.auth, input.network_id);
      const isOwn = network.metadata.namespace === namespace;
      if (!isOwn && !network.spec.shared && !request.auth.isAdmin) {
        throw new KumulusError("NotFound", networkResource.missing.message(input.network_id), { reason: "NetworkNotFound" });
      }
      return {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "Port",
        metadata: newMetadata(input.name || "port", namespace, finalizers.port),
        spec: {
          ...defined({
            ...specValues(input),
            fixedIPs: await fixedIPsOf(world, network, input.fixed_ips),
            securityGroupRefs: await groupRefsOf(groups, request, namespace, input.security_groups),
          }),
          networkRef: { name: network.metadata.name, ...(isOwn ? {} : { namespace: network.metadata.namespace ?? "" }) },
        },
      };
    },
    settle: (port) =>
      port.status?.macAddress ? settled(world.ports, port, hasWhatItAsksFor) : settledOrDeleted(world.ports, port, hasAddresses),
    change: async (input, port, request) => {
      const network = world.networkOf(port.spec.networkRef, port.metadata.namespace);
      const fixedIPs = network && input.fixed_ips !== undefined ? ((await fixedIPsOf(world, network, input.fixed_ips)) ?? []) : undefined;
      const securityGroupRefs = await groupRefsOf(groups, request, port.metadata.namespace ?? "", input.security_groups);
      const values = defined({ ...specValues(input), fixedIPs, securityGroupRefs });
      return (draft) => {
        draft.spec = changed(draft.spec, values);
      };
    },
    beforeDelete: (port) => {
      const { owner } = deviceOf(world, port);
      if (!/^network:(router_interface|router_gateway|floatingip)$/.test(owner)) return;
      const message = `Port ${idOf(port)} cannot be deleted directly via the port API: has device owner ${owner}.`;
      throw new KumulusError("Conflict", message, { reason: "ServicePortInUse" });
    },
  };
}
