// The supervisor seen from `make`: starting it, talking to it.
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessDefinition, ProcessReport, Reply, Request } from "./definition.ts";
import { openLog } from "./logs.ts";
import { commandLine, identityOf, isAlive } from "./proc.ts";

/** Name of an environment variable that all processes of an instance carry; its value is the state directory. */
export const markName = "KUMULUS_STATE";

const startTimeoutMs = 10_000;
const answerTimeoutMs = 10_000;

export interface Place {
  stateDir: string;
  runDir: string;
  logsDir: string;
}

export class SupervisorClient {
  readonly #connection: Socket;
  #received = "";
  #wake: () => void = () => undefined;

  private constructor(connection: Socket) {
    this.#connection = connection;
    connection.on("data", (part: Buffer) => {
      this.#received += part;
      this.#wake();
    });
    connection.on("close", () => this.#wake());
  }

  /** Undefined when no supervisor listens. */
  static open(runDir: string): Promise<SupervisorClient | undefined> {
    return new Promise((resolve) => {
      const connection = connect(join(runDir, "supervisor.sock"));
      connection.on("error", () => resolve(undefined));
      connection.on("connect", () => resolve(new SupervisorClient(connection)));
    });
  }

  #more(): Promise<void> {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }

  async #ask(request: Request, timeoutMs = answerTimeoutMs): Promise<Reply & { ok: true }> {
    this.#connection.write(`${JSON.stringify(request)}\n`);
    const timer = setTimeout(() => this.#connection.destroy(), timeoutMs);
    while (!this.#received.includes("\n") && !this.#connection.destroyed) await this.#more();
    clearTimeout(timer);
    const [line, ...rest] = this.#received.split("\n");
    if (!line || rest.length === 0)
      throw new Error("the supervisor gave no answer; see logs/supervisor.log, end it and run `make up`: it takes over what runs");
    this.#received = rest.join("\n");
    const reply = JSON.parse(line) as Reply;
    if (!reply.ok) throw new Error(reply.error);
    return reply;
  }

  /** Resolves when it is ready; rejects with what to look at. */
  async ensure(definition: ProcessDefinition): Promise<void> {
    await this.#ask({ op: "ensure", definition }, definition.stopTimeoutMs + definition.readyTimeoutMs + answerTimeoutMs);
  }

  async status(): Promise<{ pid: number; processes: ProcessReport[] }> {
    const { pid = 0, processes = [] } = await this.#ask({ op: "status" });
    return { pid, processes };
  }

  /** Ends the supervisor, not what it keeps. */
  async leave(): Promise<void> {
    await this.#ask({ op: "leave" });
    this.close();
  }

  close(): void {
    this.#connection.destroy();
  }
}

/** Resolves when the old supervisor's process is gone: two of them would both restart what dies. */
async function replace(old: SupervisorClient, pid: number): Promise<void> {
  const identity = identityOf(pid);
  await old.leave();
  while (identity && isAlive(identity)) await sleep(10);
}

async function connected(place: Place): Promise<SupervisorClient> {
  for (const end = performance.now() + startTimeoutMs; performance.now() < end; await sleep(30)) {
    const client = await SupervisorClient.open(place.runDir);
    if (client) return client;
  }
  throw new Error(`the supervisor did not start; see ${join(place.logsDir, "supervisor.log")}`);
}

/** Connects to the instance's supervisor; starts one, detached, when there is none or it is not the one of `argv`. It takes over what runs. */
export async function ensureSupervisor(place: Place, argv: readonly string[]): Promise<SupervisorClient> {
  const present = await SupervisorClient.open(place.runDir);
  if (present) {
    const { pid } = await present.status();
    if (commandLine(pid).join("\0") === argv.join("\0")) return present;
    await replace(present, pid);
  }
  const log = openLog(place.logsDir, "supervisor");
  const [program = "", ...rest] = argv;
  const env = { ...process.env, [markName]: place.stateDir };
  spawn(program, rest, { detached: true, stdio: ["ignore", log, log], cwd: "/", env }).unref();
  closeSync(log);
  return connected(place);
}
