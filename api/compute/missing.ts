// What Nova has and this cloud has not yet: 501 with a sentence, so that nobody takes it for done or for a wrong URL.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { type Method, type Route, route } from "../http/route.ts";
import { verb } from "./server-actions.ts";
import type { ComputeWorld } from "./world.ts";

/** Actions of servers; where the third is there, Nova has them up to that microversion. */
const actions: readonly (readonly [action: string, until?: number])[] = [
  ["rebuild"],
  ["resize"],
  ["confirmResize"],
  ["revertResize"],
  ["createImage"],
  ["createBackup"],
  ["pause"],
  ["unpause"],
  ["suspend"],
  ["resume"],
  ["rescue"],
  ["unrescue"],
  ["shelve"],
  ["unshelve"],
  ["shelveOffload"],
  ["restore"],
  ["changePassword"],
  ["os-resetState"],
  ["os-getVNCConsole", 5],
  ["os-getSPICEConsole", 5],
  ["os-getRDPConsole", 5],
  ["os-getSerialConsole", 5],
  ["migrate"],
  ["os-migrateLive"],
  ["evacuate"],
  ["trigger_crash_dump"],
  ["injectNetworkInfo"],
  ["resetNetwork"],
  ["addFloatingIp", 43],
  ["removeFloatingIp", 43],
  ["addFixedIp", 43],
  ["removeFixedIp", 43],
];

const routes: readonly (readonly [path: string, methods: string, until?: number])[] = [
  ["/v2.1/servers/:id/diagnostics", "GET"],
  ["/v2.1/servers/:id/topology", "GET"],
  ["/v2.1/servers/:id/os-server-password", "GET DELETE"],
  ["/v2.1/servers/:id/remote-consoles", "POST"],
  ["/v2.1/servers/:id/migrations", "GET"],
  ["/v2.1/servers/:id/os-virtual-interfaces", "GET", 43],
  ["/v2.1/os-console-auth-tokens/:token", "GET"],
  ["/v2.1/os-server-groups", "GET POST"],
  ["/v2.1/os-server-groups/:id", "GET DELETE"],
  ["/v2.1/os-aggregates", "GET POST"],
  ["/v2.1/os-aggregates/:id", "GET PUT DELETE"],
  ["/v2.1/os-aggregates/:id/action", "POST"],
  ["/v2.1/os-hypervisors", "GET"],
  ["/v2.1/os-hypervisors/detail", "GET"],
  ["/v2.1/os-hypervisors/statistics", "GET"],
  ["/v2.1/os-hypervisors/:id", "GET"],
  ["/v2.1/os-services", "GET"],
  ["/v2.1/os-services/:id", "PUT DELETE"],
  ["/v2.1/os-migrations", "GET"],
  ["/v2.1/os-simple-tenant-usage", "GET"],
  ["/v2.1/os-simple-tenant-usage/:id", "GET"],
  ["/v2.1/os-instance_usage_audit_log", "GET"],
  ["/v2.1/os-server-external-events", "POST"],
  ["/v2.1/os-hosts", "GET", 42],
  ["/v2.1/os-security-groups", "GET POST", 35],
  ["/v2.1/os-security-groups/:id", "GET PUT DELETE", 35],
  ["/v2.1/os-security-group-rules", "POST", 35],
  ["/v2.1/os-floating-ips", "GET POST", 35],
  ["/v2.1/os-floating-ip-pools", "GET", 35],
  ["/v2.1/os-networks", "GET POST", 35],
  ["/v2.1/os-tenant-networks", "GET POST", 35],
  ["/v2.1/os-volumes", "GET POST", 35],
  ["/v2.1/os-snapshots", "GET POST", 35],
  ["/v2.1/images", "GET", 35],
  ["/v2.1/images/detail", "GET", 35],
  ["/v2.1/images/:id", "GET DELETE", 35],
];

export const missingRule = "os_compute_api:not-implemented";

function refuse(what: string): never {
  throw new KumulusError("NotImplemented", `${what} is not implemented by this cloud.`);
}

export function missingRoutes(world: ComputeWorld): Route[] {
  const verbs = actions.map(([action, until]) =>
    verb(world, {
      action,
      policy: missingRule,
      body: Type.Unknown(),
      ...(until === undefined ? {} : { until }),
      run: async () => refuse(action),
    }),
  );
  const others = routes.flatMap(([path, methods, until]) =>
    methods.split(" ").map((method) =>
      route({
        method: method as Method,
        path,
        policy: missingRule,
        ...(until === undefined ? {} : { until }),
        handle: () => refuse(path.slice(6)),
      }),
    ),
  );
  return [...verbs, ...others];
}
