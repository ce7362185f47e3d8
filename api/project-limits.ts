// Limits as the quota APIs of all services read and write them: a project's own Limits, what its Tenant says, and the registered defaults.
import { isCode } from "../domain/errors.ts";
import {
  defaultLimitOf,
  type LimitKey,
  type LimitSource,
  limitOf,
  ownLimit,
  projectLimit,
  quotaFields,
  registeredLimitOf,
} from "../domain/quota.ts";
import type { Right } from "../domain/rights.ts";
import { Limit } from "../models/identity/limit.ts";
import { RegisteredLimit } from "../models/identity/registered-limit.ts";
import { Tenant } from "../models/identity/tenant.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import type { Store, Stores } from "./http/store.ts";
import { storeRights } from "./http/store-rights.ts";

/** New limits by what they limit. */
export type NewLimits = Partial<Record<LimitKey, number>>;

const entriesOf = (values: NewLimits) => Object.entries(values) as [LimitKey, number][];
const conflictRetries = 3;

export const projectLimitsRights: readonly Right[] = [
  storeRights(Limit, "create", "patch", "delete"),
  storeRights(RegisteredLimit, "create", "patch"),
  storeRights(Tenant, "patch"),
];

/** Changes an object, or makes it where it is not there: others may make or delete it at the same time. */
async function upsert<T extends KubeObject>(store: Store<T>, object: T, known: boolean, patch: object): Promise<void> {
  for (let attempt = 0, exists = known; ; attempt += 1, exists = !exists) {
    try {
      await (exists ? store.patch(object, patch) : store.create(object));
      return;
    } catch (error) {
      if (!isCode(error, exists ? "NotFound" : "Conflict") || attempt === conflictRetries) throw error;
    }
  }
}

export class ProjectLimits {
  readonly #tenants: Store<Tenant>;
  readonly #limits: Store<Limit>;
  readonly #registered: Store<RegisteredLimit>;
  readonly #source: LimitSource;

  constructor(stores: Stores) {
    [this.#tenants, this.#limits, this.#registered] = [stores.of(Tenant), stores.of(Limit), stores.of(RegisteredLimit)];
    this.#source = { get: <T extends KubeObject>(kind: Kind<T>, name: string) => stores.of(kind).get(name) };
  }

  /** The limit in force, of a project that is not there the default; -1 is no limit. */
  of(tenant: Tenant | undefined, key: LimitKey): number {
    return limitOf(this.#source, tenant, key);
  }

  defaultOf(key: LimitKey): number {
    return defaultLimitOf(this.#source, key);
  }

  /** Whether somebody gave the project a limit of its own for one of these. */
  hasOwn(tenant: Tenant, keys: readonly LimitKey[]): boolean {
    const said: Readonly<Record<string, number>> = { ...tenant.spec.quota };
    return keys.some((key) => said[key] !== undefined || ownLimit(this.#source, tenant, key) !== undefined);
  }

  /** Gives the project Limits. */
  async set(tenant: Tenant, values: NewLimits): Promise<void> {
    await Promise.all(
      entriesOf(values).map(async ([key, value]) => {
        await this.#register(key);
        const limit = projectLimit(tenant, key, value);
        const { annotations } = limit.metadata;
        const known = this.#limits.get(limit.metadata.name) !== undefined;
        await upsert(this.#limits, limit, known, { metadata: { annotations }, spec: { resourceLimit: value } });
      }),
    );
  }

  /** Takes the project's Limits away, and what its Tenant says: the defaults hold again. */
  async reset(tenant: Tenant, keys: readonly LimitKey[]): Promise<void> {
    const said = quotaFields.filter((field) => keys.includes(field) && tenant.spec.quota?.[field] !== undefined);
    if (said.length > 0) await this.#tenants.patch(tenant, { spec: { quota: Object.fromEntries(said.map((field) => [field, null])) } });
    const own = keys.flatMap((key) => ownLimit(this.#source, tenant, key) ?? []);
    await Promise.all(own.map((limit) => this.#limits.delete(limit)));
  }

  /** Changes the defaults of all projects. */
  async setDefaults(values: NewLimits): Promise<void> {
    await Promise.all(
      entriesOf(values).map(async ([key, value]) => {
        const made = registeredLimitOf(key);
        const registered = { ...made, spec: { ...made.spec, defaultLimit: value } };
        const known = this.#registered.get(made.metadata.name) !== undefined;
        await upsert(this.#registered, registered, known, { spec: { defaultLimit: value } });
      }),
    );
  }

  /** Keystone has no limit of a project without a registered one. */
  async #register(key: LimitKey): Promise<void> {
    const registered = registeredLimitOf(key);
    if (this.#registered.get(registered.metadata.name)) return;
    try {
      await this.#registered.create(registered);
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
    }
  }
}
