// Lines of bash with a cloud's openrc sourced.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const instance = process.env.INSTANCE ?? "default";

/** What the line prints on stdout, trimmed; throws with stderr when it fails. */
export function cloud(line: string, options: { openrc?: string; input?: string } = {}): string {
  const { openrc = "openrc-admin", input = "" } = options;
  const script = `set -e -o pipefail; source .kumulus/${instance}/${openrc}; ${line}`;
  return execFileSync("bash", ["-c", script], { cwd: root, encoding: "utf8", input, maxBuffer: 64 * 2 ** 20 }).trim();
}

/** Id of the one object of that name. */
export const idOf = (what: string, name: string): string => cloud(`openstack ${what} show "${name}" -f value -c id`);
