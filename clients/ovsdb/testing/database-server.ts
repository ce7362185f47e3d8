// For tests: a real ovsdb-server of one database in a directory of its own under /tmp.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface DatabaseServer {
  /** `unix:` address, the same after every restart. */
  readonly remote: string;
  readonly directory: string;
  readonly pid: number;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Starts it again, on the same file or on a new empty one. */
  start(options?: { empty?: boolean; args?: readonly string[] }): Promise<void>;
  /** Kills it and removes the directory. */
  stop(): Promise<void>;
}

export const northboundSchema = "/usr/share/ovn/ovn-nb.ovsschema";
export const southboundSchema = "/usr/share/ovn/ovn-sb.ovsschema";
export const vswitchSchema = "/usr/share/openvswitch/vswitch.ovsschema";

/** `clustered` makes a cluster of this one member; `joins` adds a member to another's cluster. */
export async function startDatabaseServer(
  schema: string,
  options: { clustered?: boolean; joins?: DatabaseServer } = {},
): Promise<DatabaseServer> {
  const directory = await mkdtemp("/tmp/ovsdb-");
  const [file, socket] = [join(directory, "db"), join(directory, "sock")];
  let child: ChildProcess | undefined;

  async function create(): Promise<void> {
    const raft = `unix:${join(directory, "raft")}`;
    if (options.joins) {
      const { stdout } = await run("ovsdb-tool", ["schema-name", schema]);
      await run("ovsdb-tool", ["join-cluster", file, stdout.trim(), raft, `unix:${join(options.joins.directory, "raft")}`]);
    } else {
      await run("ovsdb-tool", options.clustered ? ["create-cluster", file, schema, raft] : ["create", file, schema]);
    }
  }

  async function start({ empty = false, args = [] }: { empty?: boolean; args?: readonly string[] } = {}): Promise<void> {
    if (empty) await rm(file, { force: true });
    if (!existsSync(file)) await create();
    await rm(socket, { force: true });
    const own = [`--remote=punix:${socket}`, `--unixctl=${join(directory, "ctl")}`, `--log-file=${join(directory, "log")}`];
    child = spawn("ovsdb-server", ["-vconsole:off", "-vsyslog:off", "--no-chdir", ...own, ...args, file], {
      stdio: "ignore",
      cwd: directory,
    });
    for (let i = 0; i < 500 && !existsSync(socket); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!existsSync(socket)) throw new Error(`ovsdb-server did not start; see ${directory}/log`);
  }

  async function kill(): Promise<void> {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null) return;
    const ended = new Promise((resolve) => dying.once("exit", resolve));
    dying.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    remote: `unix:${socket}`,
    directory,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    start,
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
