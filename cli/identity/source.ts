// What a Keystone database says, from its tables: domains, projects, roles, users, groups and who has which role. Pure.
import { formOf } from "../../domain/identity/hash-forms.ts";
import type { UserOptions } from "../../models/identity/user.ts";
import type { Row, Tables } from "./sql-dump.ts";

export interface SourceUser {
  id: string;
  name: string;
  domain: string;
  enabled: boolean;
  extra: Record<string, unknown>;
  project: string | undefined;
  hash: string | undefined;
  options: UserOptions;
}

export interface SourceProject {
  id: string;
  name: string;
  domain: string;
  parent: string | undefined;
  description: string | undefined;
  enabled: boolean;
  tags: string[];
}

export interface SourceAssignment {
  role: string;
  actor: { kind: "user" | "group"; id: string };
  target: { kind: "project" | "domain"; id: string } | { kind: "system" };
  inherited: boolean;
}

export interface Source {
  domains: { id: string; name: string; description: string | undefined; enabled: boolean }[];
  projects: SourceProject[];
  roles: { id: string; name: string; domain: string | undefined; description: string | undefined }[];
  users: SourceUser[];
  groups: { id: string; name: string; domain: string; description: string | undefined }[];
  /** Ids of a user's groups. */
  memberships: Map<string, string[]>;
  assignments: SourceAssignment[];
  implied: { prior: string; implied: string }[];
}

export interface ReadSource {
  source: Source;
  /** What can not be imported, and why: one sentence each. */
  refusals: string[];
  /** What is left out by design. */
  notes: string[];
}

const read = [
  "project",
  "project_tag",
  "role",
  "implied_role",
  "user",
  "local_user",
  "password",
  "user_option",
  "nonlocal_user",
  "federated_user",
];
const others = ["group", "user_group_membership", "assignment", "system_assignment"];
/** Left out with a note. */
const passedOver: Readonly<Record<string, string>> = {
  credential: "credentials (their secrets are encrypted by keys outside of the database)",
  trust: "trusts",
  application_credential: "application credentials (their users make new ones)",
};
export const sourceTables: ReadonlySet<string> = new Set([...read, ...others, ...Object.keys(passedOver)]);

/** Keystone's root of all domains, and its word for no domain. */
const root = "<<keystone.domain.root>>";
const none = "<<null>>";

const optionNames: Readonly<Record<string, keyof UserOptions>> = {
  "1000": "ignoreChangePasswordUponFirstUse",
  "1001": "ignorePasswordExpiry",
  "1002": "ignoreLockoutFailureAttempts",
  "1003": "lockPassword",
  "1004": "ignoreUserInactivity",
  MFAR: "multiFactorAuthRules",
  MFAE: "multiFactorAuthEnabled",
};

const text = (row: Row, column: string): string => row[column] ?? "";
const optional = (row: Row, column: string): string | undefined => row[column] || undefined;
const flag = (row: Row, column: string, otherwise: boolean): boolean => {
  const value = row[column];
  return value === null || value === undefined ? otherwise : /^(1|true|t|yes)$/i.test(value);
};

function json(value: string | null | undefined): unknown {
  try {
    return value ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

function extraOf(row: Row): Record<string, unknown> {
  const extra = json(row.extra);
  return typeof extra === "object" && extra !== null ? (extra as Record<string, unknown>) : {};
}

const described = (row: Row): string | undefined => {
  const { description } = extraOf(row);
  return optional(row, "description") ?? (typeof description === "string" && description ? description : undefined);
};

/** The newest password of each local user. */
function newestHashes(rows: readonly Row[]): Map<string, string> {
  const age = (row: Row) => Number(row.created_at_int ?? row.id ?? 0);
  const sorted = rows.toSorted((a, b) => age(a) - age(b));
  return new Map(sorted.flatMap((row) => (row.password_hash ? [[text(row, "local_user_id"), row.password_hash] as const] : [])));
}

function optionsOf(rows: readonly Row[]): UserOptions {
  const known = rows.flatMap((row) => {
    const name = optionNames[text(row, "option_id")];
    const value = json(row.option_value);
    return name && value !== undefined && value !== null ? [[name, value] as const] : [];
  });
  return Object.fromEntries(known);
}

function usersOf(rowsOf: (table: string) => readonly Row[], refusals: string[]): SourceUser[] {
  const locals = new Map(rowsOf("local_user").map((row) => [text(row, "user_id"), row]));
  const remotes = new Map(rowsOf("nonlocal_user").map((row) => [text(row, "user_id"), row]));
  const federated = new Map(rowsOf("federated_user").map((row) => [text(row, "user_id"), row]));
  const hashes = newestHashes(rowsOf("password"));
  const options = Map.groupBy(rowsOf("user_option"), (row) => text(row, "user_id"));
  return rowsOf("user").flatMap((row) => {
    const id = text(row, "id");
    const local = locals.get(id);
    // A CSV file has the name and the hash in the user's own row.
    const name = local?.name ?? remotes.get(id)?.name ?? row.name;
    if (!name) {
      const from = federated.get(id);
      refusals.push(`user ${id}: ${from ? `it comes from the identity provider ${from.idp_id}` : "it has no name"}`);
      return [];
    }
    const found = (local && hashes.get(text(local, "id"))) ?? row.password_hash ?? undefined;
    const hash = found !== undefined && formOf(found) ? found : undefined;
    if (found !== undefined && hash === undefined)
      refusals.push(`password of user ${name} (${id}): its hash is of a form that is not known here; the user is made without one`);
    const extra = extraOf(row);
    const more = Object.fromEntries(["email", "description"].flatMap((key) => (row[key] ? [[key, row[key]]] : [])));
    return [
      {
        id,
        name,
        domain: text(row, "domain_id"),
        enabled: flag(row, "enabled", true),
        extra: { ...extra, ...more },
        project: optional(row, "default_project_id"),
        hash,
        options: optionsOf(options.get(id) ?? []),
      },
    ];
  });
}

function assignmentsOf(rowsOf: (table: string) => readonly Row[], refusals: string[]): SourceAssignment[] {
  return [...rowsOf("assignment"), ...rowsOf("system_assignment")].flatMap((row) => {
    const [, actor = "", target = ""] = /^(User|Group)(Project|Domain|System)$/.exec(text(row, "type")) ?? [];
    if (!actor) {
      refusals.push(`assignment of role ${text(row, "role_id")} to ${text(row, "actor_id")}: its type ${text(row, "type")} is not known`);
      return [];
    }
    const kind = actor === "User" ? ("user" as const) : ("group" as const);
    const place = target === "Project" ? ("project" as const) : ("domain" as const);
    return [
      {
        role: text(row, "role_id"),
        actor: { kind, id: text(row, "actor_id") },
        target: target === "System" ? { kind: "system" as const } : { kind: place, id: text(row, "target_id") },
        inherited: flag(row, "inherited", false),
      },
    ];
  });
}

function projectsOf(rows: readonly Row[], tags: ReadonlyMap<string, Row[]>): SourceProject[] {
  return rows.map((row) => {
    const [id, domain, parent] = [text(row, "id"), text(row, "domain_id"), optional(row, "parent_id")];
    return {
      id,
      name: text(row, "name"),
      domain,
      parent: parent === domain ? undefined : parent,
      description: described(row),
      enabled: flag(row, "enabled", true),
      tags: (tags.get(id) ?? []).map((tag) => text(tag, "name")),
    };
  });
}

export function readSource(tables: Tables): ReadSource {
  const refusals: string[] = [];
  const rowsOf = (table: string) => tables.get(table) ?? [];
  const places = rowsOf("project").filter((row) => row.id !== root);
  const isDomain = (row: Row) => flag(row, "is_domain", false);
  const noDomain = (value: string | undefined) => (value === none ? undefined : value);
  const source: Source = {
    domains: places
      .filter(isDomain)
      .map((row) => ({ id: text(row, "id"), name: text(row, "name"), description: described(row), enabled: flag(row, "enabled", true) })),
    projects: projectsOf(
      places.filter((row) => !isDomain(row)),
      Map.groupBy(rowsOf("project_tag"), (row) => text(row, "project_id")),
    ),
    roles: rowsOf("role").map((row) => ({
      id: text(row, "id"),
      name: text(row, "name"),
      domain: noDomain(optional(row, "domain_id")),
      description: described(row),
    })),
    users: usersOf(rowsOf, refusals),
    groups: rowsOf("group").map((row) => ({
      id: text(row, "id"),
      name: text(row, "name"),
      domain: text(row, "domain_id"),
      description: described(row),
    })),
    memberships: new Map(
      [...Map.groupBy(rowsOf("user_group_membership"), (row) => text(row, "user_id"))].map(([user, rows]) => [
        user,
        rows.map((row) => text(row, "group_id")),
      ]),
    ),
    assignments: assignmentsOf(rowsOf, refusals),
    implied: rowsOf("implied_role").map((row) => ({ prior: text(row, "prior_role_id"), implied: text(row, "implied_role_id") })),
  };
  const notes = Object.entries(passedOver).flatMap(([table, what]) =>
    rowsOf(table).length > 0 ? [`${rowsOf(table).length} ${what} are not imported`] : [],
  );
  return { source, refusals, notes };
}
