// The service catalog: one service and three endpoints for every API that this program serves, at the address that the client used.
import { createHash } from "node:crypto";
import type { Service } from "../http/route.ts";

export interface CatalogService {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Below the origin; may hold `$(project_id)s`. */
  readonly path: string;
}

export interface Endpoint {
  readonly id: string;
  readonly interface: (typeof interfaces)[number];
  readonly region: string;
  readonly region_id: string;
  readonly url: string;
}

const interfaces = ["public", "internal", "admin"] as const;

/** The same everywhere and always: 32 hex digits, as Keystone's ids. */
function stableId(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
}

export class Catalog {
  readonly services: readonly CatalogService[];
  readonly region: string;

  constructor(services: readonly NonNullable<Service["catalog"]>[], region: string) {
    this.services = services.map((service) => ({ ...service, id: stableId("service", service.type) }));
    this.region = region;
  }

  /** Endpoints of one service. Without a project the URL keeps its placeholder. */
  endpoints(service: CatalogService, origin: string, projectId?: string): Endpoint[] {
    const url = `${origin}${projectId === undefined ? service.path : service.path.replace("$(project_id)s", projectId)}`;
    const region = { region: this.region, region_id: this.region };
    return interfaces.map((name) => ({ id: stableId("endpoint", service.type, name, this.region), interface: name, ...region, url }));
  }

  /** `token.catalog`. A token without project gets no endpoint that needs one. */
  view(origin: string, projectId: string | undefined) {
    return this.services.map((service) => {
      const hidden = projectId === undefined && service.path.includes("$(project_id)s");
      const { type, name, id } = service;
      return { type, name, id, endpoints: hidden ? [] : this.endpoints(service, origin, projectId) };
    });
  }
}
