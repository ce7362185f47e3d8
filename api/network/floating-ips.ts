// Neutron /floatingips: what is its own of view, schemas and rules.

import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { canonicalAddress, parseAddress } from "../../domain/net/address.ts";
import type { FloatingIP } from "../../models/network/floating-ip.ts";
import type { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import type { Subnet } from "../../models/network/subnet.ts";
import type { ApiRequest } from "../http/request.ts";
import { changed, defined, has, id, nullable, standardFields, text } from "./input.ts";
import { deviceOf } from "./ports.ts";
import { type Findable, fetch, type Resource } from "./resource.ts";
import { settled, settledOrDeleted } from "./settle.ts";
import { key, standardView, type World } from "./world.ts";

const association = { port_id: Type.Optional(nullable(id)), fixed_ip_address: Type.Optional(nullable(text)) } as const;
const createFloatingIP = Type.Object(
  {
    ...association,
    description: standardFields.description,
    tenant_id: standardFields.tenant_id,
    project_id: standardFields.project_id,
    floating_network_id: id,
    floating_ip_address: Type.Optional(nullable(text)),
    subnet_id: Type.Optional(nullable(id)),
    dns_name: Type.Optional(text),
    dns_domain: Type.Optional(text),
    qos_policy_id: Type.Optional(Type.Null()),
  },
  { additionalProperties: false },
);
const updateFloatingIP = Type.Object(
  { ...association, description: standardFields.description, qos_policy_id: Type.Optional(Type.Null()) },
  { additionalProperties: false },
);

function viewPortDetails(world: World, port: Port) {
  const device = deviceOf(world, port);
  return {
    name: port.spec.displayName ?? "",
    network_id: world.idIn(world.networks, port.spec.networkRef, port.metadata.namespace),
    mac_address: port.status?.macAddress ?? "",
    admin_state_up: port.spec.adminStateUp ?? true,
    status: port.status?.phase ?? "DOWN",
    device_id: device.id,
    device_owner: device.owner,
  };
}

/** The wire form of one floating IP (Networking API v2.0, "Show floating IP details"). */
function viewFloatingIP(world: World, floating: FloatingIP) {
  const { spec, status, metadata } = floating;
  const { name: _noName, ...standard } = standardView(world, floating);
  const holder = spec.portRef && world.ports.get(spec.portRef.name, metadata.namespace);
  // A port that goes has let go of its addresses.
  const port = holder?.metadata.deletionTimestamp ? undefined : holder;
  const router = port && status?.router ? world.routers.get(status.router, metadata.namespace) : undefined;
  return {
    ...standard,
    floating_ip_address: status?.ipAddress ?? spec.ipAddress ?? null,
    floating_network_id: world.idIn(world.networks, spec.networkRef, metadata.namespace),
    router_id: router ? idOf(router) : null,
    port_id: port ? idOf(port) : null,
    fixed_ip_address: port ? (status?.fixedIPAddress ?? spec.fixedIPAddress ?? null) : null,
    status: status?.phase ?? "DOWN",
    dns_name: spec.dnsName ?? "",
    dns_domain: spec.dnsDomain ?? "",
    port_details: port ? viewPortDetails(world, port) : null,
    port_forwardings: [],
    qos_policy_id: null,
  };
}

const badRequest = (message: string) => new KumulusError("Invalid", `Bad floatingip request: ${message}`, { reason: "BadRequest" });

/** The port and the address of it that a floating IP shall lead to; null where the body takes them away. */
async function target(ports: Findable<Port>, request: ApiRequest, namespace: string, input: Static<typeof updateFloatingIP>) {
  if (!input.port_id) {
    if (input.fixed_ip_address) throw badRequest("fixed_ip_address cannot be specified without a port_id.");
    return { portRef: null, fixedIPAddress: null };
  }
  const port = await fetch(ports, request.auth, input.port_id);
  if (port.metadata.namespace !== namespace)
    throw new KumulusError("NotFound", ports.missing.message(input.port_id), { reason: ports.missing.reason });
  const own = (port.status?.fixedIPs ?? []).map(({ ipAddress }) => ipAddress).filter((address) => parseAddress(address)?.version === 4);
  const asked = input.fixed_ip_address ? canonicalAddress(input.fixed_ip_address) : undefined;
  if (input.fixed_ip_address && (asked === undefined || !own.includes(asked)))
    throw badRequest(`Port ${input.port_id} does not have fixed ip ${input.fixed_ip_address}.`);
  if (own.length === 0) throw badRequest(`Cannot add floating IP to port ${input.port_id} that has no fixed IPv4 addresses.`);
  if (own.length > 1 && !asked)
    throw badRequest(
      `Port ${input.port_id} has multiple fixed IPv4 addresses. Must provide a specific IPv4 address when assigning a floating IP.`,
    );
  return { portRef: { name: port.metadata.name }, fixedIPAddress: asked };
}

/** One floating IP a fixed address: the second is refused. */
function refuseTaken(
  world: World,
  floating: FloatingIP | undefined,
  namespace: string,
  wanted: { portRef: { name: string } | null; fixedIPAddress?: string | null | undefined },
): void {
  const { portRef } = wanted;
  if (!portRef) return;
  const holder = world.floatingIPs.byIndex("port", key(namespace, portRef.name)).find(({ metadata, spec, status }) => {
    if (metadata.uid === floating?.metadata.uid || metadata.deletionTimestamp) return false;
    return !wanted.fixedIPAddress || (status?.fixedIPAddress ?? spec.fixedIPAddress) === wanted.fixedIPAddress;
  });
  const port = holder && world.ports.get(portRef.name, namespace);
  if (!holder || !port) return;
  const fixed = holder.status?.fixedIPAddress ?? "";
  const message = `Cannot associate floating IP ${floating?.status?.ipAddress ?? ""} with port ${idOf(port)} using fixed IP ${fixed}, as that fixed IP already has a floating IP on external network ${world.idIn(world.networks, holder.spec.networkRef, namespace)}.`;
  throw new KumulusError("Conflict", message, { reason: "FloatingIPPortAlreadyAssociated" });
}

const isSettled = ({ spec, status }: FloatingIP) =>
  status?.ipAddress !== undefined && (spec.portRef ? status.router !== undefined && status.fixedIPAddress !== undefined : !status.router);

export function floatingIPs(
  world: World,
  finders: { networks: Findable<Network>; subnets: Findable<Subnet>; ports: Findable<Port> },
): Resource<FloatingIP, typeof createFloatingIP, typeof updateFloatingIP> {
  return {
    singular: "floatingip",
    plural: "floatingips",
    path: "floatingips",
    missing: { reason: "FloatingIPNotFound", message: (floatingID) => `Floating IP ${floatingID} could not be found` },
    store: world.floatingIPs,
    create: createFloatingIP,
    update: updateFloatingIP,
    guarded: { floating_ip_address: undefined },
    view: (floating) => viewFloatingIP(world, floating),
    make: async (input, namespace, request) => {
      const network = await fetch(finders.networks, request.auth, input.floating_network_id);
      if (!network.spec.external) throw badRequest(`Network ${input.floating_network_id} is not a valid external network.`);
      const subnet = input.subnet_id ? await fetch(finders.subnets, request.auth, input.subnet_id) : undefined;
      const wanted = await target(finders.ports, request, namespace, input);
      refuseTaken(world, undefined, namespace, wanted);
      return {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "FloatingIP",
        metadata: newMetadata("fip", namespace, finalizers.floatingIP),
        spec: {
          networkRef: { name: network.metadata.name, namespace: network.metadata.namespace ?? "" },
          ...defined({
            ...wanted,
            description: input.description,
            subnetRef: subnet && { name: subnet.metadata.name },
            ipAddress: input.floating_ip_address && canonicalAddress(input.floating_ip_address),
            dnsName: input.dns_name,
            dnsDomain: input.dns_domain,
          }),
        },
      };
    },
    settle: (floating) =>
      floating.status?.ipAddress
        ? settled(world.floatingIPs, floating, isSettled)
        : settledOrDeleted(world.floatingIPs, floating, isSettled),
    change: async (input, floating, request) => {
      const namespace = floating.metadata.namespace ?? "";
      // Neutron takes a body without port_id as a wish to keep the association.
      const wanted = has(input, "port_id") ? await target(finders.ports, request, namespace, input) : undefined;
      if (wanted) refuseTaken(world, floating, namespace, wanted);
      return (draft) => {
        draft.spec = changed(draft.spec, { ...wanted, ...defined({ description: input.description }) });
      };
    },
  };
}
