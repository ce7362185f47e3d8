// Policy as data: rule name → who may. One table per service, under OpenStack's default rule names.
import { type Check, type Credentials, compileRules, type PolicyTarget } from "../../domain/policy/rules.ts";
import type { Auth } from "./auth.ts";

export type { PolicyTarget } from "../../domain/policy/rules.ts";

type Scope = "project" | "domain" | "system" | "none";

/** A rule by the least role that is needed. */
export interface RoleRule {
  /**
   * Least role. `any`: every valid token. `service`: the role service (or admin). Roles imply each other: admin ⊃ manager ⊃ member ⊃ reader.
   * Whose object it is, is not the table's matter: a Store shows other projects' objects to nobody but admins.
   */
  readonly role: "any" | "reader" | "member" | "manager" | "admin" | "service";
  /** Kinds of scope that fit; every kind when absent. */
  readonly scope?: readonly Scope[];
}

/** A rule in oslo.policy's language. */
export interface CheckRule {
  readonly check: string;
  /** Kinds of scope that fit; every kind when absent. */
  readonly scope?: readonly Scope[];
}

/** A text is a CheckRule without scopes; other rules can name it as `rule:NAME`. */
export type PolicyRule = string | CheckRule | RoleRule;

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

function scopeOf(auth: Auth): Scope {
  if (auth.project) return "project";
  if (auth.domainId !== undefined) return "domain";
  return auth.system ? "system" : "none";
}

function checkOf(rule: PolicyRule): string {
  if (typeof rule === "string") return rule;
  if ("check" in rule) return rule.check;
  if (rule.role === "any") return "@";
  return rule.role === "service" ? "role:service or role:admin" : `role:${rule.role}`;
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
};

const credentialsOf =
  (auth: Auth): Credentials =>
  (name) =>
    attributes[name]?.(auth);

const compiled = new WeakMap<PolicyTable, ReadonlyMap<string, Check>>();

function checksOf(table: PolicyTable): ReadonlyMap<string, Check> {
  let checks = compiled.get(table);
  if (!checks) {
    checks = compileRules(Object.fromEntries(Object.entries(table).map(([name, rule]) => [name, checkOf(rule)])));
    compiled.set(table, checks);
  }
  return checks;
}

/**
 * Whether a token fulfils a rule of the table. `target` is what is acted on; rules that name `project_id` or `user_id` mean the token's own where it
 * says nothing else, as in OpenStack's services.
 */
export function isAllowed(table: PolicyTable, name: string, auth: Auth, target: PolicyTarget = {}): boolean {
  const rule = table[name];
  const check = checksOf(table).get(name);
  if (rule === undefined || !check) throw new Error(`there is no policy rule ${name}`);
  if (auth.userId === "") return false;
  if (typeof rule !== "string" && rule.scope && !rule.scope.includes(scopeOf(auth))) return false;
  return check(credentialsOf(auth), { project_id: auth.project?.id, user_id: auth.userId, ...target });
}
