// A server's VirtualMachine → VirtualMachineInstance → launcher pod. Pure.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName } from "../../../domain/compute/names.ts";
import type { Server } from "../../../models/compute/server.ts";
import { Pod } from "../../../operator/kube/core-kinds.ts";
import { absentLine, type Line, nameOf, stages, words } from "../line.ts";
import { eventsOf } from "../readiness.ts";
import type { World } from "../world.ts";

interface Told {
  type: string;
  status: string;
  reason?: string | undefined;
  message?: string | undefined;
}

/** The first of these conditions that says no and why. */
function refusal(conditions: readonly Told[] | undefined, types: readonly string[]): string | undefined {
  const said = types.map((type) => conditions?.find((condition) => condition.type === type && condition.status === "False"));
  const first = said.find((condition) => condition?.message || condition?.reason);
  return first && words(first.reason).concat(first.message ? `: ${first.message}` : "");
}

function whyNotPod({ status }: Pod): string {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const stuck = containers.map(({ state }) => state?.waiting).find((waiting) => waiting?.reason);
  if (stuck) return `${stuck.reason}${stuck.message ? `: ${stuck.message}` : ""}`;
  return refusal(status?.conditions, ["PodScheduled", "Initialized", "ContainersReady"]) ?? `is ${status?.phase ?? "new"}`;
}

function podLine(pod: Pod, known: string | undefined, world: World): Line {
  const { phase = "", conditions = [] } = pod.status ?? {};
  const ready = phase === "Running" && conditions.some(({ type, status }) => type === "Ready" && status === "True");
  return {
    what: nameOf(pod, known),
    state: ready ? "ready" : "waiting",
    shows: words(phase, pod.spec?.nodeName && `on ${pod.spec.nodeName}`),
    ...(!ready && { why: whyNotPod(pod) }),
    events: ready ? [] : eventsOf(pod, world),
    stage: stages.pod,
    children: [],
  };
}

const ended = new Set(["Succeeded", "Failed"]);

function instanceLine(server: Server, wanted: boolean, world: World): Line[] {
  const { namespace } = server.metadata;
  const name = instanceName(server.metadata.name);
  const instance = world.get(VirtualMachineInstance, name, namespace);
  if (!instance) return wanted ? [absentLine(`VirtualMachineInstance ${name}`, stages.run, "KubeVirt has not started it")] : [];
  const { phase = "", nodeName, conditions } = instance.status ?? {};
  const ready = phase === "Running";
  const pods = ended.has(phase) ? [] : world.list(Pod, namespace, `kubevirt.io=virt-launcher,vm.kubevirt.io/name=${name}`);
  const why =
    refusal(conditions, ["PodScheduled", "Synchronized", "DataVolumesReady", "Ready"]) ??
    `KubeVirt has not got beyond ${phase || "its making"}`;
  const state = ready || (!wanted && ended.has(phase)) ? "ready" : "waiting";
  const children = pods.map((pod) => podLine(pod, namespace, world));
  return [
    {
      what: nameOf(instance, namespace),
      state,
      shows: words(phase, nodeName && `on ${nodeName}`),
      ...(state === "waiting" && { why }),
      events: state === "waiting" ? eventsOf(instance, world) : [],
      stage: stages.run,
      children,
    },
  ];
}

export function machineLine(server: Server, world: World): Line {
  const { namespace } = server.metadata;
  const name = instanceName(server.metadata.name);
  const machine = world.get(VirtualMachine, name, namespace);
  if (!machine) return absentLine(`VirtualMachine ${name}`, stages.machine, "the operator has not made it");
  const shown = machine.status?.printableStatus ?? "";
  const wanted = (server.spec.power ?? "On") === "On";
  const ready = wanted ? shown === "Running" || shown === "Paused" : shown === "Stopped";
  const why = refusal(machine.status?.conditions, ["Ready"]) ?? `should be ${wanted ? "Running" : "Stopped"}`;
  return {
    what: nameOf(machine, namespace),
    state: ready ? "ready" : "waiting",
    shows: shown || "no status yet",
    ...(!ready && { why }),
    events: ready ? [] : eventsOf(machine, world),
    // Its disks, its pod and its run come first.
    stage: stages.guest,
    children: instanceLine(server, wanted, world),
  };
}
