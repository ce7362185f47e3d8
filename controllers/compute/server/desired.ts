// What one Server needs next and what it shows, from what was seen. Pure: no I/O, and the clock is in what was seen.
import type { VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import type { Guest } from "../../../domain/compute/state.ts";
import type { Server, ServerStatus } from "../../../models/compute/server.ts";
import type { Port } from "../../../models/network/port.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import type { Secret } from "../../../operator/kube/core-kinds.ts";
import { isPlugged, withAttachments } from "./attachments.ts";
import { type Build, buildStep, type Fault, isAddressed, wantedVolumes } from "./build.ts";
import { machineFault } from "./machine-fault.ts";
import { assignNics, type Nics } from "./nics.ts";
import { powerStep } from "./power.ts";
import { hasLaunched, type Seen } from "./seen.ts";
import { type Outcome, serverStatus } from "./status.ts";

export interface Plan {
  createPorts: Port[];
  /** Own Ports whose NIC is out of the guest. */
  deletePorts: Port[];
  golden?: "create" | "recreate";
  secrets: Secret[];
  /** To apply, before `power`. */
  vm?: VirtualMachine;
  power?: "start" | "stop";
  /** The build failed: nothing of it may stay but the Server. */
  discard?: boolean;
  status: Omit<ServerStatus, "conditions" | "observedGeneration">;
  ready: ConditionInput;
  wakeAfterMs?: number;
}

export function desiredServer(server: Server, seen: Seen): Plan {
  const old = stickyFault(server);
  if (old) return failedPlan(server, seen, old);
  const nics = assignNics(server, seen.ownPorts, seen.namedPorts);
  if (!seen.vm) return buildPlan(server, seen, nics);
  return machinePlan(server, seen, nics, seen.vm);
}

/** A build that failed for good stays so until the user changes the spec. */
function stickyFault(server: Server): Fault | undefined {
  const { fault, launchedAt, observedGeneration } = server.status ?? {};
  return fault && launchedAt === undefined && observedGeneration === server.metadata.generation ? fault : undefined;
}

/** Also what the reconciler falls back to when the API server or a webhook refuses what the build needs. */
export function failedPlan(server: Server, seen: Seen, fault: Fault): Plan {
  const nics = { nics: [], toCreate: [], spare: [] };
  return {
    createPorts: [],
    deletePorts: [...seen.ownPorts],
    secrets: [],
    discard: true,
    ...serverStatus(server, seen, { nics, failed: true, fault, buildTask: "scheduling" }),
  };
}

function buildPlan(server: Server, seen: Seen, nics: Nics): Plan {
  const build: Build = buildStep(server, seen, nics);
  if (build.fault) return failedPlan(server, seen, build.fault);
  const power = server.spec.power ?? "On";
  const machine = build.machine;
  const outcome: Outcome = {
    nics,
    failed: false,
    buildTask: build.wait?.task ?? "spawning",
    ...(build.wait && { wait: build.wait }),
    ...(machine && { guest: { stateChanges: power === "On" ? ["Start"] : [] }, power }),
  };
  return {
    createPorts: build.wait?.task === "scheduling" ? [] : nics.toCreate,
    deletePorts: [],
    ...(build.golden && { golden: build.golden }),
    secrets: machine?.secrets ?? [],
    ...(machine && { vm: machine.vm }),
    ...(machine && power === "On" ? { power: "start" as const } : {}),
    ...(build.wait?.wakeAfterMs !== undefined && { wakeAfterMs: build.wait.wakeAfterMs }),
    ...serverStatus(server, seen, outcome),
  };
}

function machinePlan(server: Server, seen: Seen, nics: Nics, vm: VirtualMachine): Plan {
  const broken = hasLaunched(server, seen) ? undefined : machineFault(vm, seen.vmi, seen.now);
  if (broken?.fault) return failedPlan(server, seen, broken.fault);
  const ports = nics.nics.flatMap(({ port }) => (port && (isAddressed(port) || isPlugged(port, vm, seen.vmi)) ? [port] : []));
  const changed = vm.metadata.deletionTimestamp
    ? undefined
    : withAttachments(vm, seen.vmi, { ports, volumes: wantedVolumes(server, seen) });
  const power = powerStep(server, seen, vm);
  const wakeAfterMs = broken?.wakeAfterMs ?? power.wakeAfterMs;
  return {
    createPorts: nics.toCreate,
    deletePorts: nics.spare.filter((port) => !port.metadata.deletionTimestamp && !isPlugged(port, vm, seen.vmi)),
    secrets: [],
    ...(changed && { vm: changed }),
    ...(power.call && { power: power.call }),
    ...(wakeAfterMs !== undefined && { wakeAfterMs }),
    ...serverStatus(server, seen, {
      nics,
      failed: false,
      buildTask: "spawning",
      guest: guestOf(vm, seen),
      ...(power.done && { power: power.done }),
    }),
  };
}

export function guestOf(vm: VirtualMachine, { vmi }: Seen): Guest {
  const { printableStatus, stateChangeRequests = [] } = vm.status ?? {};
  const paused = vmi?.status?.conditions?.some(({ type, status }) => type === "Paused" && status === "True") ?? false;
  return {
    ...(printableStatus === undefined ? {} : { printableStatus }),
    stateChanges: stateChangeRequests.map(({ action }) => action),
    ...(vmi && { run: { phase: vmi.status?.phase ?? "Pending", deleting: vmi.metadata.deletionTimestamp !== undefined, paused } }),
  };
}
