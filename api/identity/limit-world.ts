// What the routes of limits read: the stores, and which ids Keystone's clients give to what a limit names.
import { randomUUID } from "node:crypto";
import { KumulusError } from "../../domain/errors.ts";
import { idLabel, idOf } from "../../domain/id.ts";
import { Limit } from "../../models/identity/limit.ts";
import { RegisteredLimit } from "../../models/identity/registered-limit.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Store, Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import type { Catalog } from "./catalog.ts";
import type { IdentityWorld } from "./world.ts";

export interface LimitWorld {
  readonly world: IdentityWorld;
  readonly limits: Store<Limit>;
  readonly registered: Store<RegisteredLimit>;
  /** Type that limits name the service by; undefined for a service that is not there. */
  serviceType(id: string): string | undefined;
  /** "" for a service that is not there. */
  serviceId(type: string): string;
  hasRegion(id: string): boolean;
  /** Limits of projects and domains that differ from a registered one. */
  limitsOf(registered: RegisteredLimit): readonly Limit[];
}

export const limitWorldRights = [
  storeRights(Limit, "create", "update", "delete"),
  storeRights(RegisteredLimit, "create", "update", "delete"),
] as const;

/** Cinder stands in catalogs under a version's name. */
const plainType = (type: string): string => (/^(volumev[23]|block-storage)$/.test(type) ? "volume" : type);

export function limitWorld({ stores, world, catalog }: { stores: Stores; world: IdentityWorld; catalog: Catalog }): LimitWorld {
  const [limits, registered] = [stores.of(Limit), stores.of(RegisteredLimit)];
  limits.cache.addIndex("registered", ({ spec }) => [spec.registeredLimitRef.name]);
  limits.cache.addIndex("holder", ({ spec }) => [spec.tenantRef ? `project/${spec.tenantRef.name}` : `domain/${spec.domainRef?.name}`]);
  return {
    world,
    limits,
    registered,
    serviceType(id) {
      const service = catalog.services().find((each) => idOf(each) === id);
      return service && plainType(service.spec.type);
    },
    serviceId(type) {
      const service = catalog.services().find(({ spec }) => plainType(spec.type) === type);
      return service ? idOf(service) : "";
    },
    hasRegion: (id) => catalog.regionById(id) !== undefined,
    limitsOf: ({ metadata }) => limits.byIndex("registered", metadata.name),
  };
}

/** With a fresh OpenStack id: its name says what it is. */
export function withId<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [idLabel]: randomUUID() } } };
}

/** Keystone's words for a body that names something that is not there. */
export function notFoundIn(attribute: string, target: string): KumulusError {
  const rest = "The server could not comply with the request since it is either malformed or otherwise incorrect.";
  return new KumulusError("Invalid", `Expecting to find ${attribute} in ${target}. ${rest} The client is assumed to be in error.`);
}

/** All or none: what was made is taken back when one is refused. */
export async function createAll<T extends KubeObject>(store: Store<T>, objects: readonly T[], what: string): Promise<T[]> {
  const duplicate = () => new KumulusError("Conflict", `Conflict occurred attempting to store ${what} - Duplicate entry.`);
  const names = new Set(objects.map(({ metadata }) => metadata.name));
  if (names.size < objects.length || [...names].some((name) => store.get(name))) throw duplicate();
  const made: T[] = [];
  try {
    for (const object of objects) made.push(await store.create(object));
    return made;
  } catch (error) {
    await Promise.all(made.map((object) => store.delete(object)));
    throw error instanceof KumulusError && error.code === "Conflict" ? duplicate() : error;
  }
}
