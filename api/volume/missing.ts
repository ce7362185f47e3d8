// What Cinder has and this cloud has not yet: 501 with a sentence, so that nobody takes it for done or for a wrong URL.
import { KumulusError } from "../../domain/errors.ts";
import type { Method, Route } from "../http/route.ts";
import { projectRoute } from "./volume-lookup.ts";

const routes: readonly (readonly [path: string, methods: string, since?: number])[] = [
  ["/snapshots", "GET POST"],
  ["/snapshots/detail", "GET"],
  ["/snapshots/:id", "GET PUT DELETE"],
  ["/snapshots/:id/metadata", "GET PUT POST"],
  ["/snapshots/:id/action", "POST"],
  ["/backups", "GET POST"],
  ["/backups/detail", "GET"],
  ["/backups/:id", "GET PUT DELETE"],
  ["/backups/:id/restore", "POST"],
  ["/attachments", "POST", 27],
  ["/attachments/:id", "PUT DELETE", 27],
  ["/attachments/:id/action", "POST", 44],
  ["/os-volume-transfer", "GET POST"],
  ["/os-volume-transfer/detail", "GET"],
  ["/os-volume-transfer/:id", "GET DELETE"],
  ["/volume-transfers", "GET POST", 55],
  ["/volume-transfers/detail", "GET", 55],
  ["/volume-transfers/:id", "GET DELETE", 55],
  ["/types", "POST"],
  ["/types/:id", "PUT DELETE"],
  ["/types/:id/extra_specs", "POST"],
  ["/types/:id/extra_specs/:key", "PUT DELETE"],
  ["/types/:id/os-volume-type-access", "GET"],
  ["/types/:id/action", "POST"],
  ["/types/:id/encryption", "POST"],
  ["/qos-specs", "GET POST"],
  ["/qos-specs/:id", "GET PUT DELETE"],
  ["/groups", "GET POST", 13],
  ["/groups/detail", "GET", 13],
  ["/group_types", "GET POST", 11],
  ["/group_snapshots", "GET POST", 14],
  ["/messages", "GET", 3],
  ["/os-services", "GET"],
  ["/os-hosts", "GET"],
  ["/scheduler-stats/get_pools", "GET"],
  ["/capabilities/:host", "GET"],
  ["/resource_filters", "GET", 33],
  ["/manageable_volumes", "GET POST", 8],
  ["/consistencygroups", "GET POST"],
  ["/consistencygroups/detail", "GET"],
  ["/volumes/:id/encryption", "GET"],
];

export const missingRule = "volume:not_implemented";

export const missingRoutes: Route[] = routes.flatMap(([path, methods, since]) =>
  methods.split(" ").map((method) =>
    projectRoute({
      method: method as Method,
      path,
      policy: missingRule,
      ...(since === undefined ? {} : { since }),
      handle: () => {
        throw new KumulusError("NotImplemented", `${path.slice(1)} is not implemented by this cloud.`);
      },
    }),
  ),
);
