// The status of a Server: the one place where it is computed, from what was seen. Pure.
import { hostnameOf } from "../../../domain/compute/hostname.ts";
import { instanceName } from "../../../domain/compute/names.ts";
import { type Guest, type NovaState, novaState, type Power } from "../../../domain/compute/state.ts";
import { displayNameOf } from "../../../domain/id.ts";
import type { Server, ServerAddress, ServerStatus } from "../../../models/compute/server.ts";
import type { Port } from "../../../models/network/port.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { type Fault, flavorSnapshot, type Wait } from "./build.ts";
import type { Nics } from "./nics.ts";
import { hasLaunched, type Seen } from "./seen.ts";
import { volumesStatus } from "./volumes.ts";

export interface Outcome {
  nics: Nics;
  failed: boolean;
  fault?: Fault;
  wait?: Wait;
  buildTask: string;
  guest?: Guest;
  /** The power that has been carried out once the plan is. */
  power?: Power;
}

type Shown = Omit<ServerStatus, "conditions" | "observedGeneration">;

export function serverStatus(server: Server, seen: Seen, outcome: Outcome): { status: Shown; ready: ConditionInput } {
  const launched = hasLaunched(server, seen);
  const state = stateOf(server, seen, outcome, launched);
  const old = server.status ?? {};
  const now = seen.now.toISOString();
  const addresses = addressesOf(outcome.nics, seen);
  const power = outcome.power ?? old.power;
  const launchedAt = launched ? (old.launchedAt ?? runningSince(seen) ?? now) : undefined;
  const node = seen.vmi?.status?.phase === "Running" ? seen.vmi.status.nodeName : launched ? old.node : undefined;
  const flavor = old.flavor ?? (seen.flavor && flavorSnapshot(seen.flavor));
  const volumes = volumesStatus(server, seen);
  const primaryAddress = addresses.find(({ type }) => type === "fixed")?.address;
  const fault = faultOf(old, state, outcome, now);
  const shown: Shown = {
    ...state,
    ...(power && { power }),
    hostname: old.hostname ?? hostnameOf(server),
    instanceName: instanceName(server.metadata.name),
    ...(node && { node }),
    ...(launchedAt && { launchedAt }),
    ...(flavor && { flavor }),
    ...(primaryAddress && { primaryAddress }),
    ...(addresses.length > 0 && { addresses }),
    ...(volumes.length > 0 && { volumes }),
    ...(fault && { fault }),
  };
  return { status: { ...shown, updatedAt: updatedAt(server, shown, now) }, ready: readyOf(server, state, outcome, fault) };
}

function stateOf(server: Server, seen: Seen, { failed, guest, buildTask, power }: Outcome, launched: boolean): NovaState {
  const [action] = seen.actions.filter(({ spec }) => ["Reboot", "Start", "Stop"].includes(spec.action));
  const { rebootType } = action?.spec ?? {};
  return novaState({
    deleting: server.metadata.deletionTimestamp !== undefined,
    failed,
    launched,
    power: server.spec.power ?? "On",
    powerDone: power ?? server.status?.power,
    buildTask,
    guest,
    ...(action && {
      action: { action: action.spec.action, ...(rebootType && { rebootType }), running: action.status?.phase === "Running" },
    }),
  });
}

function runningSince({ vmi }: Seen): string | undefined {
  return vmi?.status?.phaseTransitionTimestamps?.find(({ phase }) => phase === "Running")?.phaseTransitionTimestamp;
}

/** A fault goes with ERROR; a server that ran before and can not be placed now gets one too. */
function faultOf(old: ServerStatus, state: NovaState, { fault }: Outcome, now: string): ServerStatus["fault"] {
  if (state.phase !== "ERROR") return undefined;
  const { code, message } = fault ?? { code: 500, message: old.fault?.message ?? "No valid host was found." };
  const created = old.fault?.message === message ? old.fault.created : now;
  return { code, message, created };
}

function addressesOf({ nics }: Nics, seen: Seen): ServerAddress[] {
  return nics.flatMap(({ port }) => (port ? portAddresses(port, seen) : []));
}

function portAddresses(port: Port, { networks, floatingIPs }: Seen): ServerAddress[] {
  const namespace = port.spec.networkRef.namespace ?? port.metadata.namespace;
  const network = networks.find(({ metadata }) => metadata.name === port.spec.networkRef.name && metadata.namespace === namespace);
  const common = {
    network: network ? displayNameOf(network) : port.spec.networkRef.name,
    macAddress: port.status?.macAddress ?? "",
    port: port.metadata.name,
  };
  const fixed = (port.status?.fixedIPs ?? []).map(({ ipAddress }): ServerAddress => ({ ...common, address: ipAddress, type: "fixed" }));
  const floating = floatingIPs
    .filter(({ spec, status, metadata }) => spec.portRef?.name === port.metadata.name && status?.ipAddress && !metadata.deletionTimestamp)
    .map(({ status }): ServerAddress => ({ ...common, address: status?.ipAddress ?? "", type: "floating" }))
    .toSorted((a, b) => a.address.localeCompare(b.address));
  return [...fixed, ...floating];
}

/** Moves with everything that users see, and with the spec. */
function updatedAt(server: Server, shown: Shown, now: string): string {
  const { conditions: _, observedGeneration, updatedAt: before, ...old } = server.status ?? {};
  const same = before !== undefined && observedGeneration === server.metadata.generation && stable(old) === stable(shown);
  return same ? before : now;
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Ready says that the server does what its spec asks for. */
function readyOf(server: Server, { phase, taskState }: NovaState, { wait }: Outcome, fault: ServerStatus["fault"]): ConditionInput {
  const no = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "False", reason, message });
  const yes = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "True", reason, message });
  if (fault) return no("Failed", fault.message);
  if (wait) return no(wait.reason, wait.message);
  const wanted = server.spec.power ?? "On";
  if (phase === "ACTIVE" && wanted === "On") return yes("Running", "The guest runs");
  if (phase === "SHUTOFF" && wanted === "Off" && !taskState) return yes("Stopped", "The guest is shut off, as wanted");
  if (phase === "SHUTOFF" && !taskState) return no("GuestStopped", "The guest is shut off, though it should run");
  if (phase === "PAUSED" && !taskState) return no("Paused", "The guest is paused");
  if (phase === "BUILD") return no("Building", "The guest is being started for the first time");
  return no("Changing", `The server is ${phase}${taskState ? `, ${taskState}` : ""}`);
}
