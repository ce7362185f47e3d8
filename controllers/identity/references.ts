// Which identity objects name which: one index a kind, so that a change of the named one wakes those that name it.
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Caches, ObjectKey, Watch } from "../../operator/contract.ts";
import { watch } from "../../operator/controller/define-controller.ts";

export const referenceIndex = "identity-references";

interface Named {
  name: string;
}

/** Which kind a reference names, by its field. */
const fields = {
  domainRef: "Domain",
  userRef: "User",
  groupRef: "Group",
  roleRef: "Role",
  priorRoleRef: "Role",
  impliedRoleRef: "Role",
  tenantRef: "Tenant",
  parentRef: "Tenant",
  serviceRef: "Service",
  parentRegionRef: "Region",
  passwordSecretRef: "Secret",
} as const;

export interface Referring extends KubeObject {
  spec: { [Field in keyof typeof fields]?: Named };
}

const pairs = Object.entries(fields) as [keyof typeof fields, string][];

/** `Domain/acme` and so on, for every reference of an object. */
export function referencesOf({ spec }: Referring): string[] {
  return pairs.flatMap(([field, kind]) => (spec[field] ? [`${kind}/${spec[field].name}`] : []));
}

const keysOf = (objects: readonly KubeObject[]): ObjectKey[] => objects.map(({ metadata }) => ({ name: metadata.name }));

/** A change of `named` wakes the objects of `kind` that name it. `accept` leaves out changes that cannot matter. */
export function watchReferenced<U extends KubeObject>(
  kind: Kind,
  named: Kind<U>,
  accept: (object: U) => boolean = () => true,
): Watch<never> {
  return watch(named, (object, caches: Caches) =>
    accept(object) ? keysOf(caches.of(kind).byIndex(referenceIndex, `${named.kind}/${object.metadata.name}`)) : [],
  );
}

/** A change of an object of `kind` wakes what it names of the other kind, when that is being deleted and waits for it. */
export function wakeNamed(kind: Kind, named: Kind): Watch<never> {
  return watch(kind, (object, caches: Caches) => {
    const prefix = `${named.kind}/`;
    const names = referencesOf(object as Referring).flatMap((text) => (text.startsWith(prefix) ? [text.slice(prefix.length)] : []));
    return names.filter((name) => caches.of(named).get(name)?.metadata.deletionTimestamp !== undefined).map((name) => ({ name }));
  });
}
