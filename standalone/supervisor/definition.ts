// What the supervisor is told about one process, and what it tells about it.

/** How to learn that a process does its work. */
export type Probe =
  /** Answers with a status below 400. `ca`, `cert` and `key` are files. */
  | { kind: "http"; url: string; ca?: string; cert?: string; key?: string }
  /** A unix socket that accepts. */
  | { kind: "socket"; path: string }
  /** A command that exits 0. */
  | { kind: "command"; argv: readonly string[] };

export interface ProcessDefinition {
  name: string;
  argv: readonly string[];
  /** The whole environment, save PATH, HOME and the locale. */
  env: Readonly<Record<string, string>>;
  probe: Probe;
  readyTimeoutMs: number;
  /** Traffic stands still without it: restarted without any delay at its first crash, and watched more closely. */
  urgent?: boolean;
  /** Runs before SIGTERM, where a program has a gentler way to end. */
  stopCommand?: readonly string[];
  /** SIGKILL follows SIGTERM after this time. */
  stopTimeoutMs: number;
  /** Changes with the program's content, so that `make up` restarts what was updated. */
  version?: string;
}

export type Phase = "starting" | "ready" | "backoff" | "stopped";

/** Tells one process from every other that ever had its pid. */
export interface Identity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since boot. */
  startTime: string;
  bootId: string;
}

/** What a supervisor leaves behind for its successor. */
export interface KeptProcess {
  definition: ProcessDefinition;
  identity?: Identity;
  restarts: number;
  startedAt?: number;
  lastEnd?: string;
}

export interface ProcessReport {
  name: string;
  phase: Phase;
  pid?: number;
  restarts: number;
  /** When it last started, in ms since the epoch. */
  startedAt?: number;
  /** How it last ended: `exit 1`, `SIGKILL`, `gone`. */
  lastEnd?: string;
  probe: Probe;
}

/** One line of the control socket, as JSON; answered by one line. */
export type Request =
  | { op: "status" }
  | { op: "ensure"; definition: ProcessDefinition }
  /** Ends the supervisor and leaves what it keeps running. */
  | { op: "leave" };

export type Reply = { ok: true; processes?: ProcessReport[]; pid?: number } | { ok: false; error: string };
