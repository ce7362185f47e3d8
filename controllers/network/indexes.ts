// Cache indexes of the network controllers: every lookup that a reconcile makes costs what it finds, not what there is.
import { canonicalMac } from "../../domain/net/mac.ts";
import type { ObjectRef } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { index } from "../../operator/controller/define-controller.ts";

/** Value of an object in indexes: its namespace and name. */
export const place = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

/** Where a reference from `namespace` leads. */
export const refPlace = (ref: ObjectRef, namespace: string | undefined): string => place(ref.namespace ?? namespace, ref.name);

export const macPlace = (network: string, mac: string): string => `${network}/${mac}`;

const macOf = (port: Port): string | undefined => port.status?.macAddress ?? canonicalMac(port.spec.macAddress ?? "");

/** Names are ours alone: other controllers of the process may index the same kinds. */
export const by = Object.freeze({
  network: "net:network",
  mac: "net:mac",
  group: "net:group",
  noGroup: "net:no-group",
  owner: "net:owner",
  port: "net:port",
  subnet: "net:subnet",
  isDefault: "net:default",
  remote: "net:remote",
  uid: "net:uid",
});

export const networkIndexes = [
  index(Port, by.network, (port) => [refPlace(port.spec.networkRef, port.metadata.namespace)]),
  index(Port, by.mac, (port) => {
    const mac = macOf(port);
    return mac === undefined ? [] : [macPlace(refPlace(port.spec.networkRef, port.metadata.namespace), mac)];
  }),
  index(Port, by.group, (port) => (port.spec.securityGroupRefs ?? []).map((ref) => place(port.metadata.namespace, ref.name))),
  index(Port, by.noGroup, (port) => (port.spec.securityGroupRefs === undefined ? [port.metadata.namespace ?? ""] : [])),
  index(Port, by.owner, (port) => (port.metadata.ownerReferences ?? []).map((owner) => owner.uid)),
  index(Subnet, by.network, (subnet) => [place(subnet.metadata.namespace, subnet.spec.networkRef.name)]),
  index(IPAddress, by.port, (address) => [refPlace(address.spec.portRef, address.metadata.namespace)]),
  index(IPAddress, by.subnet, (address) => [place(address.metadata.namespace, address.spec.subnetRef.name)]),
  index(SecurityGroup, by.isDefault, (group) => (group.spec.isDefault ? [group.metadata.namespace ?? ""] : [])),
  index(SecurityGroup, by.remote, (group) =>
    (group.spec.rules ?? []).flatMap((rule) => (rule.remoteGroupRef ? [place(group.metadata.namespace, rule.remoteGroupRef.name)] : [])),
  ),
  index(Router, by.subnet, ({ metadata: { namespace }, spec, status }) => [
    ...(spec.interfaces ?? []).flatMap((one) => (one.subnetRef ? [refPlace(one.subnetRef, namespace)] : [])),
    ...(status?.interfaces ?? []).flatMap((one) => (one.subnet === undefined ? [] : [place(namespace, one.subnet)])),
  ]),
  index(Router, by.port, ({ metadata: { namespace }, spec }) =>
    (spec.interfaces ?? []).flatMap((one) => (one.portRef ? [place(namespace, one.portRef.name)] : [])),
  ),
  index(Router, by.network, ({ metadata: { namespace }, spec }) =>
    spec.externalGateway ? [refPlace(spec.externalGateway.networkRef, namespace)] : [],
  ),
  index(FloatingIP, by.port, ({ metadata: { namespace }, spec }) => (spec.portRef ? [place(namespace, spec.portRef.name)] : [])),
  index(FloatingIP, by.network, ({ metadata: { namespace }, spec }) => [refPlace(spec.networkRef, namespace)]),
];
