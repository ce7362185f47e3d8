// Nova /extensions (Compute API, "Extensions"): fossils of v2.0; what this cloud has of them, for clients that still look.
import { KumulusError } from "../../domain/errors.ts";
import { type Route, route } from "../http/route.ts";

const names: Record<string, string> = {
  "OS-DCF": "DiskConfig",
  "OS-EXT-AZ": "ExtendedAvailabilityZone",
  "OS-EXT-IPS": "ExtendedIps",
  "OS-EXT-IPS-MAC": "ExtendedIpsMac",
  "OS-EXT-SRV-ATTR": "ExtendedServerAttributes",
  "OS-EXT-STS": "ExtendedStatus",
  "OS-FLV-DISABLED": "FlavorDisabled",
  "OS-FLV-EXT-DATA": "FlavorExtraData",
  "OS-SRV-USG": "ServerUsage",
  "os-attach-interfaces": "AttachInterfaces",
  "os-availability-zone": "AvailabilityZone",
  "os-block-device-mapping-v2-boot": "BlockDeviceMappingV2Boot",
  "os-config-drive": "ConfigDrive",
  "os-console-output": "ConsoleOutput",
  "os-extended-volumes": "ExtendedVolumes",
  "os-flavor-access": "FlavorAccess",
  "os-flavor-extra-specs": "FlavorExtraSpecs",
  "os-flavor-manage": "FlavorManage",
  "os-instance-actions": "InstanceActions",
  "os-keypairs": "Keypairs",
  "os-multiple-create": "MultipleCreate",
  "os-quota-sets": "Quotas",
  "os-security-groups": "SecurityGroups",
  "os-server-start-stop": "ServerStartStop",
  "os-used-limits": "UsedLimits",
  "os-user-data": "UserData",
  "os-volumes": "Volumes",
};

const view = ([alias, name]: readonly [string, string]) => ({
  alias,
  name,
  description: "",
  links: [],
  namespace: "http://docs.openstack.org/compute/ext/fake_xml",
  updated: "2014-12-03T00:00:00Z",
});

export const extensionRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v2.1/extensions",
    policy: "os_compute_api:extensions",
    handle: () => ({ body: { extensions: Object.entries(names).map(view) } }),
  }),
  route({
    method: "GET",
    path: "/v2.1/extensions/:alias",
    policy: "os_compute_api:extensions",
    handle: ({ params: { alias } }) => {
      const name = Object.hasOwn(names, alias) ? names[alias] : undefined;
      if (name === undefined) throw new KumulusError("NotFound", "The resource could not be found.");
      return { body: { extension: view([alias, name]) } };
    },
  }),
];
