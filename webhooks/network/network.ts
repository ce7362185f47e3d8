// Admission of Networks: provider segments are used once, and nothing is taken away that others stand on.
import { idOf } from "../../domain/id.ts";
import { isAutomatic } from "../../domain/net/port.ts";
import { Network } from "../../models/network/network.ts";
import { Router } from "../../models/network/router.ts";
import { defineRules, firstOf, isLeaving, isSame, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";
import { portsOn } from "./network-use.ts";

type Provider = NonNullable<Network["spec"]["provider"]>;

const invalid = (message: string) => refuse("Invalid", "InvalidInput", `Invalid input for operation: ${message}`);

function segmentComplete({ networkType, physicalNetwork, segmentationID }: Provider): Verdict {
  const needsPhysical = networkType === "flat" || networkType === "vlan";
  if (needsPhysical && physicalNetwork === undefined) return invalid(`physical_network required for ${networkType} provider network.`);
  if (!needsPhysical && physicalNetwork !== undefined)
    return invalid(`provider:physical_network specified for ${networkType ?? "geneve"} network.`);
  if (networkType === "flat" && segmentationID !== undefined) return invalid("segmentation_id prohibited for flat provider network.");
  if (networkType === "vlan" && segmentationID !== undefined && (segmentationID < 1 || segmentationID > 4094)) {
    return invalid(`segmentation_id out of range (1 through 4094).`);
  }
  return undefined;
}

function segmentFree(network: Network, provider: Provider, view: View): Verdict {
  const { networkType = "geneve", physicalNetwork, segmentationID } = provider;
  if (networkType === "local" || (networkType !== "flat" && segmentationID === undefined)) return undefined;
  const twin = view.list(Network).find((other) => {
    const segment = other.spec.provider;
    if (isSame(other, network) || isLeaving(other) || (segment?.networkType ?? "geneve") !== networkType) return false;
    if (segment?.physicalNetwork !== physicalNetwork) return false;
    return networkType === "flat" || (segment?.segmentationID ?? other.status?.segmentationID) === segmentationID;
  });
  if (!twin) return undefined;
  if (networkType === "flat") {
    const message = `Unable to create the flat network. Physical network ${physicalNetwork} is in use.`;
    return refuse("Conflict", "FlatNetworkInUse", message, [twin]);
  }
  if (networkType === "vlan") {
    const message = `Unable to create the network. The VLAN ${segmentationID} on physical network ${physicalNetwork} is in use.`;
    return refuse("Conflict", "VlanIdInUse", message, [twin]);
  }
  return refuse("Conflict", "TunnelIdInUse", `Unable to create the network. The tunnel ID ${segmentationID} is in use.`, [twin]);
}

function segment(network: Network, view: View): Verdict {
  const { provider } = network.spec;
  return (
    provider &&
    firstOf(
      () => segmentComplete(provider),
      () => segmentFree(network, provider, view),
    )
  );
}

function staysExternal(network: Network, view: View): Verdict {
  const users = portsOn(network, view).filter(({ spec }) =>
    ["network:router_gateway", "network:floatingip"].includes(spec.deviceOwner ?? ""),
  );
  const routers = view
    .list(Router)
    .filter(({ metadata, spec: { externalGateway } }) => {
      const ref = externalGateway?.networkRef;
      return ref?.name === network.metadata.name && (ref.namespace ?? metadata.namespace) === network.metadata.namespace;
    })
    .filter((router) => !isLeaving(router));
  const message = `External network ${idOf(network)} cannot be updated to be made non-external, since it has existing gateway ports.`;
  return users.length + routers.length > 0 ? refuse("Conflict", "ExternalNetworkInUse", message, [...users, ...routers]) : undefined;
}

function staysShared(network: Network, view: View): Verdict {
  const foreign = portsOn(network, view).filter(
    (port) => namespaceOf(port) !== namespaceOf(network) && port.spec.deviceOwner?.startsWith("network:") !== true,
  );
  const message = `Unable to reconfigure sharing settings for network ${idOf(network)}. Multiple tenants are using it.`;
  return foreign.length > 0 ? refuse("Conflict", "InvalidSharedSetting", message, foreign) : undefined;
}

export const networkRules = defineRules<Network>({
  kind: Network,
  quota: { service: "network", amounts: () => ({ networks: 1 }) },
  create: segment,
  update: (network, old, view) =>
    firstOf(
      () => segment(network, view),
      () => (old.spec.external && !network.spec.external ? staysExternal(old, view) : undefined),
      () => (old.spec.shared && !network.spec.shared ? staysShared(old, view) : undefined),
    ),
  remove(network, view) {
    const ports = portsOn(network, view).filter((port) => !isAutomatic(port));
    if (ports.length === 0) return undefined;
    const message = `Unable to complete operation on network ${idOf(network)}. There are one or more ports still in use on the network, id for these ports is: ${ports.slice(0, 10).map(idOf).join(",")}.`;
    return refuse("Conflict", "NetworkInUse", message, ports);
  },
});
