// From what an identity provider says of somebody to who that is here (Keystone, "Mapping Combinations"). Pure.
import { handsOn, type LocalPart, type MappingRule, type RemotePart } from "./rules.ts";

/** Claims of a token or of the userinfo endpoint. */
export type Assertion = Readonly<Record<string, unknown>>;

export interface DomainRef {
  id?: string;
  name?: string;
}

export interface GroupRef {
  id?: string;
  name?: string;
  domain?: DomainRef;
}

export interface MappedProject {
  name: string;
  roles: string[];
  domain?: DomainRef;
}

export interface Mapped {
  user: { id?: string; name?: string; email?: string; domain?: DomainRef; type: "ephemeral" | "local" };
  groups: GroupRef[];
  projects: MappedProject[];
}

/** `OIDC-email`, `HTTP_OIDC_EMAIL` and `OIDC_CLAIM_email` are what web servers' modules call the claim `email`. */
const plainName = (type: string) =>
  type
    .replace(/^(HTTP_)?OIDC([-_]CLAIM)?[-_]/i, "")
    .toLowerCase()
    .replaceAll("-", "_");

const textsOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === "string") return value.split(";").filter((part) => part !== "");
  return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
};

function claimNamed(claims: Assertion, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  const wanted = plainName(path);
  const key = Object.keys(claims).find((name) => name.toLowerCase().replaceAll("-", "_") === wanted);
  if (key !== undefined) return claims[key];
  const [first = "", ...rest] = path.split(".");
  const inner = rest.length > 0 && Object.hasOwn(claims, first) ? claims[first] : undefined;
  return typeof inner === "object" && inner !== null ? claimNamed(inner as Assertion, rest.join(".")) : undefined;
}

/** Values of a claim; `realm_access.roles` reaches into one. Undefined when the assertion does not have it. */
function valuesOf(claims: Assertion, type: string): string[] | undefined {
  const value = claimNamed(claims, type);
  return value === undefined || value === null ? undefined : textsOf(value);
}

/** A list fits a value by one of its members, or with `regex` by one that is found in it. */
const fits = (list: readonly string[], regex: boolean | undefined) => (value: string) =>
  regex ? list.some((pattern) => new RegExp(pattern).test(value)) : list.includes(value);

/** What a remote part hands on; undefined when it is not fulfilled. */
function answer(part: RemotePart, claims: Assertion): string[] | undefined {
  const values = valuesOf(claims, part.type);
  if (values === undefined) return undefined;
  const { any_one_of: any, not_any_of: none, whitelist, blacklist, regex } = part;
  if (any) return values.some(fits(any, regex)) ? [] : undefined;
  if (none) return values.some(fits(none, regex)) ? undefined : [];
  if (whitelist) return values.filter(fits(whitelist, regex));
  if (blacklist) return values.filter((value) => !fits(blacklist, regex)(value));
  return values;
}

/** The values for `{0}`, `{1}`, …; undefined when one of the parts is not fulfilled. */
function directMaps(remote: readonly RemotePart[], claims: Assertion): string[][] | undefined {
  const maps: string[][] = [];
  for (const part of remote) {
    const values = answer(part, claims);
    if (!values) return undefined;
    if (handsOn(part)) maps.push(values);
  }
  return maps;
}

const filled = (text: string, maps: readonly string[][]) =>
  text.replace(/\{(\d+)\}/g, (_match, digits) => (maps[Number(digits)] ?? []).join(";"));

/** A deep copy with `{n}` filled in everywhere. */
function filledPart<T>(part: T, maps: readonly string[][]): T {
  if (typeof part === "string") return filled(part, maps) as T;
  if (Array.isArray(part)) return part.map((each) => filledPart(each, maps)) as T;
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filledPart(value, maps)])) as T;
}

/** `groups` and `group_ids` are one text that may name many: `{0}` of a claim with many values, `a;b`, or a Python list as older mappings write. */
const namesIn = (list: string): string[] =>
  list
    .replace(/^\[(.*)\]$/s, "$1")
    .split(/[;,]/)
    .map((name) => name.trim().replace(/^['"](.*)['"]$/, "$1"))
    .filter((name) => name !== "");

function groupsOf(local: LocalPart): GroupRef[] {
  const { group, groups, group_ids: ids, domain } = local;
  return [
    ...(group ? [group] : []),
    ...(groups ? namesIn(groups).map((name) => ({ name, ...(domain && { domain }) })) : []),
    ...(ids ? namesIn(ids).map((id) => ({ id })) : []),
  ];
}

/**
 * All rules that are fulfilled together say who somebody is: the first user counts, groups and projects add up. Undefined when no rule is fulfilled or
 * none of those names a user.
 */
export function mapAssertion(rules: readonly MappingRule[], claims: Assertion): Mapped | undefined {
  const parts = rules.flatMap(({ local, remote }) => {
    const maps = directMaps(remote, claims);
    return maps ? local.map((part) => filledPart(part, maps)) : [];
  });
  const named = parts.find(({ user }) => user !== undefined && (user.name || user.id));
  if (!named?.user) return undefined;
  const { type = "ephemeral", domain = named.domain, ...user } = named.user;
  return {
    user: { ...user, type, ...(domain && { domain }) },
    groups: parts.flatMap(groupsOf),
    projects: parts.flatMap((part) =>
      (part.projects ?? []).map(({ name, roles, domain: of = part.domain }) => ({
        name,
        roles: roles.map((role) => role.name),
        ...(of && { domain: of }),
      })),
    ),
  };
}
