// Admission of Tenants: a name is taken once in its domain, and a project is below one of its own domain, not too deep.
import { maxProjectDepth } from "../../domain/identity/hierarchy.ts";
import { nameKeyOf } from "../../domain/identity/names.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { defineRules, firstOf, refTo, refuse, type Verdict, type View } from "../rules.ts";
import { nameFree } from "./unique-name.ts";

/** From the parent upwards, as far as it is there; no further than may be. */
function above(tenant: Tenant, view: View): Tenant[] {
  const found: Tenant[] = [];
  for (let ref = tenant.spec.parentRef; ref && found.length < maxProjectDepth; ) {
    const parent: Tenant | undefined = view.get(Tenant, ref.name);
    if (parent) found.push(parent);
    ref = parent?.spec.parentRef;
  }
  return found;
}

/** A parent that is not there yet may come later. */
function fitsInTree(tenant: Tenant, view: View): Verdict {
  const { domainRef, parentRef } = tenant.spec;
  if (parentRef?.name === tenant.metadata.name) return refuse("Invalid", "ParentInvalid", "A project can not be its own parent.");
  const ancestors = above(tenant, view);
  const [parent] = ancestors;
  if (parent && parent.spec.domainRef.name !== domainRef.name) {
    return refuse("Invalid", "ParentInvalid", `The parent ${parent.metadata.name} belongs to another domain.`, [parent]);
  }
  if (ancestors.length < maxProjectDepth) return undefined;
  return refuse("Forbidden", "TooDeep", `Projects are at most ${maxProjectDepth} deep below their domain.`, ancestors);
}

export const tenantRules = defineRules<Tenant>({
  kind: Tenant,
  references: (tenant) => refTo(Tenant, tenant.spec.parentRef, tenant),
  create: (tenant, view) =>
    firstOf(
      () => nameFree(Tenant, tenant, view),
      () => fitsInTree(tenant, view),
    ),
  update: (tenant, old, view) => (nameKeyOf(tenant) === nameKeyOf(old) ? undefined : nameFree(Tenant, tenant, view)),
});
