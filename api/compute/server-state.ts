// Nova's status, vm_state and task_state of a server as the API shows them: what the controller has written, and what was asked for since. Pure.
import type { Server, ServerStatus } from "../../models/compute/server.ts";
import type { ServerAction } from "../../models/compute/server-action.ts";

type Phase = NonNullable<ServerStatus["phase"]>;

export interface ShownState {
  status: Phase;
  vmState: string;
  taskState: string | null;
  powerState: number;
}

const vmStates: Record<Phase, string> = {
  BUILD: "building",
  ACTIVE: "active",
  SHUTOFF: "stopped",
  PAUSED: "paused",
  SUSPENDED: "suspended",
  REBOOT: "active",
  HARD_REBOOT: "active",
  REBUILD: "active",
  RESIZE: "active",
  VERIFY_RESIZE: "resized",
  MIGRATING: "active",
  RESCUE: "rescued",
  SHELVED: "shelved",
  SHELVED_OFFLOADED: "shelved_offloaded",
  PASSWORD: "active",
  ERROR: "error",
  DELETED: "deleted",
  UNKNOWN: "active",
};

const powerStates = { NOSTATE: 0, RUNNING: 1, PAUSED: 3, SHUTDOWN: 4, CRASHED: 6, SUSPENDED: 7 } as const;

export const serverStatuses: ReadonlySet<string> = new Set(Object.keys(vmStates));

/** Actions that change what a server does; the others are records. */
const verbs: ReadonlySet<string> = new Set(["Reboot", "Start", "Stop"]);

/** A request that the controller has not yet seen already shows, so that a client that polls never sees the old state as the new one. */
export function shownState({ metadata, spec, status }: Server, pending: readonly ServerAction[]): ShownState {
  const phase = status?.phase ?? "BUILD";
  const powerState = powerStates[status?.powerState ?? "NOSTATE"];
  const taskState = status?.taskState ?? (status?.phase === undefined ? "scheduling" : null);
  const shown = (next: Phase, task: string | null): ShownState => ({ status: next, vmState: vmStates[phase], taskState: task, powerState });
  if (metadata.deletionTimestamp !== undefined) return shown(phase, "deleting");
  if (taskState !== null) return shown(phase, taskState);
  const oldest = pending.find(({ spec: { action } }) => verbs.has(action))?.spec;
  if (oldest?.action === "Reboot" && phase !== "ERROR" && phase !== "BUILD") {
    return oldest.rebootType === "HARD" ? shown("HARD_REBOOT", "rebooting_hard") : shown("REBOOT", "rebooting");
  }
  const differs = status?.power !== undefined && (spec.power ?? "On") !== status.power;
  if ((oldest?.action === "Stop" || (differs && spec.power === "Off")) && phase === "ACTIVE") return shown(phase, "powering-off");
  if ((oldest?.action === "Start" || (differs && spec.power !== "Off")) && phase === "SHUTOFF") return shown(phase, "powering-on");
  return shown(phase, null);
}
