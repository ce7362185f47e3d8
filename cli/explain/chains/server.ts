// A server: VirtualMachine → VirtualMachineInstance → launcher pod, its ports, its disks, its image and its flavor. Pure.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName, rootClaimName, serverLabel, serverLabelValue } from "../../../domain/compute/names.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { Pod } from "../../../operator/kube/core-kinds.ts";
import { absentLine, type Line, nameOf, stages, words } from "../line.ts";
import { eventsOf, ownLine } from "../readiness.ts";
import type { World } from "../world.ts";
import { diskLine } from "./disk.ts";
import { floatingLinesOf, portLine } from "./network.ts";
import { imageRefLine, volumeLine } from "./storage.ts";

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

function machineLine(server: Server, world: World): Line {
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

function portLines(server: Server, runs: boolean, world: World): Line[] {
  const { name, namespace, uid } = server.metadata;
  const labelled = world.list(Port, namespace, `${serverLabel}=${serverLabelValue(name)}`);
  const own = labelled.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  const named = (server.spec.networks ?? []).flatMap(({ portRef }) => (portRef ? [portRef.name] : []));
  const lines = [...new Set(named)].map((portName) => ({ portName, port: world.get(Port, portName, namespace) }));
  const lineOf = (port: Port): Line => {
    const line = portLine(port, { stage: stages.port, known: namespace, runs }, world);
    return { ...line, children: [...line.children, ...floatingLinesOf(port, world)] };
  };
  return [...own.map(lineOf), ...lines.map(({ portName, port }) => (port ? lineOf(port) : absentLine(`Port ${portName}`, stages.port)))];
}

function diskLines(server: Server, world: World): Line[] {
  const { name, namespace } = server.metadata;
  const root = { name: rootClaimName(name), namespace, stage: stages.ownDisk, role: "root disk" };
  const volumes = (server.spec.volumes ?? []).map(({ name: volumeName }) => {
    const volume = world.get(Volume, volumeName, namespace);
    return volume ? volumeLine(volume, world, stages.volume, namespace) : absentLine(`Volume ${volumeName}`, stages.volume);
  });
  return [...(server.spec.imageRef ? [diskLine(root, world)] : []), ...volumes];
}

function givenLines(server: Server, world: World): Line[] {
  const { namespace } = server.metadata;
  const { flavorRef, keyPairRef, imageRef } = server.spec;
  const flavor = world.get(Flavor, flavorRef.name);
  const where = keyPairRef?.namespace ?? namespace;
  const keyPair = keyPairRef && world.get(KeyPair, keyPairRef.name, where);
  return [
    ...(imageRef ? [imageRefLine(imageRef, namespace, world)] : []),
    flavor ? ownLine(flavor, world, { stage: stages.given }) : absentLine(`Flavor ${flavorRef.name}`, stages.given),
    ...(keyPairRef && !keyPair ? [absentLine(`KeyPair ${where === namespace ? "" : `${where}/`}${keyPairRef.name}`, stages.given)] : []),
  ];
}

/** A built server needs its image and its flavor no more: what has become of them says nothing about it. */
const unneeded = (line: Line): Line => ({
  ...line,
  state: line.state === "ready" ? "ready" : "unknown",
  children: line.children.map(unneeded),
});

export function serverLine(server: Server, world: World): Line {
  const { phase = "BUILD", taskState, addresses = [], launchedAt, fault } = server.status ?? {};
  const { namespace } = server.metadata;
  const runs = world.get(VirtualMachineInstance, instanceName(server.metadata.name), namespace)?.status?.phase === "Running";
  const given = givenLines(server, world);
  const children = [
    machineLine(server, world),
    ...portLines(server, runs, world),
    ...diskLines(server, world),
    ...(launchedAt === undefined ? given : given.map(unneeded)),
  ];
  const shows = words(phase, taskState, ...addresses.map(({ address }) => address), fault && `fault ${fault.code}`);
  return ownLine(server, world, { stage: stages.own, shows, children });
}
