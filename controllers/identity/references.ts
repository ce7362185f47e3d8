// Which identity objects name which: one index a kind, so that a change of the named one wakes those that name it.
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Caches, ObjectKey, Watch } from "../../operator/contract.ts";
import { watch } from "../../operator/controller/define-controller.ts";

export const referenceIndex = "identity-references";

interface Named {
  name: string;
}

export interface Referring extends KubeObject {
  spec: { domainRef?: Named; userRef?: Named; roleRef?: Named; tenantRef?: Named; passwordSecretRef?: Named };
}

/** `Domain/acme` and so on, for every reference of an object. */
export function referencesOf({ spec }: Referring): string[] {
  const pairs = [
    ["Domain", spec.domainRef],
    ["User", spec.userRef],
    ["Role", spec.roleRef],
    ["Tenant", spec.tenantRef],
    ["Secret", spec.passwordSecretRef],
  ] as const;
  return pairs.flatMap(([kind, ref]) => (ref ? [`${kind}/${ref.name}`] : []));
}

const keysOf = (objects: readonly KubeObject[]): ObjectKey[] => objects.map(({ metadata }) => ({ name: metadata.name }));

/** A change of `named` wakes the objects of `kind` that name it. `accept` leaves out changes that cannot matter. */
export function watchReferenced<U extends KubeObject>(
  kind: Kind<Referring> | Kind<RoleAssignment>,
  named: Kind<U>,
  accept: (object: U) => boolean = () => true,
): Watch<never> {
  return watch(named, (object, caches: Caches) =>
    accept(object) ? keysOf(caches.of(kind as Kind).byIndex(referenceIndex, `${named.kind}/${object.metadata.name}`)) : [],
  );
}
