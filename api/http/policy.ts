// Policy as data: rule name → least role and scope. One table per service, under OpenStack's default rule names.
import type { Auth } from "./auth.ts";

export interface PolicyRule {
  /**
   * Least role. `any`: every valid token. `service`: the role service (or admin). Roles imply each other: admin ⊃ manager ⊃ member ⊃ reader.
   * Whose object it is, is not the table's matter: a Store shows other projects' objects to nobody but admins.
   */
  readonly role: "any" | "reader" | "member" | "manager" | "admin" | "service";
  /** Kinds of scope that fit; every kind when absent. */
  readonly scope?: readonly ("project" | "domain" | "system" | "none")[];
}

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

function scopeOf(auth: Auth): "project" | "domain" | "system" | "none" {
  if (auth.project) return "project";
  if (auth.domainId !== undefined) return "domain";
  return auth.system ? "system" : "none";
}

export function isAllowed(rule: PolicyRule, auth: Auth): boolean {
  if (rule.scope && !rule.scope.includes(scopeOf(auth))) return false;
  if (rule.role === "any") return auth.userId !== "";
  return auth.roles.includes(rule.role) || (rule.role === "service" && auth.isAdmin);
}
