// What the catalog has by itself: the services that this program serves, their endpoints and the one region, as objects that nobody made.
import { createHash } from "node:crypto";
import { idLabel, slug } from "../../domain/id.ts";
import type { Endpoint } from "../../models/identity/endpoint.ts";
import type { Region } from "../../models/identity/region.ts";
import type { Service } from "../../models/identity/service.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Service as ServedAPI } from "../http/route.ts";

type Served = NonNullable<ServedAPI["catalog"]>;

const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;
const interfaces = ["public", "internal", "admin"] as const;

/** The same everywhere and always: 32 hex digits, as Keystone's ids. */
function stableId(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
}

export interface BuiltIn {
  readonly region: Region;
  readonly services: readonly Service[];
  /** Their URLs are paths below the address that the client used. */
  readonly endpoints: readonly Endpoint[];
}

/** Whether the API server has it. */
export const isStored = ({ metadata }: KubeObject): boolean => metadata.uid !== undefined;

const serviceName = (type: string) => slug(`kumulus-${type}`);

function builtInService({ type, name }: Served): Service {
  const metadata = { name: serviceName(type), labels: { [idLabel]: stableId("service", type) } };
  return { apiVersion, kind: "Service", metadata, spec: { type, displayName: name, builtIn: true } };
}

function builtInEndpoints({ type, path }: Served, regionId: string): Endpoint[] {
  return interfaces.map((each) => ({
    apiVersion,
    kind: "Endpoint",
    metadata: { name: slug(`kumulus-${type}-${each}`), labels: { [idLabel]: stableId("endpoint", type, each, regionId) } },
    spec: { serviceRef: { name: serviceName(type) }, regionRef: { name: slug(regionId) }, interface: each, url: path },
  }));
}

export function builtInCatalog(served: readonly Served[], regionId: string): BuiltIn {
  return {
    region: { apiVersion, kind: "Region", metadata: { name: slug(regionId) }, spec: { regionID: regionId } },
    services: served.map(builtInService),
    endpoints: served.flatMap((each) => builtInEndpoints(each, regionId)),
  };
}
