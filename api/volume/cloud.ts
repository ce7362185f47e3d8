// Cinder v3 /os-availability-zone and /extensions: the cloud is one zone; the names of extensions are for clients that still look.
import type { Route } from "../http/route.ts";
import { projectRoute } from "./volume-lookup.ts";
import { zone } from "./volume-view.ts";

const extensions: Record<string, string> = {
  "os-availability-zone": "AvailabilityZones",
  "os-extended-volume-host-attribute": "VolumeHostAttribute",
  "os-hosts": "Hosts",
  "os-quota-sets": "Quotas",
  "os-types-manage": "TypesManage",
  "os-used-limits": "UsedLimits",
  "os-vol-image-meta": "VolumeImageMetadata",
  "os-vol-tenant-attr": "VolumeTenantAttribute",
  "os-volume-actions": "VolumeActions",
};

export const cloudRoutes: Route[] = [
  projectRoute({
    method: "GET",
    path: "/os-availability-zone",
    policy: "volume:availability_zone_list",
    handle: () => ({ body: { availabilityZoneInfo: [{ zoneName: zone, zoneState: { available: true } }] } }),
  }),
  projectRoute({
    method: "GET",
    path: "/extensions",
    policy: "volume:extensions",
    handle: () => ({
      body: {
        extensions: Object.entries(extensions).map(([alias, name]) => ({
          alias,
          name,
          description: "",
          links: [],
          updated: "2011-06-29T00:00:00+00:00",
        })),
      },
    }),
  }),
];
