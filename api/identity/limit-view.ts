// What a limit looks like to Keystone's clients, and who may see it.
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Limit } from "../../models/identity/limit.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import type { LimitWorld } from "./limit-world.ts";

interface Holder {
  tenant: Tenant | undefined;
  domain: Domain | undefined;
}

function holderOf({ world }: LimitWorld, { spec }: Limit): Holder {
  const tenant = spec.tenantRef && world.tenants.get(spec.tenantRef.name);
  return { tenant, domain: spec.domainRef && world.domains.get(spec.domainRef.name) };
}

/** Every field of a limit; empty for a limit of something that is not there: nobody has an id for it. */
export function viewLimit(limits: LimitWorld, limit: Limit, request: Pick<ApiRequest, "url">) {
  const { tenant, domain } = holderOf(limits, limit);
  const registered = limits.registered.get(limit.spec.registeredLimitRef.name);
  if (!registered || !(tenant ?? domain)) return [];
  return [
    {
      id: idOf(limit),
      project_id: tenant ? idOf(tenant) : null,
      domain_id: domain ? idOf(domain) : null,
      service_id: limits.serviceId(registered.spec.serviceType),
      region_id: registered.spec.region ?? null,
      resource_name: registered.spec.resourceName,
      resource_limit: limit.spec.resourceLimit,
      description: limit.spec.description ?? null,
      links: { self: request.url(`/v3/limits/${idOf(limit)}`) },
    },
  ];
}

/** Limits that the token may see: those of the whole cloud, of its domain, or of its project. */
export function visible({ world, limits }: LimitWorld, { auth }: ApiRequest): readonly Limit[] {
  if (auth.system || auth.isAdmin) return limits.list();
  const held = (kind: "project" | "domain", name: string | undefined) =>
    name === undefined ? [] : limits.byIndex("holder", `${kind}/${name}`);
  if (auth.project) return held("project", auth.project.tenant);
  const domain = auth.domainId === undefined ? undefined : world.byId(world.domains, auth.domainId);
  if (!domain) return [];
  const inDomain = ({ spec }: Limit) => world.tenants.get(spec.tenantRef?.name ?? "")?.spec.domainRef.name === domain.metadata.name;
  return limits.list().filter((limit) => inDomain(limit) || limit.spec.domainRef?.name === domain.metadata.name);
}

export function targetOf(limits: LimitWorld, limit: Limit | undefined): PolicyTarget {
  const { tenant, domain } = limit ? holderOf(limits, limit) : {};
  const projectDomain = tenant && limits.world.domainOf(tenant);
  return {
    ...(tenant && { "target.limit.project_id": idOf(tenant) }),
    ...(projectDomain && { "target.limit.project.domain_id": idOf(projectDomain) }),
    ...(domain && { "target.limit.domain.id": idOf(domain) }),
  };
}
