// A port on its own: whether the guest that it is for runs, and what leads to it. Pure.
import { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName, serverLabel, serverLabelValue } from "../../../domain/compute/names.ts";
import { Server } from "../../../models/compute/server.ts";
import type { Port } from "../../../models/network/port.ts";
import { type Line, stages } from "../line.ts";
import type { World } from "../world.ts";
import { floatingLinesOf, portLine } from "./network.ts";

/** The server that the port was made for, or that names it. */
function serverOf({ metadata }: Port, world: World): Server | undefined {
  const label = metadata.labels?.[serverLabel];
  return world
    .list(Server, metadata.namespace)
    .find(
      (server) =>
        serverLabelValue(server.metadata.name) === label || server.spec.networks?.some(({ portRef }) => portRef?.name === metadata.name),
    );
}

export function lonePortLine(port: Port, world: World): Line {
  const { namespace } = port.metadata;
  const server = serverOf(port, world);
  const instance = server && world.get(VirtualMachineInstance, instanceName(server.metadata.name), namespace);
  const line = portLine(port, { stage: stages.own, runs: instance?.status?.phase === "Running" }, world);
  return { ...line, children: [...line.children, ...floatingLinesOf(port, world)] };
}
