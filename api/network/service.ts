// Neutron: the Networking API v2.0 at /network.

import type { Kind } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { neutronFaults } from "../http/faults.ts";
import { publicRule, type Route, route, type Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import { projectLimitsRights } from "../project-limits.ts";
import { extensionRoutes } from "./extensions.ts";
import { floatingIPs } from "./floating-ips.ts";
import { networks } from "./networks.ts";
import { networkPolicies } from "./policies.ts";
import { ports } from "./ports.ts";
import { quotaRoutes } from "./quotas.ts";
import { resourceRoutes } from "./resource.ts";
import { routerInterfaceRoutes } from "./router-interfaces.ts";
import { routers } from "./routers.ts";
import { ruleRoutes } from "./security-group-rules.ts";
import { securityGroups } from "./security-groups.ts";
import { subnets } from "./subnets.ts";
import { networkWorld } from "./world.ts";

const version = (href: string) => ({ id: "v2.0", status: "CURRENT", links: [{ rel: "self", href }] });

const versionRoutes: readonly Route[] = [
  route({ method: "GET", path: "/", policy: publicRule, handle: (request) => ({ body: { versions: [version(request.url("/v2.0/"))] } }) }),
  route({
    method: "GET",
    path: "/v2.0",
    policy: publicRule,
    handle: (request) => {
      const names = ["network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule", "quota", "extension"];
      const resources = names.map((name) => {
        const collection = `${name}s`;
        return { name, collection, links: [{ rel: "self", href: request.url(`/v2.0/${collection.replaceAll("_", "-")}`) }] };
      });
      return { body: { resources } };
    },
  }),
];

export function networkService(stores: Stores): Service {
  const world = networkWorld(stores);
  const networkResource = networks(world);
  const subnetResource = subnets(world, networkResource);
  const groupResource = securityGroups(world);
  const portResource = ports(world, networkResource, groupResource);
  const routerResource = routers(world, networkResource);
  return {
    name: "neutron",
    mount: "/network",
    faults: neutronFaults,
    policies: networkPolicies,
    catalog: { type: "network", name: "neutron", path: "/network" },
    reference: "neutron-lib",
    rights: [
      ...[Network, Subnet, Port, Router, FloatingIP, SecurityGroup].map((kind) => storeRights(kind as Kind, "create", "update", "delete")),
      ...projectLimitsRights,
    ],
    routes: [
      ...versionRoutes,
      ...extensionRoutes,
      ...quotaRoutes(world),
      ...resourceRoutes(world, networkResource),
      ...resourceRoutes(world, subnetResource),
      ...resourceRoutes(world, portResource),
      ...resourceRoutes(world, routerResource),
      ...routerInterfaceRoutes(world, { routers: routerResource, subnets: subnetResource, ports: portResource }),
      ...resourceRoutes(world, floatingIPs(world, { networks: networkResource, subnets: subnetResource, ports: portResource })),
      ...resourceRoutes(world, groupResource),
      ...ruleRoutes(world, groupResource),
    ],
  };
}
