// The Ports that a Router makes: one for each subnet that it joins, and one on the external network. Pure.
import { idOf } from "../../../domain/id.ts";
import { deviceOwners } from "../../../domain/net/port.ts";
import { gatewayText, subnetRange } from "../../../domain/net/subnet.ts";
import type { Port, PortSpec } from "../../../models/network/port.ts";
import type { Router } from "../../../models/network/router.ts";
import type { RouterWorld } from "./gather.ts";

/** Label of a router's own ports, with the router's name. */
const routerLabel = "kumulus.cloud/router";

function portOf(router: Router, name: string, spec: Partial<PortSpec> & Pick<PortSpec, "networkRef">): Port {
  const { namespace = "" } = router.metadata;
  return {
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Port",
    metadata: { name, namespace, labels: { [routerLabel]: router.metadata.name.slice(0, 63) } },
    spec: { displayName: "", deviceID: idOf(router), securityGroupRefs: [], portSecurityEnabled: false, ...spec },
  };
}

export function desiredRouterPorts(router: Router, world: RouterWorld): Port[] {
  const { namespace } = router.metadata;
  const elsewhere = (home: string | undefined) => (home === undefined || home === namespace ? {} : { namespace: home });
  const interfaces = world.interfaces.flatMap(({ subnet, portName }) => {
    const range = subnet && subnetRange(subnet.spec);
    const gateway = range && gatewayText(range);
    if (!subnet || gateway === undefined) return [];
    return portOf(router, portName, {
      networkRef: { name: subnet.spec.networkRef.name, ...elsewhere(subnet.metadata.namespace) },
      deviceOwner: deviceOwners.routerInterface,
      fixedIPs: [{ subnetRef: { name: subnet.metadata.name }, ipAddress: gateway }],
    });
  });
  const { externalGateway } = router.spec;
  if (!externalGateway || !world.gateway?.network?.spec.external) return interfaces;
  const { networkRef, fixedIPs } = externalGateway;
  const gateway = portOf(router, world.gateway.portName, {
    networkRef: { name: networkRef.name, ...elsewhere(networkRef.namespace) },
    deviceOwner: deviceOwners.routerGateway,
    ...(fixedIPs?.length ? { fixedIPs } : {}),
  });
  return [...interfaces, gateway];
}
