// The supervisor's process: `node main.ts <state directory> <run directory>`. Started by `make up`, told what to run over its socket.
import { join } from "node:path";
import { markName, SupervisorClient } from "./connect.ts";
import { listenForControl } from "./control.ts";
import { rotateLogs } from "./logs.ts";
import { Supervisor } from "./supervisor.ts";

const rotateEveryMs = 60_000;
const maxLogBytes = 16 * 1024 * 1024;

const [stateDir, runDir] = process.argv.slice(2);
if (!stateDir || !runDir) throw new Error("usage: supervisor <state directory> <run directory>");

const logsDir = join(stateDir, "logs");
const say = (line: string) => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);
const supervisor = new Supervisor({ logsDir, mark: [markName, stateDir], stateFile: join(runDir, "supervisor.json"), say });
const other = await SupervisorClient.open(runDir);
if (other) throw new Error("a supervisor of this instance runs already");
supervisor.takeOver();
listenForControl(supervisor, join(runDir, "supervisor.sock"), () => process.exit(0));
setInterval(() => {
  try {
    rotateLogs(logsDir, maxLogBytes);
  } catch (error) {
    say(`logs can not be rotated: ${(error as Error).message}`);
  }
}, rotateEveryMs);

// Ctrl-C at `make up` or a closed terminal is not meant for the cloud; SIGTERM ends only the supervisor.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
