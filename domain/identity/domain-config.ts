// A domain's own settings of Keystone: which groups and options there are, their defaults, and how a change goes into what is kept. Pure.
import { KumulusError } from "../errors.ts";

export type OptionValue = string | number | boolean | null;
/** Options by group. */
export type DomainConfig = Readonly<Record<string, Readonly<Record<string, OptionValue>>>>;

/** Keystone's defaults of the options that a domain may set. */
export const defaultDomainConfig: DomainConfig = {
  identity: { driver: "sql", list_limit: null },
  ldap: {
    url: "ldap://localhost",
    user: null,
    suffix: "cn=example,cn=com",
    query_scope: "one",
    page_size: 0,
    alias_dereferencing: "default",
    debug_level: null,
    chase_referrals: null,
    user_tree_dn: null,
    user_filter: null,
    user_objectclass: "inetOrgPerson",
    user_id_attribute: "cn",
    user_name_attribute: "sn",
    user_description_attribute: "description",
    user_mail_attribute: "mail",
    user_pass_attribute: "userPassword",
    user_enabled_attribute: "enabled",
    user_enabled_invert: false,
    user_enabled_mask: 0,
    user_enabled_default: "True",
    user_default_project_id_attribute: null,
    user_enabled_emulation: false,
    user_enabled_emulation_dn: null,
    group_tree_dn: null,
    group_filter: null,
    group_objectclass: "groupOfNames",
    group_id_attribute: "cn",
    group_name_attribute: "ou",
    group_member_attribute: "member",
    group_desc_attribute: "description",
    group_members_are_ids: false,
    group_ad_nesting: false,
    tls_cacertfile: null,
    tls_cacertdir: null,
    use_tls: false,
    tls_req_cert: "demand",
    use_pool: true,
    pool_size: 10,
  },
};

/** Options that may be set and are never shown. */
const sensitive: Readonly<Record<string, readonly string[]>> = { ldap: ["password"] };

const refused = (what: string) => new KumulusError("Forbidden", `Invalid domain specific configuration: ${what}.`);

function requireKnown(group: string, option?: string): void {
  const known = defaultDomainConfig[group];
  if (!known) throw refused(`Group ${group} is not supported for domain specific configurations`);
  if (option === undefined || Object.hasOwn(known, option) || sensitive[group]?.includes(option)) return;
  throw refused(`Option ${option} in group ${group} is not supported for domain specific configurations`);
}

/** Forbidden, in Keystone's words, for groups and options that a domain can not set, and for none at all. */
export function requireConfig(config: DomainConfig): void {
  const groups = Object.entries(config);
  if (groups.length === 0) throw refused("No options specified");
  for (const [group, options] of groups) {
    requireKnown(group);
    for (const option of Object.keys(options)) requireKnown(group, option);
  }
}

const missing = (what: string) => new KumulusError("NotFound", `Could not find ${what} in domain configuration.`);

/** The part that a path names; NotFound when it is not set. */
export function partOf(config: DomainConfig, group: string | undefined, option: string | undefined): object {
  if (group === undefined) {
    if (Object.keys(config).length === 0) throw missing("any option");
    return config;
  }
  const options = config[group];
  if (!options) throw missing(`group ${group}`);
  if (option === undefined) return { [group]: options };
  if (!Object.hasOwn(options, option)) throw missing(`option ${option} in group ${group}`);
  return { [option]: options[option] };
}

/** What a PATCH of a path gives for the whole; the part must be set already. */
export function mergedConfig(config: DomainConfig, change: DomainConfig): DomainConfig {
  const groups = new Set([...Object.keys(config), ...Object.keys(change)]);
  return Object.fromEntries([...groups].map((group) => [group, { ...config[group], ...change[group] }]));
}

/** Without the part that a path names; a group without options is none. */
export function withoutPart(config: DomainConfig, group: string | undefined, option: string | undefined): DomainConfig {
  if (group === undefined) return {};
  const { [group]: options = {}, ...others } = config;
  const left = Object.fromEntries(Object.entries(options).filter(([name]) => option !== undefined && name !== option));
  return Object.keys(left).length > 0 ? { ...others, [group]: left } : others;
}

/** Without what is never shown. */
export function shownConfig(config: DomainConfig): DomainConfig {
  const groups = Object.entries(config).map(([group, options]) => {
    const kept = Object.entries(options).filter(([name]) => !sensitive[group]?.includes(name));
    return [group, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries(groups.filter(([, options]) => Object.keys(options).length > 0));
}
