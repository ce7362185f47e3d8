// What people source or point their client at. Pure.
import type { Passwords, SeededUser } from "./identity.ts";

export interface Access {
  /** Where clients reach the APIs, without a path. */
  apiURL: string;
  region: string;
}

const authURL = ({ apiURL }: Access) => `${apiURL}/identity`;

/** Variables of the openstack client, for a user in the project of the same name. */
export function clientVariables(access: Access, user: SeededUser, password: string): Record<string, string> {
  return {
    OS_AUTH_TYPE: "password",
    OS_AUTH_URL: authURL(access),
    OS_USERNAME: user,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: user,
    OS_USER_DOMAIN_ID: "default",
    OS_PROJECT_DOMAIN_ID: "default",
    OS_REGION_NAME: access.region,
    OS_IDENTITY_API_VERSION: "3",
  };
}

/** Lines of a shell that set the variables, and unset those that would contradict them. */
export const exports = (variables: Record<string, string>): string[] => [
  "unset OS_TOKEN OS_CLOUD OS_SYSTEM_SCOPE OS_DOMAIN_ID OS_DOMAIN_NAME OS_TENANT_NAME OS_TENANT_ID OS_PROJECT_ID OS_USER_ID OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME",
  ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
];

/** A clouds.yaml: the cloud `kumulus` as demo, `kumulus-admin` as admin. JSON is YAML too. */
export function clouds(access: Access, passwords: Passwords): object {
  const cloud = (user: SeededUser) => ({
    auth: {
      auth_url: authURL(access),
      username: user,
      password: passwords[user],
      project_name: user,
      user_domain_id: "default",
      project_domain_id: "default",
    },
    region_name: access.region,
    identity_api_version: 3,
  });
  return { clouds: { kumulus: cloud("demo"), "kumulus-admin": cloud("admin") } };
}
