// `node bench/roles.ts`: how fast each role starts, how fast the operator starts with 10 000 objects, and what an idle install costs.
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { northboundSchema, southboundSchema, startDatabaseServer } from "../clients/ovsdb/testing/database-server.ts";
import { systemNamespace } from "../domain/id.ts";
import { bundleRoles, nodeProgram } from "../hack/bundle.ts";
import type { KubeObject } from "../models/kind.ts";
import { kumulusKinds } from "../models/kinds.ts";
import { Namespace, ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { type RoleName, type RoleOptions, type RoleProcess, startRole } from "../operator/testing/roles.ts";

const root = join(import.meta.dirname, "..");
const names: readonly RoleName[] = ["operator", "api", "webhook"];
const rounds = 3;
const idleSeconds = 60;
/** Of each of these kinds, 10 000 in all. */
const crowd: Record<string, number> = {
  Server: 2000,
  Port: 4000,
  IPAddress: 3000,
  Volume: 500,
  SecurityGroup: 300,
  Network: 100,
  Subnet: 100,
};

const rows: string[] = [];
function record(what: string, measured: string, bar = ""): void {
  rows.push(`| ${what} | ${measured} | ${bar} |`);
  console.log(`${what}: ${measured} ${bar && `(bar ${bar})`}`);
}

const median = (values: readonly number[]) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** CPU time in ms, and how often the process was woken: voluntary context switches of all its threads. */
function usage(pid: number): { cpuMs: number; wakes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const wakes = globSync(`/proc/${pid}/task/*/status`).map((file) =>
    Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1]),
  );
  return { cpuMs: ticks * 10, wakes: wakes.reduce((sum, each) => sum + each, 0) };
}

async function coldStarts(options: RoleOptions): Promise<void> {
  for (const name of names) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const role = await startRole(name, options);
      times.push(await role.whenReady());
      await role.stop();
    }
    record(`start of ${name} to ready`, seconds(median(times)), "≤ 3 s");
  }
}

async function idle(options: RoleOptions): Promise<void> {
  const roles: RoleProcess[] = [];
  for (const name of [...names, ...names]) roles.push(await startRole(name, options));
  for (const role of roles) await role.whenReady();
  await sleep(15_000);
  const before = roles.map(({ pid }) => usage(pid));
  await sleep(idleSeconds * 1000);
  const after = roles.map(({ pid }) => usage(pid));
  let sum = 0;
  for (const [i, role] of roles.entries()) {
    const [start, end] = [before[i], after[i]];
    if (!start || !end) continue;
    const millicores = (end.cpuMs - start.cpuMs) / idleSeconds;
    sum += millicores;
    record(
      `idle ${role.settings.identity}`,
      `${millicores.toFixed(1)} millicores, ${((end.wakes - start.wakes) / idleSeconds).toFixed(1)} wakes/s`,
    );
  }
  record("idle install, two replicas of each role", `${sum.toFixed(1)} millicores`, "≤ 20 millicores");
  for (const role of roles) await role.stop();
}

/** Copies of the samples: valid objects of usual size. */
async function fill({ client }: ControlPlane): Promise<number> {
  const namespace = "kumulus-demo";
  await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  // The webhook has ended: nobody could judge the objects.
  await client.delete(ValidatingWebhookConfiguration, { name: "kumulus" });
  const samples = globSync(join(root, "crds/samples/*.yaml")).flatMap((file) =>
    readFileSync(file, "utf8")
      .split(/^---$/m)
      .map((text) => parse(text) as KubeObject),
  );
  let total = 0;
  for (const [name, amount] of Object.entries(crowd)) {
    const sample = samples.find(({ kind }) => kind === name);
    const kind = kumulusKinds.find((each) => each.kind === name);
    if (!sample || !kind) throw new Error(`no sample of ${name}`);
    const queue = Array.from({ length: amount }, (_, index) => index);
    const worker = async () => {
      for (let index = queue.pop(); index !== undefined; index = queue.pop())
        await client.create(kind, { ...sample, metadata: { name: `${name.toLowerCase()}-${index}`, namespace } });
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    total += amount;
  }
  return total;
}

const folder = join(root, "build/program");
mkdirSync(folder, { recursive: true });
const bundle = await bundleRoles(folder);
if (!bundle) throw new Error("there is no main.ts");
const plane = await startControlPlane({ crds: [join(root, "standalone/engine-crds")] });
const northbound = await startDatabaseServer(northboundSchema);
const southbound = await startDatabaseServer(southboundSchema);
try {
  await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
  const options: RoleOptions = {
    program: bundle.path,
    node: nodeProgram,
    directory: plane.directory,
    kubeconfig: plane.kubeconfig,
    northbound: northbound.remote,
    southbound: southbound.remote,
  };
  await coldStarts(options);
  if (!process.argv.includes("--no-idle")) await idle(options);
  const objects = await fill(plane);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const role = await startRole("operator", options);
    times.push(await role.whenReady());
    await role.stop();
  }
  record(`start of operator to ready with ${objects} objects`, seconds(median(times)), "≤ 10 s");
  console.log(["", "| what | measured | bar |", "|---|---|---|", ...rows].join("\n"));
} finally {
  await plane.stop();
  await northbound.stop();
  await southbound.stop();
}
process.exit(0);
