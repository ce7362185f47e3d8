// A server: its machine, its ports, its disks, its image and its flavor. Pure.
import { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName, rootClaimName, serverLabel, serverLabelValue } from "../../../domain/compute/names.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { absentLine, type Line, stages, words } from "../line.ts";
import { ownLine } from "../readiness.ts";
import type { World } from "../world.ts";
import { diskLine } from "./disk.ts";
import { machineLine } from "./machine.ts";
import { floatingLinesOf, portLine } from "./network.ts";
import { imageRefLine, volumeLine } from "./storage.ts";

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
