// The chain of any object of ours, by its kind. Pure.
import { Server } from "../../models/compute/server.ts";
import type { ServerAction } from "../../models/compute/server-action.ts";
import type { Image } from "../../models/image/image.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { FloatingIP } from "../../models/network/floating-ip.ts";
import type { Network } from "../../models/network/network.ts";
import type { Router } from "../../models/network/router.ts";
import type { SecurityGroup } from "../../models/network/security-group.ts";
import type { Subnet } from "../../models/network/subnet.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { floatingIPLine, networkLine, routerLine, securityGroupLine, subnetLine } from "./chains/network.ts";
import { lonePortLine } from "./chains/port.ts";
import { serverLine } from "./chains/server.ts";
import { imageLine, volumeLine } from "./chains/storage.ts";
import { absentLine, type Line, stages } from "./line.ts";
import { ownLine } from "./readiness.ts";
import type { World } from "./world.ts";

function actionLine(action: ServerAction, world: World): Line {
  const { name } = action.spec.serverRef;
  const server = world.get(Server, name, action.metadata.namespace);
  const child = server ? serverLine(server, world) : absentLine(`Server ${name}`, stages.given);
  return ownLine(action, world, { stage: stages.own, children: [child] });
}

const chains: Readonly<Record<string, (object: never, world: World) => Line>> = {
  Server: serverLine,
  ServerAction: actionLine,
  Volume: (volume: Volume, world) => volumeLine(volume, world),
  Image: (image: Image, world) => imageLine(image, world),
  Network: (network: Network, world) => networkLine(network, world),
  Subnet: (subnet: Subnet, world) => subnetLine(subnet, world),
  Port: lonePortLine,
  Router: (router: Router, world) => routerLine(router, world),
  FloatingIP: (floating: FloatingIP, world) => floatingIPLine(floating, world),
  SecurityGroup: (group: SecurityGroup, world) => securityGroupLine(group, world),
};

/** Kinds without a chain are one line. */
export function chainOf(object: KubeObject, world: World): Line {
  return chains[object.kind]?.(object as never, world) ?? ownLine(object, world, { stage: stages.own });
}
