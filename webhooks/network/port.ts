// Admission of Ports: the network is there and ours to use, addresses fit it, MAC addresses are used once, and ports of routers are theirs.
import { idOf } from "../../domain/id.ts";
import { canonicalMac } from "../../domain/net/mac.ts";
import { addressPlan } from "../../domain/net/port.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import {
  defineRules,
  firstAmong,
  firstOf,
  isLeaving,
  isSame,
  namespaceOf,
  type Reference,
  refTo,
  refuse,
  type Verdict,
  type View,
} from "../rules.ts";
import { findNetwork, isUsable, networkNotFound, portsOn, securityGroupNotFound, subnetNotFound, subnetsOf } from "./network-use.ts";

/** Ports that routers and floating IPs have on networks which only they may use. */
const externalOwners = new Set(["network:router_gateway", "network:floatingip"]);

function network(port: Port, view: View): Verdict {
  const { networkRef, deviceOwner } = port.spec;
  const found = findNetwork(networkRef, namespaceOf(port), view);
  if (!found) return networkNotFound(networkRef.name);
  if (isLeaving(found)) return { ...networkNotFound(networkRef.name), because: [found] };
  const mayUse = isUsable(found, namespaceOf(port)) || (found.spec.external === true && externalOwners.has(deviceOwner ?? ""));
  if (mayUse) return undefined;
  if (!found.spec.external) return { ...networkNotFound(networkRef.name), because: [found] };
  const message = `Tenant not allowed to create port on network ${idOf(found)}`;
  return refuse("Forbidden", "NotAuthorized", message, [found]);
}

function addresses(port: Port, view: View): Verdict {
  if (port.spec.fixedIPs === undefined) return undefined;
  const found = findNetwork(port.spec.networkRef, namespaceOf(port), view);
  if (!found) return undefined;
  const subnets = subnetsOf(found, view);
  const missing = port.spec.fixedIPs.find(
    ({ subnetRef }) => subnetRef && !subnets.some(({ metadata }) => metadata.name === subnetRef.name),
  )?.subnetRef;
  if (missing) {
    if (!view.get(Subnet, missing.name, namespaceOf(found))) return subnetNotFound(missing.name);
    const message = `Invalid input for operation: Failed to create port on network ${idOf(found)}, because fixed_ips included invalid subnet ${missing.name}.`;
    return refuse("Invalid", "InvalidInput", message);
  }
  const candidates = subnets.map(({ metadata, spec }) => ({ name: metadata.name, spec }));
  const plan = addressPlan(port.spec, candidates, port.spec.macAddress ?? "fa:16:3e:00:00:00");
  if (!("problem" in plan)) return undefined;
  const isFree = port.spec.fixedIPs.every(({ subnetRef }) => subnetRef === undefined);
  const message = isFree
    ? `IP address ${port.spec.fixedIPs.find(({ ipAddress }) => ipAddress)?.ipAddress} is not a valid IP for any of the subnets on the specified network.`
    : plan.problem.message;
  const refused = refuse("Invalid", isFree ? "InvalidIpForNetwork" : "InvalidIpForSubnet", message, subnets);
  return { ...refused, lookAgain: { kind: Subnet, namespace: namespaceOf(found) } };
}

function macFree(port: Port, view: View): Verdict {
  const mac = canonicalMac(port.spec.macAddress ?? "");
  const found = findNetwork(port.spec.networkRef, namespaceOf(port), view);
  if (!mac || !found) return undefined;
  const twin = portsOn(found, view).find(
    (other) => !isSame(other, port) && [other.spec.macAddress, other.status?.macAddress].some((text) => canonicalMac(text ?? "") === mac),
  );
  const message = `Unable to complete operation for network ${idOf(found)}. The mac address ${mac} is in use.`;
  return twin && refuse("Conflict", "MacAddressInUse", message, [twin]);
}

function securityGroups(port: Port, view: View): Verdict {
  return firstAmong(port.spec.securityGroupRefs, ({ name }) => {
    const group = view.get(SecurityGroup, name, namespaceOf(port));
    return group && !isLeaving(group) ? undefined : { ...securityGroupNotFound(name), because: group ? [group] : [] };
  });
}

function portSecurity(port: Port): Verdict {
  const { portSecurityEnabled, securityGroupRefs = [], allowedAddressPairs = [], fixedIPs } = port.spec;
  if (allowedAddressPairs.length > 0 && portSecurityEnabled === false) {
    const message = "Port Security must be enabled in order to have allowed address pairs on a port.";
    return refuse("Conflict", "AddressPairAndPortSecurityRequired", message);
  }
  if (securityGroupRefs.length > 0 && (portSecurityEnabled === false || fixedIPs?.length === 0)) {
    const message = "Port security must be enabled and port must have an IP address in order to use security groups.";
    return refuse("Invalid", "PortSecurityAndIPRequiredForSecurityGroups", message);
  }
  return undefined;
}

/** The router or floating IP that a port is part of, while that one still wants it. */
function owner(port: Port, view: View): Router | FloatingIP | undefined {
  const { deviceOwner = "", deviceID } = port.spec;
  const namespace = namespaceOf(port);
  if (deviceOwner === "network:floatingip") {
    return view.list(FloatingIP, namespace).find((fip) => idOf(fip) === deviceID && !isLeaving(fip));
  }
  if (!deviceOwner.startsWith("network:router_")) return undefined;
  const router = view.list(Router, namespace).find((each) => idOf(each) === deviceID && !isLeaving(each));
  if (!router) return undefined;
  if (deviceOwner === "network:router_gateway") return router.spec.externalGateway ? router : undefined;
  const subnets = new Set(
    (port.status?.fixedIPs ?? port.spec.fixedIPs?.map((fixed) => ({ subnet: fixed.subnetRef?.name })))?.map((fixed) => fixed.subnet),
  );
  const wanted = router.spec.interfaces?.some(
    ({ portRef, subnetRef }) => portRef?.name === port.metadata.name || (subnetRef !== undefined && subnets.has(subnetRef.name)),
  );
  return wanted ? router : undefined;
}

function references(port: Port): Reference[] {
  const { networkRef, fixedIPs = [], securityGroupRefs = [] } = port.spec;
  const subnets = fixedIPs.flatMap(({ subnetRef }) =>
    subnetRef ? [{ kind: Subnet, name: subnetRef.name, namespace: networkRef.namespace ?? namespaceOf(port) }] : [],
  );
  return [...refTo(Network, networkRef, port), ...subnets, ...securityGroupRefs.flatMap((ref) => refTo(SecurityGroup, ref, port))];
}

export const portRules = defineRules<Port>({
  kind: Port,
  quota: { service: "network", amounts: () => ({ ports: 1 }) },
  references,
  create: (port, view) =>
    firstOf(
      () => network(port, view),
      () => portSecurity(port),
      () => addresses(port, view),
      () => macFree(port, view),
      () => securityGroups(port, view),
    ),
  update: (port, _old, view) =>
    firstOf(
      () => portSecurity(port),
      () => addresses(port, view),
      () => macFree(port, view),
      () => securityGroups(port, view),
    ),
  remove(port, view) {
    const user = owner(port, view);
    const message = `Port ${idOf(port)} cannot be deleted directly via the port API: has device owner ${port.spec.deviceOwner}.`;
    return user && refuse("Conflict", "ServicePortInUse", message, [user]);
  },
});
