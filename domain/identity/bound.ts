// What an identity object names, and the note that ties it to those very objects: a later object of an old name must not get what was meant for the first.
import type { AccessRule } from "../../models/identity/access-rule.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Credential } from "../../models/identity/credential.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import type { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject, LocalRef } from "../../models/kind.ts";

/** Annotation with the uids of the objects that it was bound to. */
export const boundAnnotation = "identity.kumulus.cloud/bound-to";

export interface Reference {
  readonly kind: Kind;
  readonly name: string;
}

const to = (kind: Kind, ref: LocalRef | undefined): Reference[] => (ref ? [{ kind, name: ref.name }] : []);
const roles = (refs: readonly LocalRef[] = []) => refs.flatMap((ref) => to(Role, ref));

export const accessRuleReferences = ({ spec }: AccessRule): Reference[] => to(User, spec.userRef);

export const impliedRoleReferences = ({ spec }: ImpliedRole): Reference[] => [
  ...to(Role, spec.priorRoleRef),
  ...to(Role, spec.impliedRoleRef),
];

/** What is given, to whom, and where. */
export const roleAssignmentReferences = ({ spec }: RoleAssignment): Reference[] => [
  ...to(Role, spec.roleRef),
  ...to(User, spec.userRef),
  ...to(Group, spec.groupRef),
  ...to(Tenant, spec.tenantRef),
  ...to(Domain, spec.domainRef),
];

export const credentialReferences = ({ spec }: Credential): Reference[] => [...to(User, spec.userRef), ...to(Tenant, spec.tenantRef)];

export const applicationCredentialReferences = ({ spec }: ApplicationCredential): Reference[] => [
  ...to(User, spec.userRef),
  ...to(Tenant, spec.tenantRef),
  ...roles(spec.roleRefs),
];

export const trustReferences = ({ spec }: Trust): Reference[] => [
  ...to(User, spec.trustorRef),
  ...to(User, spec.trusteeRef),
  ...to(Tenant, spec.tenantRef),
  ...to(Trust, spec.redelegatedTrustRef),
  ...roles(spec.roleRefs),
];

export const isGone = (object: KubeObject | undefined): boolean => object === undefined || object.metadata.deletionTimestamp !== undefined;

/** Value of the annotation for an object that names these, in the order of its references. Undefined when one of them is not there. */
export function boundTo(named: readonly (KubeObject | undefined)[]): string | undefined {
  return named.some(isGone) ? undefined : named.map((object) => object?.metadata.uid ?? "").join(",");
}

/** Whether an object is bound to what stands under the names in it now. */
export function isBound(object: KubeObject, named: readonly (KubeObject | undefined)[]): boolean {
  const bound = object.metadata.annotations?.[boundAnnotation];
  return bound !== undefined && !isGone(object) && bound === boundTo(named);
}

/** The same for what an administrator makes: until it is bound it stands for whatever has the names. */
export function standsFor({ metadata }: KubeObject, named: readonly (KubeObject | undefined)[]): boolean {
  const now = boundTo(named);
  const bound = metadata.annotations?.[boundAnnotation];
  return now !== undefined && (bound === undefined || bound === now);
}
