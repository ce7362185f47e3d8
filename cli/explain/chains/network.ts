// Networks, subnets, ports, routers and floating IPs, down to their rows in OVN. Pure.
import { NetworkAttachmentDefinition } from "../../../clients/multus/kinds.ts";
import { idOf } from "../../../domain/id.ts";
import { attachmentName, portGroupName, routerName, switchName } from "../../../domain/net/names.ts";
import { deviceOwners } from "../../../domain/net/port.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import type { SecurityGroup } from "../../../models/network/security-group.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { absentLine, type Line, nameOf, stages, words } from "../line.ts";
import { ownLine } from "../readiness.ts";
import type { World } from "../world.ts";
import { gatewayLines, namedRowLines, natLines, switchPortLines } from "./ovn.ts";

function networkRefLine(name: string, namespace: string | undefined, known: string | undefined, world: World): Line {
  const network = world.get(Network, name, namespace);
  if (!network) return absentLine(`Network ${namespace === known ? "" : `${namespace}/`}${name}`, stages.given);
  return ownLine(network, world, {
    stage: stages.given,
    known,
    children: namedRowLines("Logical_Switch", switchName(idOf(network)), world),
  });
}

export function networkLine(network: Network, world: World): Line {
  const { name, namespace } = network.metadata;
  const subnets = world.list(Subnet, namespace).filter(({ spec }) => spec.networkRef.name === name);
  const children = [
    ...subnets.map((subnet) => ownLine(subnet, world, { stage: stages.port, known: namespace, shows: subnet.spec.cidr })),
    ...namedRowLines("Logical_Switch", switchName(idOf(network)), world),
  ];
  return ownLine(network, world, { stage: stages.own, children });
}

export function subnetLine(subnet: Subnet, world: World): Line {
  const { namespace } = subnet.metadata;
  const children = [networkRefLine(subnet.spec.networkRef.name, namespace, namespace, world)];
  return ownLine(subnet, world, { stage: stages.own, shows: subnet.spec.cidr, children });
}

export interface PortDetails {
  stage: number;
  known?: string | undefined;
  /** Whether a guest should be plugged into it now. */
  runs: boolean;
}

function attachmentLine(port: Port, world: World): Line {
  const { namespace } = port.metadata;
  const attachment = world.get(NetworkAttachmentDefinition, attachmentName(idOf(port)), namespace);
  if (!attachment) return absentLine(`NetworkAttachmentDefinition ${attachmentName(idOf(port))}`, stages.plug);
  return { what: nameOf(attachment, namespace), state: "ready", shows: "", events: [], stage: stages.plug, children: [] };
}

/** Ports that a guest's NIC is on, or may be. */
const isForGuests = ({ spec }: Port) => !(spec.deviceOwner ?? "").startsWith("network:");

export function portLine(port: Port, { stage, known, runs }: PortDetails, world: World): Line {
  const { namespace } = port.metadata;
  const { networkRef, deviceOwner } = port.spec;
  const { fixedIPs = [], macAddress, phase } = port.status ?? {};
  // A floating IP's own port is an address without a place in the network.
  const rows = deviceOwner === deviceOwners.floatingIP ? [] : switchPortLines(idOf(port), runs, world);
  const children = [
    networkRefLine(networkRef.name, networkRef.namespace ?? namespace, namespace, world),
    ...(isForGuests(port) ? [attachmentLine(port, world)] : []),
    ...rows,
  ];
  const shows = words(phase, ...fixedIPs.map(({ ipAddress }) => ipAddress), macAddress);
  return ownLine(port, world, { stage, known, shows, children });
}

function portRefLine(name: string, namespace: string | undefined, world: World): Line {
  const port = world.get(Port, name, namespace);
  return port ? portLine(port, { stage: stages.port, known: namespace, runs: false }, world) : absentLine(`Port ${name}`, stages.port);
}

export function routerLine(router: Router, world: World): Line {
  const { namespace } = router.metadata;
  const { gatewayPort, interfaces = [], phase, externalIPs = [] } = router.status ?? {};
  const names = [...(gatewayPort ? [gatewayPort] : []), ...interfaces.map(({ port }) => port)];
  const children = [
    ...namedRowLines("Logical_Router", routerName(idOf(router)), world),
    ...gatewayLines(router, world),
    ...[...new Set(names)].map((name) => portRefLine(name, namespace, world)),
  ];
  return ownLine(router, world, { stage: stages.own, shows: words(phase, ...externalIPs.map(({ ipAddress }) => ipAddress)), children });
}

export function floatingIPLine(floating: FloatingIP, world: World): Line {
  const { namespace } = floating.metadata;
  const { networkRef, portRef } = floating.spec;
  const { phase, ipAddress, fixedIPAddress, router: routerRef } = floating.status ?? {};
  const router = routerRef === undefined ? undefined : world.get(Router, routerRef, namespace);
  const children = [
    networkRefLine(networkRef.name, networkRef.namespace ?? namespace, namespace, world),
    ...(portRef ? [portRefLine(portRef.name, namespace, world)] : []),
    ...(router ? [ownLine(router, world, { stage: stages.port, known: namespace })] : []),
    // Without a port it leads nowhere, and has no row.
    ...(portRef ? natLines(idOf(floating), world) : []),
  ];
  return ownLine(floating, world, {
    stage: stages.own,
    shows: words(phase, ipAddress, fixedIPAddress && `to ${fixedIPAddress}`),
    children,
  });
}

export function securityGroupLine(group: SecurityGroup, world: World): Line {
  const children = namedRowLines("Port_Group", portGroupName(idOf(group)), world);
  return ownLine(group, world, { stage: stages.own, shows: `${group.spec.rules?.length ?? 0} rules`, children });
}

/** Floating IPs that lead to a port. */
export function floatingLinesOf(port: Port, world: World): Line[] {
  const { name, namespace } = port.metadata;
  const found = world.list(FloatingIP, namespace).filter(({ spec }) => spec.portRef?.name === name);
  return found.map((floating) =>
    ownLine(floating, world, {
      stage: stages.binding,
      known: namespace,
      shows: words(floating.status?.phase, floating.status?.ipAddress),
      children: natLines(idOf(floating), world),
    }),
  );
}
