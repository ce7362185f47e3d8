// What application credentials, access rules, credentials and trusts name, in the order in which they are bound to it.
import type { AccessRule } from "../../models/identity/access-rule.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Credential } from "../../models/identity/credential.ts";
import { Role } from "../../models/identity/role.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, LocalRef } from "../../models/kind.ts";

export interface Reference {
  readonly kind: Kind;
  readonly name: string;
}

const to = (kind: Kind, ref: LocalRef | undefined): Reference[] => (ref ? [{ kind, name: ref.name }] : []);
const roles = (refs: readonly LocalRef[] = []) => refs.flatMap((ref) => to(Role, ref));

export const accessRuleReferences = ({ spec }: AccessRule): Reference[] => to(User, spec.userRef);

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
