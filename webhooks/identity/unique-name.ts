// Admission of what has a name that OpenStack's clients use: no two of one kind have the same in one domain.
import { displayNameOf } from "../../domain/id.ts";
import { type NamedInDomain, nameKeyOf } from "../../domain/identity/names.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { Role } from "../../models/identity/role.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind } from "../../models/kind.ts";
import { defineRules, isLeaving, isSame, type Rules, refuse, type Verdict, type View } from "../rules.ts";

export function nameFree<T extends NamedInDomain>(kind: Kind<T>, object: T, view: View): Verdict {
  const index = { name: "name-in-domain", values: (each: T) => [nameKeyOf(each)] };
  const twin = view.byIndex(kind, index, nameKeyOf(object)).find((other) => !isSame(other, object) && !isLeaving(other));
  const message = `There is another ${kind.kind} with the name ${displayNameOf(object)}${object.spec.domainRef ? " in that domain" : ""}: ${twin?.metadata.name}.`;
  return twin && refuse("Conflict", "DuplicateName", message, [twin]);
}

const uniqueName = <T extends NamedInDomain>(kind: Kind<T>): Rules =>
  defineRules<T>({
    kind,
    create: (object, view) => nameFree(kind, object, view),
    update: (object, old, view) => (nameKeyOf(object) === nameKeyOf(old) ? undefined : nameFree(kind, object, view)),
  });

export const uniqueNameRules: readonly Rules[] = [uniqueName(Domain), uniqueName(User), uniqueName(Group), uniqueName(Role)];
