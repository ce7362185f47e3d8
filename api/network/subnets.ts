// Neutron /subnets: what is its own of view, schemas and rules.

import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { formatAddress, parseCidr } from "../../domain/net/address.ts";
import { formatPool } from "../../domain/net/pools.ts";
import { isAutomatic } from "../../domain/net/port.ts";
import { subnetProblem, subnetRange } from "../../domain/net/subnet.ts";
import type { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import type { Subnet, SubnetSpec } from "../../models/network/subnet.ts";
import { bool, changed, defined, id, nullable, standardFields, text } from "./input.ts";
import { type Findable, fetch, type Resource } from "./resource.ts";
import { aboutNetwork, standardView, type World } from "./world.ts";

const mode = nullable(Type.Enum(["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]));
const pool = Type.Object({ start: text, end: text }, { additionalProperties: false });
const hostRoute = Type.Object({ destination: text, nexthop: text }, { additionalProperties: false });

const mutable = {
  gateway_ip: Type.Optional(nullable(text)),
  enable_dhcp: Type.Optional(bool),
  allocation_pools: Type.Optional(nullable(Type.Array(pool))),
  dns_nameservers: Type.Optional(nullable(Type.Array(text))),
  host_routes: Type.Optional(nullable(Type.Array(hostRoute))),
  service_types: Type.Optional(Type.Array(text)),
  dns_publish_fixed_ip: Type.Optional(Type.Literal(false)),
} as const;

const createSubnet = Type.Object(
  {
    ...standardFields,
    ...mutable,
    network_id: id,
    ip_version: Type.Integer({ enum: [4, 6] }),
    cidr: text,
    ipv6_ra_mode: Type.Optional(mode),
    ipv6_address_mode: Type.Optional(mode),
    subnetpool_id: Type.Optional(Type.Null()),
    segment_id: Type.Optional(Type.Null()),
  },
  { additionalProperties: false },
);
const updateSubnet = Type.Object(
  { name: standardFields.name, description: standardFields.description, ...mutable, segment_id: Type.Optional(Type.Null()) },
  { additionalProperties: false },
);

/** The wire form of one subnet (Networking API v2.0, "Show subnet details"). */
function viewSubnet(world: World, subnet: Subnet) {
  const { spec } = subnet;
  const range = subnetRange(spec);
  const version = parseCidr(spec.cidr)?.version ?? 4;
  return {
    ...standardView(world, subnet),
    network_id: world.idIn(world.networks, spec.networkRef, subnet.metadata.namespace),
    ip_version: version,
    cidr: spec.cidr,
    subnetpool_id: null,
    gateway_ip: range?.gateway === undefined ? null : formatAddress(version, range.gateway),
    enable_dhcp: spec.enableDHCP ?? true,
    allocation_pools: range?.pools.map((each) => formatPool(range.cidr, each)) ?? [],
    dns_nameservers: spec.dnsNameservers ?? [],
    host_routes: spec.hostRoutes ?? [],
    ipv6_ra_mode: spec.ipv6RAMode ?? null,
    ipv6_address_mode: spec.ipv6AddressMode ?? null,
    service_types: spec.serviceTypes ?? [],
    dns_publish_fixed_ip: false,
    segment_id: null,
  };
}

/** What a body says of the spec; a gateway of null means none. */
function specValues(input: Static<typeof updateSubnet>) {
  const gateway =
    input.gateway_ip === undefined ? {} : { gatewayIP: input.gateway_ip ?? undefined, disableGateway: input.gateway_ip === null };
  return {
    ...defined({
      displayName: input.name,
      description: input.description,
      enableDHCP: input.enable_dhcp,
      allocationPools: input.allocation_pools,
      dnsNameservers: input.dns_nameservers,
      hostRoutes: input.host_routes,
      serviceTypes: input.service_types,
    }),
    ...gateway,
  };
}

/** Neutron keeps the CIDR without host bits; the version must be the one that the body names. */
function checkedRange(input: Static<typeof createSubnet>): string {
  const cidr = parseCidr(input.cidr);
  if (!cidr)
    throw new KumulusError("Invalid", `Invalid input for cidr. Reason: '${input.cidr}' is not a valid IP subnet.`, {
      reason: "HTTPBadRequest",
    });
  if (cidr.version !== input.ip_version) {
    throw new KumulusError("Invalid", `Invalid input for operation: ip_version ${input.ip_version} does not match cidr ${input.cidr}.`, {
      reason: "InvalidInput",
    });
  }
  return `${formatAddress(cidr.version, cidr.first)}/${cidr.prefix}`;
}

export function subnets(world: World, networkResource: Findable<Network>): Resource<Subnet, typeof createSubnet, typeof updateSubnet> {
  const check = (spec: SubnetSpec, siblings: readonly Subnet[], networkID: string) => {
    const problem = subnetProblem(
      spec,
      siblings.map((sibling) => sibling.spec),
      networkID,
    );
    if (problem) throw problem;
  };
  return {
    singular: "subnet",
    plural: "subnets",
    path: "subnets",
    missing: { reason: "SubnetNotFound", message: (subnetID) => `Subnet ${subnetID} could not be found.` },
    store: world.subnets,
    create: createSubnet,
    update: updateSubnet,
    shown: ({ spec, metadata }) => {
      // An external network is for all to see, its subnets are not.
      return world.networkOf(spec.networkRef, metadata.namespace)?.spec.shared === true;
    },
    guarded: { segment_id: null, service_types: undefined },
    about: ({ spec, metadata }) => aboutNetwork(world, world.networkOf(spec.networkRef, metadata.namespace)),
    aboutNew: async (input, request) => aboutNetwork(world, await fetch(networkResource, request.auth, input.network_id)),
    view: (subnet) => viewSubnet(world, subnet),
    make: async (input, _namespace, request) => {
      const network = await fetch(networkResource, request.auth, input.network_id);
      const { gatewayIP, disableGateway, ...rest } = specValues(input);
      const spec = {
        ...rest,
        networkRef: { name: network.metadata.name },
        displayName: input.name ?? "",
        cidr: checkedRange(input),
        ...defined({
          gatewayIP,
          disableGateway: disableGateway || undefined,
          ipv6RAMode: input.ipv6_ra_mode,
          ipv6AddressMode: input.ipv6_address_mode,
        }),
      };
      check(spec, world.subnetsOf(network), idOf(network));
      return {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "Subnet",
        metadata: newMetadata(input.name || "subnet", network.metadata.namespace, finalizers.subnet),
        spec,
      };
    },
    change: (input, subnet) => {
      const values = specValues(input);
      const network = world.networkOf(subnet.spec.networkRef, subnet.metadata.namespace);
      const others = network ? world.subnetsOf(network).filter(({ metadata }) => metadata.uid !== subnet.metadata.uid) : [];
      check(changed(subnet.spec, values), others, network ? idOf(network) : "");
      return (draft) => {
        draft.spec = changed(draft.spec, values);
      };
    },
    beforeDelete: (subnet) => {
      const network = world.networkOf(subnet.spec.networkRef, subnet.metadata.namespace);
      const isHere = ({ status }: Port) => status?.fixedIPs?.some((fixed) => fixed.subnet === subnet.metadata.name) === true;
      const used = network && world.portsOf(network).some((port) => isHere(port) && !isAutomatic(port));
      if (used) {
        const message = `Unable to complete operation on subnet ${idOf(subnet)}: One or more ports have an IP allocation from this subnet.`;
        throw new KumulusError("Conflict", message, { reason: "SubnetInUse" });
      }
    },
  };
}
