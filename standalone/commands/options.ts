// What `make` passes in its environment, checked.
import type { External, Hypervisor } from "../instance.ts";
import { type Role, roles } from "../processes/roles.ts";

export interface Options {
  name: string;
  hypervisor: Hypervisor;
  external: External;
  roles: readonly Role[];
  /** Run the sources instead of the bundle. */
  fromSources: boolean;
  logLevel: string;
  /** kube-apiserver writes an audit log. */
  audit: boolean;
}

/** A mistake of the person at the keyboard: printed without a stack. */
export class UsageError extends Error {}

function oneOf<T extends string>(variable: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${variable}=${value}: use one of ${allowed.join(", ")}`);
  return found;
}

function wantedRoles(text: string): readonly Role[] {
  if (text === "all") return roles;
  if (text === "none") return [];
  return text.split(/[\s,]+/).map((one) => oneOf("ROLES", one, roles));
}

/** An absent variable and an empty one mean the default. */
export function readOptions(env: NodeJS.ProcessEnv): Options {
  const value = (name: string, fallback: string) => env[name] || fallback;
  if (value("STORAGE", "local") !== "local") throw new UsageError(`STORAGE=${env.STORAGE}: this version has local storage only`);
  if (value("NODES", "1") !== "1") throw new UsageError(`NODES=${env.NODES}: this version runs one node only`);
  return {
    name: value("INSTANCE", "default"),
    hypervisor: oneOf("HYPERVISOR", value("HYPERVISOR", "qemu"), ["qemu", "simulated"]),
    external: oneOf("EXTERNAL", value("EXTERNAL", "host"), ["host", "none"]),
    roles: wantedRoles(value("ROLES", "all")),
    fromSources: env.FROM_SOURCES === "1",
    logLevel: value("KUMULUS_LOG_LEVEL", "info"),
    audit: env.AUDIT === "1",
  };
}
