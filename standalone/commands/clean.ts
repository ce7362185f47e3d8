// `make clean`: removes an instance's state for good.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, readInstance } from "../instance/store.ts";
import { down } from "./down.ts";
import type { Options } from "./options.ts";

export async function clean(options: Options): Promise<void> {
  const config = readInstance(projectRoot, options.name);
  if (!config) return console.log(`instance ${options.name} does not exist`);
  await down(options);
  rmSync(config.stateDir, { recursive: true, force: true });
  if (options.name === "default")
    for (const file of ["openrc", "openrc-admin"]) rmSync(join(projectRoot, ".kumulus", file), { force: true });
  console.log(`The state of ${options.name} is removed`);
}
