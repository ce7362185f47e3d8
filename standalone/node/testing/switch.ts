// A real OVS in a network namespace of its own, with br-int in the userspace datapath, for stories.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../clients/programs/run.ts";

export interface TestSwitch {
  netns: string;
  /** The Open_vSwitch database. */
  database: string;
  vsctl(...argv: string[]): Promise<string>;
  taps(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startTestSwitch(): Promise<TestSwitch> {
  const folder = mkdtempSync("/tmp/kumulus-ovs-");
  const netns = `kn-${folder.slice(-6)}`;
  const [file, socket] = [join(folder, "conf.db"), join(folder, "db.sock")];
  const children: ChildProcess[] = [];
  const environment = { ...process.env, OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder, OVS_SYSCONFDIR: folder };
  const start = (program: string, ...argv: string[]) => {
    const quiet = ["-vconsole:off", "-vsyslog:off", "--no-chdir", `--unixctl=${join(folder, `${program}.ctl`)}`];
    const inside = ["netns", "exec", netns, program, ...argv, ...quiet, `--log-file=${join(folder, `${program}.log`)}`];
    children.push(spawn("ip", inside, { env: environment, stdio: "ignore" }));
  };
  const vsctl = (...argv: string[]) => run("ovs-vsctl", [`--db=unix:${socket}`, "--timeout=20", ...argv]);

  await run("ip", ["netns", "add", netns]);
  await run("ovsdb-tool", ["create", file, "/usr/share/openvswitch/vswitch.ovsschema"]);
  start("ovsdb-server", file, `--remote=punix:${socket}`);
  while (!existsSync(socket)) await sleep(20);
  await vsctl("--no-wait", "init");
  start("ovs-vswitchd", `unix:${socket}`, "--disable-system");
  await vsctl("add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev", "fail_mode=secure");
  return {
    netns,
    database: `unix:${socket}`,
    vsctl,
    async taps() {
      const links = JSON.parse((await run("ip", ["-n", netns, "-json", "link"])) || "[]") as { ifname?: string }[];
      return links.flatMap(({ ifname }) => (ifname?.startsWith("tap") ? [ifname] : []));
    },
    async stop() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }
      await run("ip", ["netns", "delete", netns]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
