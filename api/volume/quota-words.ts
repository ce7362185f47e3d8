// Cinder's words for limits, those of each volume type included, and what a project uses of them.
import { type TSchema, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import { type LimitKey, typedQuotaKeys } from "../../domain/quota.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import { exact } from "../compute/fields.ts";
import type { NewLimits } from "../project-limits.ts";
import type { VolumeWorld } from "./world.ts";

type Words = Readonly<Record<string, LimitKey>>;

const always: Words = {
  volumes: "volumes",
  snapshots: "snapshots",
  gigabytes: "gigabytes",
  per_volume_gigabytes: "perVolumeGigabytes",
  backups: "backups",
  backup_gigabytes: "backupGigabytes",
  groups: "groups",
};

/** Every word, and what it limits. */
export function limitWords(world: VolumeWorld): Words {
  const typed = world.types.list().flatMap((type) => typedQuotaKeys(displayNameOf(type)));
  return { ...always, ...Object.fromEntries(typed.map((key) => [key, key])) };
}

/** One value for each word. */
export const viewed = (world: VolumeWorld, value: (key: LimitKey) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(limitWords(world)).map(([word, key]) => [word, value(key)]));

/** What the project uses, by Cinder's words; a word that is missing has nothing that could be used. */
export function countedOf(world: VolumeWorld, tenant: Tenant | undefined): Readonly<Record<string, number>> {
  const namespace = tenant?.status?.namespace;
  const used: Record<string, number> = { volumes: 0, gigabytes: 0 };
  for (const volume of namespace === undefined ? [] : world.volumes.list(namespace)) {
    const type = world.typeOf(volume);
    const typed = type ? typedQuotaKeys(displayNameOf(type)) : [];
    for (const word of ["volumes", "gigabytes", ...typed]) {
      used[word] = (used[word] ?? 0) + (word.startsWith("gigabytes") ? volume.spec.sizeGiB : 1);
    }
  }
  return used;
}

const NewLimit = Type.Union([Type.Integer({ minimum: -1, maximum: 0x7fffffff }), Type.String({ pattern: "^(-1|[0-9]{1,9})$" })]);

/** Which words there are depends on the volume types: they are looked at later. */
export const newLimitsBody = (key: string): TSchema =>
  exact({ [key]: Type.Object({ tenant_id: Type.Optional(Type.String()) }, { additionalProperties: NewLimit }) });

/** What a body asks for. Invalid (400) for a word that is none. */
export function newLimits(world: VolumeWorld, body: Readonly<Record<string, unknown>>): NewLimits {
  const words = limitWords(world);
  const wanted = Object.entries(body).filter(([word]) => word !== "tenant_id");
  const bad = wanted.filter(([word]) => words[word] === undefined).map(([word]) => word.slice(0, 100));
  if (bad.length > 0) throw new KumulusError("Invalid", `Bad key(s) in quota set: ${bad.join(",")}`);
  return Object.fromEntries(wanted.map(([word, value]) => [words[word], Number(value)]));
}
