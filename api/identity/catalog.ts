// The service catalog: what this program serves at the address that the client used, and what Service, Endpoint and Region objects add or change.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { Endpoint } from "../../models/identity/endpoint.ts";
import { EndpointGroup } from "../../models/identity/endpoint-group.ts";
import { Region } from "../../models/identity/region.ts";
import { Service } from "../../models/identity/service.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Service as ServedAPI } from "../http/route.ts";
import type { Store, Stores } from "../http/store.ts";
import { type BuiltIn, builtInCatalog } from "./built-in.ts";
import { isEnabled } from "./world.ts";

interface CatalogStores {
  readonly services: Store<Service>;
  readonly endpoints: Store<Endpoint>;
  readonly regions: Store<Region>;
  readonly groups: Store<EndpointGroup>;
  readonly tenants: Store<Tenant>;
}

export const regionIdOf = ({ spec, metadata }: Region): string => spec.regionID ?? metadata.name;

const projectPlaceholder = /[$%]\((?:project|tenant)_id\)s/g;
const needsProject = (url: string) => url.search(projectPlaceholder) >= 0;

/** A path is below the address that the client used. Without a project the URL keeps its placeholder. */
export function addressOf({ spec: { url } }: Endpoint, origin: string, projectId?: string): string {
  const filled = projectId === undefined ? url : url.replace(projectPlaceholder, projectId);
  return url.startsWith("/") ? `${origin}${filled}` : filled;
}

/** Interface and region: an endpoint with the same ones stands in for a built-in one. */
const placeOf = ({ spec }: Endpoint) => `${spec.serviceRef.name} ${spec.interface} ${spec.regionRef?.name ?? ""}`;

function storesOf(stores: Stores): CatalogStores {
  const all = {
    services: stores.of(Service),
    endpoints: stores.of(Endpoint),
    regions: stores.of(Region),
    groups: stores.of(EndpointGroup),
    tenants: stores.of(Tenant),
  };
  const tenantNames = ({ spec }: Endpoint | EndpointGroup) => (spec.tenantRefs ?? []).map(({ name }) => name);
  all.services.cache.addIndex("built-in", ({ spec }) => (spec.builtIn ? [spec.type] : []));
  all.endpoints.cache.addIndex("service", ({ spec }) => [spec.serviceRef.name]);
  all.endpoints.cache.addIndex("region", ({ spec }) => (spec.regionRef ? [spec.regionRef.name] : []));
  all.endpoints.cache.addIndex("tenant", tenantNames);
  all.groups.cache.addIndex("tenant", tenantNames);
  all.regions.cache.addIndex("region-id", (region) => [regionIdOf(region)]);
  all.regions.cache.addIndex("parent", ({ spec }) => (spec.parentRegionRef ? [spec.parentRegionRef.name] : []));
  return all;
}

const sameName = (name: string) => (object: KubeObject) => object.metadata.name === name;

export class Catalog {
  readonly stores: CatalogStores;
  readonly builtIn: BuiltIn;

  constructor(served: readonly NonNullable<ServedAPI["catalog"]>[], region: string, stores: Stores) {
    this.builtIn = builtInCatalog(served, region);
    this.stores = storesOf(stores);
  }

  /** The built-in ones, or what stands in for them, and the others. */
  services(): Service[] {
    const own = this.builtIn.services.map((each) => this.#standIn(each));
    return [...own, ...this.stores.services.list().filter(({ spec }) => !spec.builtIn)];
  }

  serviceNamed(name: string): Service | undefined {
    return this.stores.services.get(name) ?? this.services().find(sameName(name));
  }

  /** The built-in ones for which no other stands in, and all others whose service is there. */
  endpoints(): Endpoint[] {
    const stored = this.stores.endpoints.list().filter(({ spec }) => this.serviceNamed(spec.serviceRef.name));
    const taken = new Set(stored.map(placeOf));
    return [...this.#builtInEndpoints().filter((each) => !taken.has(placeOf(each))), ...stored];
  }

  regions(): Region[] {
    const stored = this.stores.regions.list();
    const { region } = this.builtIn;
    return stored.some((each) => regionIdOf(each) === regionIdOf(region)) ? [...stored] : [region, ...stored];
  }

  regionById(id: string): Region | undefined {
    const { region } = this.builtIn;
    return this.stores.regions.byIndex("region-id", id)[0] ?? (regionIdOf(region) === id ? region : undefined);
  }

  /** Id of the region that an object names. */
  regionIdNamed(name: string): string {
    const stored = this.stores.regions.get(name);
    return regionIdOf(
      stored ?? (sameName(name)(this.builtIn.region) ? this.builtIn.region : { ...this.builtIn.region, metadata: { name }, spec: {} }),
    );
  }

  /** Endpoints that an endpoint group's filters choose. */
  endpointsOf({ spec: { filters } }: EndpointGroup): Endpoint[] {
    return this.endpoints().filter(({ spec }) => {
      const service = this.serviceNamed(spec.serviceRef.name);
      const regionId = spec.regionRef && this.regionIdNamed(spec.regionRef.name);
      return (
        (filters.interface === undefined || filters.interface === spec.interface) &&
        (filters.serviceID === undefined || (service !== undefined && filters.serviceID === idOf(service))) &&
        (filters.regionID === undefined || filters.regionID === regionId)
      );
    });
  }

  /** Endpoints that name a project, itself or through their group; none: the project is not limited to some. */
  endpointsFor(tenant: Tenant): Endpoint[] {
    const { name } = tenant.metadata;
    const grouped = this.stores.groups.byIndex("tenant", name).flatMap((group) => this.endpointsOf(group));
    return [...new Map([...this.stores.endpoints.byIndex("tenant", name), ...grouped].map((each) => [idOf(each), each])).values()];
  }

  /** `token.catalog`. A token without project gets no endpoint that needs one. */
  view(origin: string, projectId: string | undefined) {
    const tenant = projectId === undefined ? undefined : this.stores.tenants.byIndex("id", projectId)[0];
    const chosen = tenant ? this.endpointsFor(tenant) : [];
    const shown = (chosen.length > 0 ? chosen : this.endpoints()).filter(
      (each) => isEnabled(each) && (projectId !== undefined || !needsProject(each.spec.url)),
    );
    const byService = Map.groupBy(shown, ({ spec }) => spec.serviceRef.name);
    return this.services()
      .filter(isEnabled)
      .map((service) => ({
        type: service.spec.type,
        name: displayNameOf(service),
        id: idOf(service),
        endpoints: (byService.get(service.metadata.name) ?? []).map((endpoint) => this.#viewEndpoint(endpoint, origin, projectId)),
      }));
  }

  #viewEndpoint(endpoint: Endpoint, origin: string, projectId: string | undefined) {
    const { regionRef, interface: name } = endpoint.spec;
    const region = regionRef ? this.regionIdNamed(regionRef.name) : null;
    return { id: idOf(endpoint), interface: name, region, region_id: region, url: addressOf(endpoint, origin, projectId) };
  }

  #standIn(service: Service): Service {
    return this.stores.services.byIndex("built-in", service.spec.type)[0] ?? service;
  }

  /** With the names of the objects that stand in for their services. */
  #builtInEndpoints(): Endpoint[] {
    const { services, endpoints } = this.builtIn;
    const names = new Map(services.map((service) => [service.metadata.name, this.#standIn(service).metadata.name]));
    return endpoints.map((endpoint) => {
      const { name } = endpoint.spec.serviceRef;
      return { ...endpoint, spec: { ...endpoint.spec, serviceRef: { name: names.get(name) ?? name } } };
    });
  }
}
