// `make down`: everything ends in order, and nothing is left but the state folder.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stopGuests } from "../guests.ts";
import { projectRoot, readInstance } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";
import { removeHostLink, removeNamespace } from "../network/namespace.ts";
import { roles } from "../processes/roles.ts";
import { markName, SupervisorClient } from "../supervisor/connect.ts";
import type { KeptProcess } from "../supervisor/definition.ts";
import { isAlive, pidsWithEnvironment } from "../supervisor/proc.ts";
import { endProcess } from "../supervisor/stop.ts";
import { readKept } from "../supervisor/supervisor.ts";
import type { Options } from "./options.ts";
import { step } from "./progress.ts";

async function end(kept: readonly KeptProcess[]): Promise<void> {
  await Promise.all(kept.map(({ definition, identity }) => (identity && isAlive(identity) ? endProcess(definition, identity) : undefined)));
}

/** Whatever carries the instance's mark and was not found in any list: a process whose supervisor died in the wrong moment. */
async function sweep(config: InstanceConfig): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const pids = pidsWithEnvironment(`${markName}=${config.stateDir}`);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, tries < 20 ? "SIGTERM" : "SIGKILL");
      } catch {
        // it ended in between
      }
    }
    await sleep(100);
  }
}

/** In reverse order of their start; those that do not need each other side by side. */
export async function down(options: Options): Promise<void> {
  const config = readInstance(projectRoot, options.name);
  if (!config) return console.log(`instance ${options.name} does not exist`);
  const supervisor = await SupervisorClient.open(config.runDir);
  await supervisor?.leave();
  const kept = readKept(join(config.runDir, "supervisor.json"));
  const isRole = ({ definition }: KeptProcess) => roles.some((role) => role === definition.name);
  const named = (...names: string[]) => kept.filter(({ definition }) => names.includes(definition.name));
  await step("roles", () => end(kept.filter(isRole)));
  await step("guests", () => stopGuests(config));
  await step("kube-controller-manager, OVN", () => end(named("kube-controller-manager", "ovn-controller", "ovn-northd")));
  await step("kube-apiserver, OVS", () => end(named("kube-apiserver", "ovs-vswitchd")));
  await step("etcd and databases", () => end(kept));
  await step("what is left", async () => {
    await sweep(config);
    removeHostLink(config);
    removeNamespace(config);
    rmSync(config.runDir, { recursive: true, force: true });
  });
  console.log(`The cloud ${options.name} is down. Its state is kept in ${config.stateDir}`);
}
