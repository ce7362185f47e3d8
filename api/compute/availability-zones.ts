// Nova /os-availability-zone (Compute API, "Availability zones"): the cloud is one zone; its hosts are those that run servers.
import { type Route, route } from "../http/route.ts";
import { availabilityZone } from "./server-request.ts";
import type { ComputeWorld } from "./world.ts";

const zone = (hosts: object | null) => ({
  body: { availabilityZoneInfo: [{ zoneName: availabilityZone, zoneState: { available: true }, hosts }] },
});

export const availabilityZoneRoutes = (world: ComputeWorld): Route[] => [
  route({
    method: "GET",
    path: "/v2.1/os-availability-zone",
    policy: "os_compute_api:os-availability-zone:list",
    handle: () => zone(null),
  }),
  route({
    method: "GET",
    path: "/v2.1/os-availability-zone/detail",
    policy: "os_compute_api:os-availability-zone:detail",
    handle: () => {
      const nodes = new Set(world.servers.list().flatMap(({ status }) => status?.node ?? []));
      const service = { "nova-compute": { available: true, active: true, updated_at: null } };
      return zone(Object.fromEntries([...nodes].map((node) => [node, service])));
    },
  }),
];
