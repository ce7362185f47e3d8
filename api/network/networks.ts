// Neutron /networks: what is its own of view, schemas and rules.

import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { isAutomatic } from "../../domain/net/port.ts";
import type { Network } from "../../models/network/network.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import { allowedFields } from "./attribute-rules.ts";
import { bool, changed, defined, nullable, standardFields, text } from "./input.ts";
import type { Resource } from "./resource.ts";
import { standardView, type World } from "./world.ts";

const mutable = {
  admin_state_up: Type.Optional(bool),
  shared: Type.Optional(bool),
  "router:external": Type.Optional(bool),
  is_default: Type.Optional(bool),
  mtu: Type.Optional(nullable(Type.Integer({ minimum: 68, maximum: 65535 }))),
  port_security_enabled: Type.Optional(bool),
  dns_domain: Type.Optional(text),
  qos_policy_id: Type.Optional(Type.Null()),
} as const;

const createNetwork = Type.Object(
  {
    ...standardFields,
    ...mutable,
    availability_zone_hints: Type.Optional(Type.Array(text)),
    "provider:network_type": Type.Optional(Type.Enum(["geneve", "flat", "vlan", "local"])),
    "provider:physical_network": Type.Optional(nullable(text)),
    "provider:segmentation_id": Type.Optional(nullable(Type.Integer({ minimum: 0 }))),
    vlan_transparent: Type.Optional(nullable(Type.Literal(false))),
  },
  { additionalProperties: false },
);
const updateNetwork = Type.Object(
  { name: standardFields.name, description: standardFields.description, ...mutable },
  { additionalProperties: false },
);

const providerFields = ["provider:network_type", "provider:physical_network", "provider:segmentation_id"] as const;

const guarded = {
  shared: false,
  "router:external": false,
  is_default: false,
  port_security_enabled: undefined,
  ...Object.fromEntries(providerFields.map((name) => [name, undefined])),
};

/** The wire form of one network (Networking API v2.0, "Show network details"); `provider` fields are for administrators. */
function viewNetwork(world: World, network: Network, request: ApiRequest) {
  const { spec, status } = network;
  const provider = {
    "provider:network_type": spec.provider?.networkType ?? "geneve",
    "provider:physical_network": spec.provider?.physicalNetwork ?? null,
    "provider:segmentation_id": spec.provider?.segmentationID ?? status?.segmentationID ?? null,
  };
  return {
    ...standardView(world, network),
    admin_state_up: spec.adminStateUp ?? true,
    status: status?.phase ?? "ACTIVE",
    subnets: world.subnetsOf(network).map(idOf),
    shared: spec.shared ?? false,
    mtu: status?.mtu ?? spec.mtu ?? 1442,
    port_security_enabled: spec.portSecurityEnabled ?? true,
    "router:external": spec.external ?? false,
    ...(spec.external ? { is_default: spec.isDefault ?? false } : {}),
    availability_zone_hints: spec.availabilityZoneHints ?? [],
    availability_zones: ["nova"],
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    dns_domain: spec.dnsDomain ?? "",
    ...allowedFields(request, "get_network", provider, about(network)),
  };
}

const truth = (value: boolean | undefined) => (value ? "True" : "False");
const about = ({ spec }: Network): PolicyTarget => ({ shared: truth(spec.shared), "router:external": truth(spec.external) });

/** What a body says of the spec. */
const specValues = (input: Static<typeof updateNetwork>) => ({
  displayName: input.name,
  description: input.description,
  adminStateUp: input.admin_state_up,
  mtu: input.mtu,
  portSecurityEnabled: input.port_security_enabled,
  external: input["router:external"],
  shared: input.shared,
  isDefault: input.is_default,
  dnsDomain: input.dns_domain,
});

export function networks(world: World): Resource<Network, typeof createNetwork, typeof updateNetwork> {
  return {
    singular: "network",
    plural: "networks",
    path: "networks",
    missing: { reason: "NetworkNotFound", message: (id) => `Network ${id} could not be found.` },
    store: world.networks,
    create: createNetwork,
    update: updateNetwork,
    guarded,
    about,
    shown: ({ spec }) => spec.shared === true || spec.external === true,
    view: (network, request) => viewNetwork(world, network, request),
    make: (input, namespace) => {
      const provider = defined({
        networkType: input["provider:network_type"],
        physicalNetwork: input["provider:physical_network"],
        segmentationID: input["provider:segmentation_id"],
      });
      return {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "Network",
        metadata: newMetadata(input.name ?? "network", namespace, finalizers.network),
        spec: defined({
          ...specValues(input),
          displayName: input.name ?? "",
          availabilityZoneHints: input.availability_zone_hints,
          provider: Object.keys(provider).length > 0 ? provider : undefined,
        }),
      };
    },
    change: (input) => {
      const values = defined(specValues(input));
      return (draft) => {
        draft.spec = changed(draft.spec, values);
      };
    },
    beforeDelete: (network) => {
      const used = world.portsOf(network).some((port) => !isAutomatic(port));
      if (used) {
        const message = `Unable to complete operation on network ${idOf(network)}. There are one or more ports still in use on the network.`;
        throw new KumulusError("Conflict", message, { reason: "NetworkInUse" });
      }
    },
    afterDelete: async (network) => {
      for (const subnet of world.subnetsOf(network)) await world.subnets.delete(subnet);
    },
  };
}
