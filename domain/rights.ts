// What a part of the program may ask of the API server, as data. Whoever makes requests says so beside its code; `npm run generate` writes the chart's roles.
import type { Kind } from "../models/kind.ts";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection" | "manage" | "administer";

export interface Right {
  readonly group: string;
  /** Plural, with the subresource behind it: `servers/status`. */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** In the system namespace only. */
  readonly system?: true;
  /** Objects of these names only. Kubernetes can not limit `create`, `list` and `watch` so. */
  readonly names?: readonly string[];
  /** Why it is needed though no request of ours needs it. */
  readonly unasked?: string;
}

export const right = ({ group, plural }: Kind, ...verbs: Verb[]): Right => ({ group, resource: plural, verbs });

export const rightOn = ({ group, plural }: Kind, subresource: string, ...verbs: Verb[]): Right => ({
  group,
  resource: `${plural}/${subresource}`,
  verbs,
});

/** What a cache needs. */
export const cachedKind = (kind: Kind): Right => right(kind, "list", "watch");

/** What server-side apply needs: to apply what is not there is a creation too. */
export const appliedKind = (kind: Kind): Right => right(kind, "create", "patch");

export const inSystem = (known: Right, ...names: string[]): Right => ({ ...known, system: true, ...(names.length > 0 && { names }) });

export const unasked = (known: Right, why: string): Right => ({ ...known, unasked: why });
