// What people source or point their client at: openrc, openrc-admin, clouds.yaml.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { clientVariables, clouds, exports } from "../../bootstrap/client-files.ts";
import type { Passwords, SeededUser } from "../../bootstrap/identity.ts";
import { nodeProgram } from "../../hack/bundle.ts";
import { writeWhole } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";

/** Made once and kept, so that an open shell stays valid over `make down` and `make up`. */
export function ensurePasswords({ stateDir }: InstanceConfig): Passwords {
  const path = join(stateDir, "passwords.json");
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Passwords;
  const password = () => randomBytes(12).toString("hex");
  const passwords: Passwords = { admin: password(), demo: password() };
  writeWhole(path, JSON.stringify(passwords), 0o600);
  return passwords;
}

export function openrc(config: InstanceConfig, user: SeededUser, password: string): string {
  const variables = { ...clientVariables(config, user, password), KUBECONFIG: `'${config.kubeconfigs.admin}'` };
  const bin = join(config.stateDir, "bin");
  return [
    `# The cloud of instance ${config.name} as user ${user}, written by \`make up\`: source it.`,
    ...exports(variables),
    `case ":$PATH:" in *":${bin}:"*) ;; *) export PATH="${bin}:$PATH" ;; esac`,
    "",
  ].join("\n");
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
  writeWhole(join(stateDir, "clouds.yaml"), stringify(clouds(config, passwords)), 0o600);
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
