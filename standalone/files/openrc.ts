// What people source or point their client at: openrc, openrc-admin, clouds.yaml.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { nodeProgram } from "../../hack/bundle.ts";
import { writeWhole } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";

/** Name of a seeded user, who has a project of the same name. */
export type SeededUser = "admin" | "demo";
export type Passwords = Record<SeededUser, string>;

/** Made once and kept, so that an open shell stays valid over `make down` and `make up`. */
export function ensurePasswords({ stateDir }: InstanceConfig): Passwords {
  const path = join(stateDir, "passwords.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Passwords;
  const password = () => randomBytes(12).toString("hex");
  const passwords: Passwords = { admin: password(), demo: password() };
  writeWhole(path, JSON.stringify(passwords), 0o600);
  return passwords;
}

const identityURL = (config: InstanceConfig) => `${config.apiURL}/identity`;

export function openrc(config: InstanceConfig, user: SeededUser, password: string): string {
  const variables = {
    OS_AUTH_TYPE: "password",
    OS_AUTH_URL: identityURL(config),
    OS_USERNAME: user,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: user,
    OS_USER_DOMAIN_ID: "default",
    OS_PROJECT_DOMAIN_ID: "default",
    OS_REGION_NAME: config.region,
    OS_IDENTITY_API_VERSION: "3",
    KUBECONFIG: `'${config.kubeconfigs.admin}'`,
  };
  const bin = join(config.stateDir, "bin");
  return [
    `# The cloud of instance ${config.name} as user ${user}, written by \`make up\`: source it.`,
    "unset OS_TOKEN OS_CLOUD OS_SYSTEM_SCOPE OS_DOMAIN_ID OS_DOMAIN_NAME OS_TENANT_NAME OS_TENANT_ID OS_PROJECT_ID OS_USER_ID OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME",
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
    `case ":$PATH:" in *":${bin}:"*) ;; *) export PATH="${bin}:$PATH" ;; esac`,
    "",
  ].join("\n");
}

export function clouds(config: InstanceConfig, passwords: Passwords): string {
  const cloud = (user: SeededUser) => ({
    auth: {
      auth_url: identityURL(config),
      username: user,
      password: passwords[user],
      project_name: user,
      user_domain_id: "default",
      project_domain_id: "default",
    },
    region_name: config.region,
    identity_api_version: 3,
  });
  return stringify({ clouds: { kumulus: cloud("demo"), "kumulus-admin": cloud("admin") } });
}

/** Debian's client writes private keys that everybody may read, and ssh refuses such a key. */
const openstackWrapper = `#!/bin/sh
umask 077
exec /usr/bin/openstack "$@"
`;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The commands of main.ts (`doctor`, `explain`), for this very cloud; from the sources, which every version of the program leaves in place. */
export function kumulusWrapper({ root, stateDir }: Pick<InstanceConfig, "root" | "stateDir">): string {
  const program = [nodeProgram, join(root, "main.ts")].map(quoted).join(" ");
  return `#!/bin/sh
[ $# -gt 0 ] || exec ${program} --help
exec ${program} "$@" --instance-config ${quoted(join(stateDir, "instance.json"))}
`;
}

/** Writes the files for people; those of the instance `default` are also found one folder up. */
export function writeClientFiles(config: InstanceConfig, passwords: Passwords, kubectl: string): void {
  const { stateDir } = config;
  writeWhole(join(stateDir, "openrc"), openrc(config, "demo", passwords.demo), 0o600);
  writeWhole(join(stateDir, "openrc-admin"), openrc(config, "admin", passwords.admin), 0o600);
  writeWhole(join(stateDir, "clouds.yaml"), clouds(config, passwords), 0o600);
  const bin = join(stateDir, "bin");
  mkdirSync(bin, { recursive: true });
  rmSync(join(bin, "kubectl"), { force: true });
  symlinkSync(kubectl, join(bin, "kubectl"));
  writeWhole(join(bin, "openstack"), openstackWrapper, 0o755);
  writeWhole(join(bin, "kumulus"), kumulusWrapper(config), 0o755);
  if (config.name !== "default") return;
  for (const file of ["openrc", "openrc-admin"]) {
    writeWhole(join(config.root, ".kumulus", file), `. '${join(stateDir, file)}'\n`, 0o600);
  }
}
