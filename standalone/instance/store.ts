// instance.json on disk: reading it, and making it when the instance is new.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { InstanceConfig, InstanceOptions } from "../instance.ts";
import { checkName, instanceConfig, stateDirOf } from "./config.ts";
import { freePortBase } from "./ports.ts";

export const projectRoot = join(import.meta.dirname, "../..");

const configFile = (stateDir: string) => join(stateDir, "instance.json");

/** Replaces a file in one step, so that a reader or a crash never sees half of it. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const scratch = `${path}.${process.pid}.new`;
  writeFileSync(scratch, text, { mode });
  renameSync(scratch, path);
}

export function readInstance(root: string, name: string): InstanceConfig | undefined {
  checkName(name);
  const path = configFile(stateDirOf(root, name));
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as InstanceConfig) : undefined;
}

export function instanceNames(root: string): string[] {
  const folder = join(root, ".kumulus");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(configFile(join(folder, name))));
}

function claimedBases(root: string, except: string): Set<number> {
  const others = instanceNames(root).filter((name) => name !== except);
  return new Set(others.flatMap((name) => readInstance(root, name)?.ports.api ?? []));
}

/** Keeps the ports of an instance that exists; everything else follows the options and this version of the code. */
export async function ensureInstance(options: Omit<InstanceOptions, "portBase">): Promise<InstanceConfig> {
  const before = readInstance(options.root, options.name);
  const portBase = before?.ports.api ?? (await freePortBase(options.name, claimedBases(options.root, options.name)));
  const config = instanceConfig({ ...options, portBase });
  writeWhole(configFile(config.stateDir), `${JSON.stringify(config, null, 2)}\n`);
  return config;
}

/** An instance's run directory and namespace are machine-wide: another checkout's running cloud of the same name must not be touched. */
export function claimRunDirectory(config: InstanceConfig): void {
  const owner = join(config.runDir, "owner");
  mkdirSync(config.runDir, { recursive: true, mode: 0o755 });
  const holder = existsSync(owner) ? readFileSync(owner, "utf8").trim() : config.stateDir;
  if (holder !== config.stateDir && existsSync(configFile(holder))) {
    throw new Error(`instance ${config.name} belongs to ${holder}; run \`make down\` there, or choose another INSTANCE`);
  }
  writeWhole(owner, `${config.stateDir}\n`);
}
