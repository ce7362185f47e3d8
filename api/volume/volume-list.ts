// The list of volumes: whose they are, Cinder's filters and sort keys (Block Storage API v3, "List accessible volumes with details").

import { KumulusError } from "../../domain/errors.ts";
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { isTrue, parseFlag } from "../compute/fields.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { sorted, sortOrder } from "../http/sorting.ts";
import { shownStatus } from "./volume-state.ts";
import { isBootable, zone } from "./volume-view.ts";
import type { VolumeWorld } from "./world.ts";

type Filter = (volume: Volume) => boolean;
type Request = Pick<ApiRequest, "query" | "auth" | "project" | "microversion">;

/** Volumes that the request may see and that its filters let through, in its order. */
export function listVolumes(world: VolumeWorld, request: Request): Volume[] {
  const filters = filtersOf(world, request);
  const volumes = scopeOf(world, request);
  const kept = filters.length === 0 ? volumes : volumes.filter((volume) => filters.every((keeps) => keeps(volume)));
  const keys = sortOrder(request.query, {
    allowed: Object.keys(sortValues),
    fallback: [{ key: "created_at", descending: true }],
    descending: true,
  });
  return sorted(kept, keys, (volume, key) => sortValues[key]?.(volume, world), idOf);
}

/** Others than administrators get their own project's, whatever they ask for. */
function scopeOf(world: VolumeWorld, { query, auth, project }: Request): readonly Volume[] {
  if (!auth.isAdmin || !isTrue(lastValueOf(query, "all_tenants"))) return world.volumes.list(project.namespace);
  const id = lastValueOf(query, "project_id");
  if (id === undefined) return world.volumes.list();
  const namespace = world.tenants.byIndex("id", id)[0]?.status?.namespace;
  return namespace === undefined ? [] : world.volumes.list(namespace);
}

const filters: Record<string, (world: VolumeWorld, value: string) => Filter> = {
  id: (_, value) => (volume) => idOf(volume) === value,
  name: (_, value) => (volume) => displayNameOf(volume) === value,
  display_name: (_, value) => (volume) => displayNameOf(volume) === value,
  "name~": (_, value) => (volume) => displayNameOf(volume).includes(value),
  status: (world, value) => (volume) => shownStatus(volume, world.holders(volume)) === value.toLowerCase(),
  availability_zone:
    (_, value) =>
    ({ spec }) =>
      (spec.availabilityZone ?? zone) === value,
  size:
    (_, value) =>
    ({ spec }) =>
      String(spec.sizeGiB) === value,
  description:
    (_, value) =>
    ({ spec }) =>
      spec.description === value,
  bootable: (_, value) => {
    const wanted = parseFlag(value);
    if (wanted === undefined) throw new KumulusError("Invalid", `bootable=${value.slice(0, 100)} is invalid: it must be true or false.`);
    return (volume) => isBootable(volume) === wanted;
  },
  multiattach:
    (_, value) =>
    ({ spec }) =>
      (spec.multiattach ?? false) === isTrue(value),
  volume_type_id: (world, value) => (volume) => {
    const type = world.typeOf(volume);
    return type !== undefined && idOf(type) === value;
  },
  metadata: (_, value) => {
    const wanted = Object.entries(parseMetadata(value));
    return ({ spec }) => wanted.every(([key, text]) => spec.metadata?.[key] === text);
  },
};

function filtersOf(world: VolumeWorld, { query, microversion }: Request): Filter[] {
  return Object.keys(query).flatMap((key) => {
    const make = Object.hasOwn(filters, key) && (key !== "name~" || microversion >= 34) ? filters[key] : undefined;
    const value = lastValueOf(query, key);
    return make && value !== undefined ? [make(world, value)] : [];
  });
}

/** Clients send a dictionary as Python or as JSON prints it. Invalid (400) for other text. */
export function parseMetadata(text: string): Record<string, string> {
  const pair = /\s*u?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*:\s*u?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|$)/y;
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined || text.length > 4096) throw new KumulusError("Invalid", "Invalid filter metadata: it must be a dictionary.");
  const found: Record<string, string> = {};
  while (pair.lastIndex < inner.trimEnd().length) {
    const match = pair.exec(inner);
    if (!match) throw new KumulusError("Invalid", "Invalid filter metadata: it must be a dictionary of texts.");
    found[unescaped(match[1] ?? match[2] ?? "")] = unescaped(match[3] ?? match[4] ?? "");
  }
  return found;
}

const unescaped = (text: string) => text.replace(/\\(.)/g, "$1");

type Value = string | number | boolean | null;
const sortValues: Record<string, (volume: Volume, world: VolumeWorld) => Value> = {
  created_at: createdAt,
  updated_at: ({ status }) => status?.updatedAt ?? null,
  id: idOf,
  name: displayNameOf,
  display_name: displayNameOf,
  size: ({ spec }) => spec.sizeGiB,
  status: (volume, world) => shownStatus(volume, world.holders(volume)),
  availability_zone: ({ spec }) => spec.availabilityZone ?? zone,
  bootable: isBootable,
  volume_type_id: (volume, world) => world.typeOf(volume)?.metadata.name ?? null,
  host: () => null,
};
