// Glance's policy rules and their defaults (Image service, "Policies").
import { type PolicyTable, rules } from "../http/policy.ts";

const project = ["project"] as const;
const member = "rule:context_is_admin or (role:member and project_id:%(project_id)s)";
/** Whoever the image is shown to. */
const seen =
  "(project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s)";

export const imagePolicies: PolicyTable = {
  default: "",
  context_is_admin: "role:admin",
  service_api: "role:service or role:admin",
  ...rules("", "rule:context_is_admin or (role:reader and project_id:%(project_id)s)", project, "get_images"),
  ...rules("", `rule:context_is_admin or (role:reader and ${seen})`, project, "get_image"),
  ...rules("", `rule:context_is_admin or (role:member and ${seen})`, project, "download_image"),
  ...rules("", "rule:context_is_admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)", project, "add_image"),
  ...rules("", member, project, "modify_image", "delete_image", "upload_image", "communitize_image"),
  ...rules("", "rule:context_is_admin", project, "publicize_image"),
  get_schema: "@",
};
