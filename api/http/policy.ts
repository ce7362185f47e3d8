// Policy as data: rule name → who may. One table per service, under OpenStack's default rule names and in oslo.policy's language.
import { type Check, type Credentials, compileRules, type PolicyTarget } from "../../domain/policy/rules.ts";
import type { Auth } from "./auth.ts";

export type { PolicyTarget } from "../../domain/policy/rules.ts";

type Scope = "project" | "domain" | "system" | "none";

/** A rule in oslo.policy's language. */
export interface CheckRule {
  readonly check: string;
  /** Kinds of scope that fit; every kind when absent. A policy file changes the check, not this. */
  readonly scope?: readonly Scope[];
}

/** A text is a CheckRule without scopes. Rules can name each other as `rule:NAME`. */
export type PolicyRule = string | CheckRule;

export type PolicyTable = Readonly<Record<string, PolicyRule>>;

const implied: Readonly<Record<string, readonly string[]>> = {
  admin: ["manager", "member", "reader"],
  manager: ["member", "reader"],
  member: ["reader"],
};

/** The roles and those that they imply, each once. */
export function withImpliedRoles(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [name, ...(implied[name] ?? [])]))];
}

/** Rules of one kind of scope under a common beginning of their names: `rules("volume:", "rule:admin_api", ["project"], "get", …)`. */
export function rules(prefix: string, check: string, scope: readonly Scope[] | undefined, ...names: string[]): PolicyTable {
  return Object.fromEntries(names.map((name) => [`${prefix}${name}`, scope ? { check, scope } : check]));
}

function scopeOf(auth: Auth): Scope {
  if (auth.project) return "project";
  if (auth.domainId !== undefined) return "domain";
  return auth.system ? "system" : "none";
}

/** A token's attributes under the names that rules use (oslo.context). */
const attributes: Readonly<Record<string, (auth: Auth) => string | readonly string[] | undefined>> = {
  user_id: (auth) => auth.userId,
  user_domain_id: (auth) => auth.userDomainId,
  project_id: (auth) => auth.project?.id,
  tenant_id: (auth) => auth.project?.id,
  project_domain_id: (auth) => auth.project?.domainId,
  domain_id: (auth) => auth.domainId,
  system_scope: (auth) => (auth.system ? "all" : undefined),
  roles: (auth) => auth.roles.map((role) => role.toLowerCase()),
  is_admin: (auth) => (auth.isAdmin ? "True" : "False"),
  // No project of this cloud is set apart for administration.
  is_admin_project: () => "True",
};

const credentialsOf =
  (auth: Auth): Credentials =>
  (name) =>
    attributes[name]?.(auth);

const adminRule = "context_is_admin";

/** The rules of one service, ready to be asked. Never changes: a changed policy file makes a new one. */
export class Policy {
  readonly #table: PolicyTable;
  readonly #checks: ReadonlyMap<string, Check>;

  /** `overrides`: expressions of a policy file by rule name. Throws ExpressionError, with the rule's name. */
  constructor(table: PolicyTable, overrides: Readonly<Record<string, unknown>> = {}) {
    const defaults = Object.entries(table).map(([name, rule]) => [name, typeof rule === "string" ? rule : rule.check]);
    this.#table = table;
    this.#checks = compileRules({ ...Object.fromEntries(defaults), ...overrides });
  }

  /**
   * Whether a token fulfils a rule. `target` is what is acted on; rules that name `project_id` or `user_id` mean the token's own where it says
   * nothing else, as in OpenStack's services.
   */
  allows(name: string, auth: Auth, target: PolicyTarget = {}): boolean {
    const rule = this.#table[name];
    const check = this.#checks.get(name);
    if (rule === undefined || !check) throw new Error(`there is no policy rule ${name}`);
    if (auth.userId === "") return false;
    if (typeof rule !== "string" && rule.scope && !rule.scope.includes(scopeOf(auth))) return false;
    return check(credentialsOf(auth), { ...own(auth), ...target });
  }

  /** The token as this service takes it: its rule `context_is_admin` says who is an administrator. */
  judged(auth: Auth): Auth {
    if (this.#table[adminRule] === undefined) return auth;
    const isAdmin = this.allows(adminRule, auth);
    return isAdmin === auth.isAdmin ? auth : { ...auth, isAdmin };
  }
}

/** What belongs to the token itself, under every name that a rule may give to an owner. */
function own({ project, userId }: Auth): PolicyTarget {
  const id = project?.id;
  return {
    user_id: userId,
    project_id: id,
    tenant_id: id,
    owner: id,
    member_id: undefined,
    "network:project_id": id,
    "network:tenant_id": id,
    "security_group:project_id": id,
    "security_group:tenant_id": id,
  };
}
