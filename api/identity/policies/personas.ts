// Who may what, in the parts that many rules share: administrators, readers of the whole cloud, and holders of roles on a domain.

export const admin = "rule:admin_required";
export const systemReader = `${admin} or (role:reader and system_scope:all)`;

/** With a role on the domain that `attribute` of the target names. */
export const domainReader = (attribute: string) => `${systemReader} or (role:reader and domain_id:%(${attribute})s)`;
export const domainManager = (attribute: string) => `${admin} or (role:manager and domain_id:%(${attribute})s)`;

/** Everybody with a token. */
export const anybody = "@";
