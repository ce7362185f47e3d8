// When two names are the same: Keystone's databases do not tell upper from lower case, and a name is taken once in its domain.
import type { KubeObject } from "../../models/kind.ts";
import { displayNameOf } from "../id.ts";

export type NamedInDomain = KubeObject & { spec: { displayName?: string; domainRef?: { name: string } } };

/** `domain` is the Domain's Kubernetes name; "" for what belongs to none. */
export const nameKey = (domain: string, name: string): string => `${domain}/${name.toLowerCase()}`;

export const nameKeyOf = (object: NamedInDomain): string => nameKey(object.spec.domainRef?.name ?? "", displayNameOf(object));
