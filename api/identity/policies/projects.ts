// Keystone's rules of projects and their tags.
import type { PolicyTable } from "../../http/policy.ts";
import { domainManager, domainReader } from "./personas.ts";

const domain = "target.project.domain_id";
const reader = `${domainReader(domain)} or project_id:%(target.project.id)s`;
const writer = domainManager(domain);
const tagWriter = `${writer} or (role:admin and project_id:%(target.project.id)s)`;

export const projectPolicies: PolicyTable = {
  "identity:list_projects": domainReader(domain),
  "identity:get_project": reader,
  "identity:list_user_projects": `${domainReader("target.user.domain_id")} or user_id:%(target.user.id)s`,
  "identity:create_project": writer,
  "identity:update_project": writer,
  "identity:delete_project": writer,
  "identity:list_project_tags": reader,
  "identity:get_project_tag": reader,
  "identity:update_project_tags": tagWriter,
  "identity:create_project_tag": tagWriter,
  "identity:delete_project_tags": tagWriter,
  "identity:delete_project_tag": tagWriter,
};
