// Nova's words for limits: which each microversion of the quota APIs has, and what they limit. Pure.
import type { LimitKey } from "../../domain/quota.ts";

type Words = Readonly<Record<string, LimitKey>>;

const always: Words = { instances: "instances", cores: "cores", ram: "ramMiB", key_pairs: "keyPairs", metadata_items: "metadataItems" };
const groups: Words = { server_groups: "serverGroups", server_group_members: "serverGroupMembers" };
/** Until 2.56. */
const files: Words = {
  injected_files: "injectedFiles",
  injected_file_content_bytes: "injectedFileBytes",
  injected_file_path_bytes: "injectedFilePathBytes",
};
/** Until 2.35 in quota sets, until 2.49 in quota class sets. */
const network: Words = {
  fixed_ips: "fixedIPs",
  floating_ips: "floatingIPs",
  security_groups: "securityGroups",
  security_group_rules: "securityGroupRules",
};

/** Microversions from which quota sets, and quota class sets, differ. */
export const quotaSetMinors = [1, 36, 57] as const;
export const classSetMinors = [1, 50, 57] as const;

export const quotaSetWords = (minor: number): Words => ({
  ...always,
  ...groups,
  ...(minor < 57 ? files : {}),
  ...(minor < 36 ? network : {}),
});

export const classSetWords = (minor: number): Words => ({
  ...always,
  ...(minor < 57 ? files : {}),
  ...(minor < 50 ? network : groups),
});

/** What deleting a quota set gives up. Limits of the network are Neutron's, though old microversions show them. */
export const computeLimits: readonly LimitKey[] = [...Object.values({ ...always, ...groups, ...files }), "fixedIPs"];
