// The list of servers: whose they are, Nova's filters, its sort keys (Compute API, "List Servers").

import { hostnameOf } from "../../domain/compute/hostname.ts";
import { createdBy } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import { lastValueOf, valuesOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { RawQuery } from "../http/route.ts";
import { sorted, sortOrder } from "../http/sorting.ts";
import { notedKeyName, reservationOf } from "./annotations.ts";
import { isTrue } from "./fields.ts";
import { flavorIDOf } from "./server-parts.ts";
import { serverStatuses, shownState } from "./server-state.ts";
import { textFilter } from "./text-filter.ts";
import { latest } from "./time.ts";
import type { ComputeWorld } from "./world.ts";

type Request = Pick<ApiRequest, "query" | "auth" | "project" | "microversion" | "rule" | "allows" | "require">;
type Filter = (server: Server) => boolean;
const invalid = (message: string) => new KumulusError("Invalid", message);

const updated = (server: Server) => latest(createdAt(server), server.status?.updatedAt);

/** Servers that the request may see and that its filters let through, in its order. */
export function listServers(world: ComputeWorld, request: Request): Server[] {
  const { query, microversion } = request;
  if (microversion >= 75) refuseUnknown(query);
  const filters = filtersOf(world, request);
  const servers = scopeOf(world, request);
  return order(world, filters.length === 0 ? servers : servers.filter((server) => filters.every((keeps) => keeps(server))), query);
}

function scopeOf(world: ComputeWorld, request: Request): readonly Server[] {
  const allTenants = lastValueOf(request.query, "all_tenants");
  if (allTenants === undefined || !(allTenants === "" || isTrue(allTenants))) return world.servers.list(request.project.namespace);
  request.require(`${request.rule}:get_all_tenants`);
  const project = lastValueOf(request.query, "project_id") ?? lastValueOf(request.query, "tenant_id");
  if (project === undefined) return world.servers.list();
  const tenant = world.tenants.byIndex("id", project)[0];
  return tenant?.status?.namespace === undefined ? [] : world.servers.list(tenant.status.namespace);
}

/** Filters by the words of the query; those for administrators do nothing for others, as in Nova. */
const forAll: Record<string, (world: ComputeWorld, value: string) => Filter> = {
  name: (_, value) => {
    const matches = textFilter(value, "name");
    return (server) => matches(displayNameOf(server));
  },
  ip: (_, value) => addressFilter(value, 4),
  ip6: (_, value) => addressFilter(value, 6),
  image: (world, value) => {
    const id = value.split("/").at(-1);
    return ({ spec, metadata }) => {
      const image = spec.imageRef && world.images.get(spec.imageRef.name, spec.imageRef.namespace ?? metadata.namespace);
      return image !== undefined && idOf(image) === id;
    };
  },
  flavor: (world, value) => {
    const id = value.split("/").at(-1);
    return ({ spec }) => {
      const flavor = world.flavors.get(spec.flavorRef.name);
      return flavor !== undefined && flavorIDOf(flavor) === id;
    };
  },
  "changes-since": (_, value) => since(value, "changes-since", (time, limit) => time >= limit),
  "changes-before": (_, value) => since(value, "changes-before", (time, limit) => time <= limit),
  reservation_id: (_, value) => (server) => reservationOf(server) === value,
  tags: (_, value) => tagFilter(value, (has, wanted) => wanted.every(has)),
  "tags-any": (_, value) => tagFilter(value, (has, wanted) => wanted.some(has)),
  "not-tags": (_, value) => tagFilter(value, (has, wanted) => !wanted.every(has)),
  "not-tags-any": (_, value) => tagFilter(value, (has, wanted) => !wanted.some(has)),
  locked:
    (_, value) =>
    ({ spec }) =>
      (spec.locked ?? false) === isTrue(value),
};

const mayUseAll = (request: Request) => request.allows("os_compute_api:servers:allow_all_filters");

const forAdmins: Record<string, (world: ComputeWorld, value: string) => Filter> = {
  host:
    (_, value) =>
    ({ status }) =>
      status?.node === value,
  node:
    (_, value) =>
    ({ status }) =>
      status?.node === value,
  uuid: (_, value) => (server) => idOf(server) === value,
  hostname: (_, value) => (server) => (server.status?.hostname ?? hostnameOf(server)) === value,
  user_id: (_, value) => (server) => createdBy(server) === value,
  key_name: (_, value) => (server) => notedKeyName(server) === value,
  availability_zone:
    (_, value) =>
    ({ spec }) =>
      (spec.availabilityZone ?? "nova") === value,
  config_drive:
    (_, value) =>
    ({ spec }) =>
      (spec.configDrive ?? false) === isTrue(value),
  description:
    (_, value) =>
    ({ spec }) =>
      spec.description === value,
  vm_state: (world, value) => (server) => shownState(server, world.pendingActions(server)).vmState === value,
  task_state: (world, value) => (server) => shownState(server, world.pendingActions(server)).taskState === value,
  power_state: (world, value) => (server) => String(shownState(server, world.pendingActions(server)).powerState) === value,
};
/** From 2.83 on everybody may use these. */
const opened = new Set(["availability_zone", "config_drive", "key_name", "power_state", "task_state", "vm_state", "user_id"]);

const paging = ["limit", "marker", "sort_key", "sort_dir", "all_tenants", "project_id", "tenant_id", "status", "deleted"];
const known = new Set([
  ...paging,
  ...Object.keys(forAll),
  ...Object.keys(forAdmins),
  "created_at",
  "launched_at",
  "progress",
  "terminated_at",
]);

function refuseUnknown(query: RawQuery): void {
  const unknown = Object.keys(query).find((key) => !known.has(key));
  if (unknown !== undefined) throw invalid(`Additional properties are not allowed ('${unknown.slice(0, 100)}' was unexpected)`);
}

function filtersOf(world: ComputeWorld, request: Request): Filter[] {
  const { query, microversion } = request;
  const allFilters = mayUseAll(request);
  const filters = statusFilters(world, request);
  for (const key of Object.keys(query)) {
    const mayUse = allFilters || (microversion >= 83 && opened.has(key));
    const make = Object.hasOwn(forAll, key) ? forAll[key] : mayUse && Object.hasOwn(forAdmins, key) ? forAdmins[key] : undefined;
    const value = lastValueOf(query, key);
    if (make && value !== undefined && served(key, microversion)) filters.push(make(world, value));
  }
  return filters;
}

function served(key: string, minor: number): boolean {
  if (key.includes("tags")) return minor >= 26;
  if (key === "changes-before") return minor >= 66;
  return key !== "locked" || minor >= 73;
}

/** No deleted server is kept, so asking for those gives none; only administrators may ask. */
function statusFilters(world: ComputeWorld, request: Request): Filter[] {
  const { query } = request;
  const wanted = valuesOf(query, "status").map((status) => status.toUpperCase());
  const deleted = wanted.includes("DELETED") || (mayUseAll(request) && isTrue(lastValueOf(query, "deleted")));
  if (wanted.includes("DELETED") && !request.auth.isAdmin)
    throw new KumulusError("Forbidden", "Only administrators may list deleted instances");
  if (deleted) return [() => false];
  if (wanted.length === 0) return [];
  const statuses = new Set(wanted.filter((status) => serverStatuses.has(status)));
  return [(server) => statuses.has(shownState(server, world.pendingActions(server)).status)];
}

function addressFilter(pattern: string, version: 4 | 6): Filter {
  const matches = textFilter(pattern, version === 4 ? "ip" : "ip6");
  return ({ status }) => (status?.addresses ?? []).some(({ address }) => address.includes(":") === (version === 6) && matches(address));
}

function tagFilter(value: string, keeps: (has: (tag: string) => boolean, wanted: readonly string[]) => boolean): Filter {
  const wanted = value.split(",");
  return ({ spec }) => keeps((tag) => spec.tags?.includes(tag) ?? false, wanted);
}

function since(value: string, field: string, keeps: (time: number, limit: number) => boolean): Filter {
  const hasZone = /[zZ]$|[+-]\d\d:?\d\d$/.test(value);
  const limit = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(hasZone || value.length <= 10 ? value : `${value}Z`) : Number.NaN;
  if (Number.isNaN(limit)) throw invalid(`Invalid filter field: ${field}.`);
  return (server) => keeps(Date.parse(updated(server)), limit);
}

type Value = string | number | boolean | null;
const sortValues: Record<string, (server: Server, world: ComputeWorld) => Value> = {
  created_at: createdAt,
  updated_at: updated,
  display_name: displayNameOf,
  uuid: idOf,
  hostname: (server) => server.status?.hostname ?? hostnameOf(server),
  host: ({ status }) => status?.node ?? null,
  node: ({ status }) => status?.node ?? null,
  image_ref: ({ spec }) => spec.imageRef?.name ?? null,
  instance_type_id: ({ spec }) => spec.flavorRef.name,
  key_name: (server) => notedKeyName(server) ?? null,
  launched_at: ({ status }) => status?.launchedAt ?? null,
  locked: ({ spec }) => spec.locked ?? false,
  availability_zone: ({ spec }) => spec.availabilityZone ?? null,
  config_drive: ({ spec }) => spec.configDrive ?? false,
  auto_disk_config: ({ spec }) => spec.diskConfig === "AUTO",
  access_ip_v4: ({ spec }) => spec.accessIPv4 ?? null,
  access_ip_v6: ({ spec }) => spec.accessIPv6 ?? null,
  display_description: ({ spec }) => spec.description ?? null,
  project_id: ({ metadata }, world) => world.projectOf(metadata.namespace),
  user_id: createdBy,
  power_state: (server, world) => shownState(server, world.pendingActions(server)).powerState,
  task_state: (server, world) => shownState(server, world.pendingActions(server)).taskState,
  vm_state: (server, world) => shownState(server, world.pendingActions(server)).vmState,
};

function order(world: ComputeWorld, servers: readonly Server[], query: RawQuery): Server[] {
  const allowed = Object.keys(sortValues);
  const keys = sortOrder(query, { allowed, fallback: [{ key: "created_at", descending: true }], descending: true });
  return sorted(servers, keys, (server, key) => sortValues[key]?.(server, world), idOf);
}
