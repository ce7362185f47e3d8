// Nova /servers/{id}/ips (Compute API, "Servers IPs").
import { KumulusError } from "../../domain/errors.ts";
import { type Route, route } from "../http/route.ts";
import { findServer } from "./server-lookup.ts";
import { viewAddresses } from "./server-parts.ts";
import type { ComputeWorld } from "./world.ts";

export const serverIPRoutes = (world: ComputeWorld): Route[] => [
  route({
    method: "GET",
    path: "/v2.1/servers/:id/ips",
    policy: "os_compute_api:ips:index",
    handle: async (request) => ({ body: { addresses: viewAddresses(await findServer(world, request, request.params.id), false) } }),
  }),
  route({
    method: "GET",
    path: "/v2.1/servers/:id/ips/:network",
    policy: "os_compute_api:ips:show",
    handle: async (request) => {
      const addresses = viewAddresses(await findServer(world, request, request.params.id), false)[request.params.network];
      if (!addresses) throw new KumulusError("NotFound", "Instance is not a member of specified network");
      return { body: { [request.params.network]: addresses } };
    },
  }),
];
