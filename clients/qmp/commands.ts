// The QMP commands this project sends: their arguments and answers (QEMU's qapi/*.json, version 7.2 and later), and the events it reads.

export type RunState =
  | "running"
  | "paused"
  | "prelaunch"
  | "inmigrate"
  | "shutdown"
  | "guest-panicked"
  | "internal-error"
  | "io-error"
  | "watchdog"
  | "suspended"
  | (string & {});

export interface PciDevice {
  qdev_id: string;
  pci_bridge?: { devices?: PciDevice[] };
}

export interface BlockInfo {
  device: string;
  qdev?: string;
  inserted?: { "node-name"?: string; file: string; image: { "virtual-size": number } };
}

export interface JobInfo {
  id: string;
  status: string;
  "current-progress": number;
  "total-progress": number;
  error?: string;
}

/** A device or block node: `driver` picks which further members there are. */
export interface Described {
  driver: string;
  [member: string]: unknown;
}

interface Command<Arguments, Return> {
  arguments: Arguments;
  returns: Return;
}
type None = undefined;
type Empty = Record<string, never>;

export interface Commands {
  qmp_capabilities: Command<None, Empty>;
  "query-status": Command<None, { running: boolean; status: RunState }>;
  "query-pci": Command<None, { devices: PciDevice[] }[]>;
  "query-block": Command<None, BlockInfo[]>;
  "query-named-block-nodes": Command<{ flat?: boolean } | None, { "node-name": string; file: string }[]>;
  "query-machines": Command<None, { name: string; alias?: string; "is-default"?: boolean }[]>;
  "query-uuid": Command<None, { UUID: string }>;
  "query-chardev": Command<None, { label: string; "frontend-open": boolean }[]>;
  "query-jobs": Command<None, JobInfo[]>;
  stop: Command<None, Empty>;
  cont: Command<None, Empty>;
  quit: Command<None, Empty>;
  system_reset: Command<None, Empty>;
  system_powerdown: Command<None, Empty>;
  device_add: Command<Described & { id: string }, Empty>;
  device_del: Command<{ id: string }, Empty>;
  "blockdev-add": Command<Described & { "node-name": string }, Empty>;
  "blockdev-del": Command<{ "node-name": string }, Empty>;
  "blockdev-backup": Command<{ "job-id": string; device: string; target: string; sync: "full" | "none"; "auto-dismiss"?: boolean }, Empty>;
  block_resize: Command<{ "node-name": string; size: number }, Empty>;
  "job-cancel": Command<{ id: string }, Empty>;
  "job-dismiss": Command<{ id: string }, Empty>;
  netdev_add: Command<{ type: string; id: string; [member: string]: unknown }, Empty>;
  netdev_del: Command<{ id: string }, Empty>;
  set_link: Command<{ name: string; up: boolean }, Empty>;
  screendump: Command<{ filename: string; format?: "png" | "ppm" }, Empty>;
  "human-monitor-command": Command<{ "command-line": string }, string>;
}

export type CommandName = keyof Commands;

/** What QEMU says by itself. `data` depends on `event`: SHUTDOWN {guest, reason}, DEVICE_DELETED {device?, path}, RESET, STOP, RESUME … */
export interface QmpEvent {
  event: string;
  data: Record<string, unknown>;
  /** Seconds since 1970, by QEMU's clock. */
  seconds: number;
}
