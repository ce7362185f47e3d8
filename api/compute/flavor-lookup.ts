// Finds the flavor that a client names: by Nova's flavor id, which is any text, else by the object's id.
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Auth } from "../http/auth.ts";
import { mayUseFlavor } from "./access.ts";
import { flavorIDOf } from "./server-parts.ts";
import type { ComputeWorld } from "./world.ts";

/** undefined for a flavor that is not there or that the project may not use. */
export async function findFlavor(world: ComputeWorld, id: string, auth: Auth): Promise<Flavor | undefined> {
  const flavor = world.flavors.byIndex("flavorID", id)[0] ?? (await world.flavors.byId(id));
  return flavor && flavorIDOf(flavor) === id && mayUseFlavor(flavor, auth) ? flavor : undefined;
}
