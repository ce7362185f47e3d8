// What a list of domain-owned objects begins with: an index where the query names a name or a domain, else all.
import type { KubeObject } from "../../models/kind.ts";
import { lastValueOf } from "../http/query.ts";
import type { RawQuery } from "../http/route.ts";
import type { Store } from "../http/store.ts";
import { domainIndex, type IdentityWorld, plainNameIndex } from "./world.ts";

/** The filters still run on what this gives. */
export function candidates<T extends KubeObject>(world: IdentityWorld, store: Store<T>, { query }: { query: RawQuery }): readonly T[] {
  const name = lastValueOf(query, "name");
  if (name !== undefined) return store.byIndex(plainNameIndex, name.toLowerCase());
  const domainId = lastValueOf(query, "domain_id");
  if (domainId === undefined || domainId === "") return store.list();
  const domain = world.byId(world.domains, domainId);
  if (domain) return store.byIndex(domainIndex, domain.metadata.name);
  return [];
}
