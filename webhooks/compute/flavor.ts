// Admission of Flavors: names and ids are used once, since OpenStack clients know a flavor by either.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { defineRules, isLeaving, isSame, refuse, type Verdict, type View } from "../rules.ts";

const flavorId = (flavor: Flavor): string => flavor.spec.flavorID ?? idOf(flavor);

function unique(flavor: Flavor, view: View): Verdict {
  const others = view.list(Flavor).filter((other) => !isSame(other, flavor) && !isLeaving(other));
  const [id, name] = [flavorId(flavor), displayNameOf(flavor)];
  const sameId = others.find((other) => id !== "" && flavorId(other) === id);
  if (sameId) return refuse("Conflict", "FlavorIdExists", `Flavor with ID ${id} already exists.`, [sameId]);
  const sameName = others.find((other) => displayNameOf(other) === name);
  return sameName && refuse("Conflict", "FlavorExists", `Flavor with name ${name} already exists.`, [sameName]);
}

export const flavorRules = defineRules<Flavor>({ kind: Flavor, create: unique, update: (flavor, _old, view) => unique(flavor, view) });
