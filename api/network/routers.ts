// Neutron /routers: what is its own of view, schemas and rules.

import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { canonicalAddress } from "../../domain/net/address.ts";
import type { Network } from "../../models/network/network.ts";
import type { Router, RouterExternalGateway } from "../../models/network/router.ts";
import type { ApiRequest } from "../http/request.ts";
import { allowedFields } from "./attribute-rules.ts";
import { bool, changed, defined, id, nullable, standardFields, text } from "./input.ts";
import { type Findable, fetch, type Resource } from "./resource.ts";
import { settled, settledOrDeleted } from "./settle.ts";
import { standardView, type World } from "./world.ts";

const gatewayInfo = Type.Object(
  {
    network_id: id,
    enable_snat: Type.Optional(bool),
    external_fixed_ips: Type.Optional(
      Type.Array(Type.Object({ subnet_id: Type.Optional(id), ip_address: Type.Optional(text) }, { additionalProperties: false })),
    ),
    qos_policy_id: Type.Optional(Type.Null()),
  },
  { additionalProperties: false },
);
const staticRoute = Type.Object({ destination: text, nexthop: text }, { additionalProperties: false });

const mutable = {
  admin_state_up: Type.Optional(bool),
  external_gateway_info: Type.Optional(nullable(Type.Union([gatewayInfo, Type.Object({}, { additionalProperties: false })]))),
  distributed: Type.Optional(Type.Literal(false)),
  ha: Type.Optional(Type.Literal(false)),
} as const;

const createRouter = Type.Object(
  { ...standardFields, ...mutable, availability_zone_hints: Type.Optional(Type.Array(text)), flavor_id: Type.Optional(Type.Null()) },
  { additionalProperties: false },
);
const updateRouter = Type.Object(
  {
    name: standardFields.name,
    description: standardFields.description,
    ...mutable,
    routes: Type.Optional(nullable(Type.Array(staticRoute, { maxItems: 30 }))),
  },
  { additionalProperties: false },
);

/** Network, addresses and NAT of a router's way out; null without one. */
function viewGateway(world: World, router: Router) {
  const gateway = router.spec.externalGateway;
  if (!gateway) return null;
  const network = world.networkOf(gateway.networkRef, router.metadata.namespace);
  return {
    network_id: network ? idOf(network) : "",
    enable_snat: gateway.enableSNAT ?? true,
    external_fixed_ips: (router.status?.externalIPs ?? []).map(({ subnet, ipAddress }) => ({
      subnet_id: world.idIn(world.subnets, { name: subnet }, network?.metadata.namespace),
      ip_address: ipAddress,
    })),
  };
}

/** The wire form of one router (Networking API v2.0, "Show router details"). */
function viewRouter(world: World, router: Router, request: ApiRequest) {
  const { spec, status } = router;
  return {
    ...standardView(world, router),
    admin_state_up: spec.adminStateUp ?? true,
    status: status?.phase === undefined || status.phase === "BUILD" ? "ACTIVE" : status.phase,
    external_gateway_info: viewGateway(world, router),
    routes: (spec.routes ?? []).map(({ destination, nexthop }) => ({ destination, nexthop })),
    availability_zone_hints: [],
    availability_zones: ["nova"],
    flavor_id: null,
    ...allowedFields(request, "get_router", { distributed: false, ha: false }, {}),
  };
}

/** A body's gateway as a reference: undefined where the body says nothing, null where it takes the gateway away. */
async function gatewayFrom(
  world: World,
  networks: Findable<Network>,
  request: ApiRequest,
  input: Static<typeof createRouter>["external_gateway_info"],
): Promise<RouterExternalGateway | null | undefined> {
  if (!input || !("network_id" in input)) return input === undefined ? undefined : null;
  const network = await fetch(networks, request.auth, input.network_id);
  if (!network.spec.external) {
    throw new KumulusError("Invalid", `Bad router request: Network ${idOf(network)} is not an external network.`, { reason: "BadRequest" });
  }
  const known = world.subnetsOf(network);
  const fixedIPs = input.external_fixed_ips?.map(({ subnet_id: subnetID, ip_address: address }) => {
    const subnet = known.find((each) => idOf(each) === subnetID);
    if (subnetID !== undefined && !subnet)
      throw new KumulusError("NotFound", `Subnet ${subnetID} could not be found.`, { reason: "SubnetNotFound" });
    return defined({ subnetRef: subnet && { name: subnet.metadata.name }, ipAddress: address && canonicalAddress(address) });
  });
  return {
    networkRef: { name: network.metadata.name, namespace: network.metadata.namespace ?? "" },
    ...defined({ enableSNAT: input.enable_snat, fixedIPs }),
  };
}

const hasGateway = (router: Router) => router.spec.externalGateway === undefined || (router.status?.externalIPs?.length ?? 0) > 0;

export function routers(world: World, networks: Findable<Network>): Resource<Router, typeof createRouter, typeof updateRouter> {
  return {
    singular: "router",
    plural: "routers",
    path: "routers",
    missing: { reason: "RouterNotFound", message: (routerID) => `Router ${routerID} could not be found` },
    store: world.routers,
    guarded: { external_gateway_info: undefined, distributed: undefined, ha: undefined },
    create: createRouter,
    update: updateRouter,
    view: (router, request) => viewRouter(world, router, request),
    make: async (input, namespace, request) => ({
      apiVersion: "network.kumulus.cloud/v1alpha1",
      kind: "Router",
      metadata: newMetadata(input.name || "router", namespace, finalizers.router),
      spec: defined({
        displayName: input.name ?? "",
        description: input.description,
        adminStateUp: input.admin_state_up,
        externalGateway: await gatewayFrom(world, networks, request, input.external_gateway_info),
      }),
    }),
    settle: (router) => {
      const isNew = router.status === undefined;
      if (isNew && !router.spec.externalGateway) return Promise.resolve(router);
      return isNew ? settledOrDeleted(world.routers, router, hasGateway) : settled(world.routers, router, hasGateway);
    },
    change: async (input, _router, request) => {
      const externalGateway = await gatewayFrom(world, networks, request, input.external_gateway_info);
      const values = defined({
        displayName: input.name,
        description: input.description,
        adminStateUp: input.admin_state_up,
        routes: input.routes === null ? [] : input.routes,
      });
      return (draft) => {
        const gateway = externalGateway === undefined ? draft.spec.externalGateway : externalGateway;
        draft.spec = changed(draft.spec, { ...values, externalGateway: gateway });
      };
    },
    beforeDelete: (router) => {
      const attached = (router.spec.interfaces?.length ?? 0) > 0;
      if (attached) throw new KumulusError("Conflict", `Router ${idOf(router)} still has ports`, { reason: "RouterInUse" });
    },
  };
}
