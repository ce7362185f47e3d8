// `make status`: every process with its pid, memory and health. The exit code is 0 only when all of them are well; what the doctor finds of the cluster is said, and does not count.
import { join } from "node:path";
import { type Guest, runningGuests } from "../guests.ts";
import { projectRoot, readInstance } from "../instance/store.ts";
import type { InstanceConfig } from "../instance.ts";
import { SupervisorClient } from "../supervisor/connect.ts";
import type { KeptProcess, ProcessReport } from "../supervisor/definition.ts";
import { probeOnce } from "../supervisor/probe.ts";
import { isAlive, pssMiB } from "../supervisor/proc.ts";
import { readKept } from "../supervisor/supervisor.ts";
import { doctorLines } from "./doctor.ts";
import type { Options } from "./options.ts";

export interface Row {
  name: string;
  pid: number | undefined;
  pssMiB: number;
  restarts: number;
  health: string;
}

const healthy = new Set(["ok", "running"]);

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.pid === undefined ? "pid=-" : `pid=${row.pid}`,
    row.pssMiB.toFixed(1),
    String(row.restarts),
    row.health,
  ]);
  const head = ["PROCESS", "PID", "PSS MiB", "RESTARTS", "HEALTH"];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)));
  return [head, ...cells]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function processRow(report: ProcessReport, env: Readonly<Record<string, string>>): Promise<Row> {
  const { name, pid, restarts, phase, lastEnd } = report;
  const answers = phase === "ready" && (await probeOnce(report.probe, env));
  const health = answers ? "ok" : phase === "ready" ? "does not answer" : `${phase}${lastEnd ? ` (last end: ${lastEnd})` : ""}`;
  return { name, pid, restarts, pssMiB: pid === undefined ? 0 : pssMiB(pid), health };
}

const guestRow = ({ uid, name, identity }: Guest): Row => ({
  name: `guest ${name || uid}`,
  pid: identity.pid,
  restarts: 0,
  pssMiB: pssMiB(identity.pid),
  health: "running",
});

/** What a dead supervisor left: still there, but nobody restarts it. */
function orphanRow({ definition, identity, restarts }: KeptProcess): Row {
  const lives = identity !== undefined && isAlive(identity);
  return {
    name: definition.name,
    pid: lives ? identity.pid : undefined,
    restarts,
    pssMiB: lives ? pssMiB(identity.pid) : 0,
    health: lives ? "unsupervised" : "dead",
  };
}

export async function rowsOf(config: InstanceConfig): Promise<Row[]> {
  const supervisor = await SupervisorClient.open(config.runDir);
  const guests = runningGuests(config).map(guestRow);
  if (!supervisor) {
    const orphans = readKept(join(config.runDir, "supervisor.json")).map(orphanRow);
    return orphans.length + guests.length === 0
      ? []
      : [{ name: "supervisor", pid: undefined, pssMiB: 0, restarts: 0, health: "dead" }, ...orphans, ...guests];
  }
  const { pid, processes } = await supervisor.status();
  supervisor.close();
  const env = config.ovn.environment;
  const rows = await Promise.all(processes.map((report) => processRow(report, env)));
  return [{ name: "supervisor", pid, pssMiB: pssMiB(pid), restarts: 0, health: "ok" }, ...rows, ...guests];
}

/** Resolves with the exit code: 0 well, 1 something is not, 3 down. */
export async function status(options: Options): Promise<number> {
  const config = readInstance(projectRoot, options.name);
  // Both look at once: the doctor's look takes longer than that at the processes.
  const doctor = config ? doctorLines(config) : [];
  const rows = config ? await rowsOf(config) : [];
  if (rows.length === 0) {
    console.log(
      `The cloud ${options.name} is down; start it with \`make up${options.name === "default" ? "" : ` INSTANCE=${options.name}`}\``,
    );
    return 3;
  }
  console.log(table(rows));
  const cloud = rows.filter(({ name }) => !name.startsWith("guest "));
  const sum = (some: readonly Row[]) => some.reduce((total, row) => total + row.pssMiB, 0).toFixed(0);
  console.log(
    `\n${cloud.length} processes use ${sum(cloud)} MiB; ${rows.length - cloud.length} guests use ${sum(rows.filter((row) => !cloud.includes(row)))} MiB`,
  );
  const ill = rows.filter(({ health }) => !healthy.has(health));
  const named = rows[0]?.health === "dead" ? [] : ill;
  for (const { name, health } of named) console.log(`${name}: ${health}; its log is .kumulus/${options.name}/logs/${name}.log`);
  if (rows[0]?.health === "dead") console.log("No supervisor: nobody restarts what dies now. `make up` takes over what runs");
  for (const line of await doctor) console.log(line);
  return ill.length === 0 ? 0 : 1;
}
