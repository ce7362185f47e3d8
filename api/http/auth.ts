// Who a request speaks for, and on what: the token's scope as handlers and policies see it.
import { KumulusError } from "../../domain/errors.ts";
import type { Access } from "../../domain/identity/access-rule.ts";

/** A project scope. `tenant` is the Tenant's Kubernetes name, `namespace` the namespace that holds the project's objects. */
export interface ProjectScope {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly namespace: string;
  readonly domainId: string;
}

/** What a checked token says. */
export interface Auth {
  readonly userId: string;
  readonly userName: string;
  /** Kubernetes name of the User. */
  readonly user: string;
  readonly userDomainId: string;
  /** Absent for unscoped, domain-scoped and system-scoped tokens. */
  readonly project?: ProjectScope;
  /** The domain of a domain-scoped token. */
  readonly domainId?: string;
  readonly system: boolean;
  /** Names of the roles on the scope, implied ones included (admin → manager → member → reader). */
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** Says which requests the token is for, where its application credential has access rules. */
  mayAccess?(access: Access): boolean;
}

/** The caller of a public route. */
export const anonymous: Auth = Object.freeze({
  userId: "",
  userName: "",
  user: "",
  userDomainId: "",
  system: false,
  roles: [],
  isAdmin: false,
});

/** Checks a token against its signature, its lifetime and what has been revoked since. Throws Unauthorized. */
export interface Authenticator {
  authenticate(token: string): Auth | Promise<Auth>;
}

/** The project of a token; Forbidden for a token that has none. */
export function projectOf(auth: Auth): ProjectScope {
  if (auth.project) return auth.project;
  throw new KumulusError("Forbidden", "This needs a token that is scoped to a project.");
}
