// What of an object only managers, or only administrators, of a project may set: the attributes that have policy rules of their own in the APIs. Pure.
import { kubernetesUser } from "../../domain/identity/tenant-rights.ts";
import type { KeyPair } from "../../models/compute/key-pair.ts";
import type { Server } from "../../models/compute/server.ts";
import type { ServerAction } from "../../models/compute/server-action.ts";
import type { Image } from "../../models/image/image.ts";
import type { KubeObject, ObjectMeta } from "../../models/kind.ts";
import type { FloatingIP } from "../../models/network/floating-ip.ts";
import type { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import type { Router } from "../../models/network/router.ts";
import type { SecurityGroup } from "../../models/network/security-group.ts";
import type { Subnet } from "../../models/network/subnet.ts";

export type Level = "manage" | "administer";

/** Values by the field's name. One that is undefined, null, false or empty is not set. */
type Values = Readonly<Record<string, unknown>>;

/** What may differ between the object before and after; `user` is who asks. */
type Guarded<T> = (object: T, user: string) => Values;

/** Values of one kind's objects: `create` of new ones (of changed ones too, unless `update` says otherwise). */
interface Guard<T> {
  readonly administer?: Guarded<T>;
  readonly manage?: Guarded<T>;
  /** Asked of changes only. */
  readonly manageChanges?: Guarded<T>;
}

const isOurs = (key: string) => /^([a-z0-9-]+\.)*kumulus\.cloud\//.test(key);
const ours = (map: Readonly<Record<string, string>> = {}) => Object.entries(map).filter(([key]) => isOurs(key));

/** Labels and annotations that the cloud keeps its own state in, such as the id by which clients know an object. */
export const metadataOf = ({ labels, annotations }: ObjectMeta): Values =>
  Object.fromEntries([
    ...ours(labels).map(([key, value]) => [`metadata.labels[${key}]`, value]),
    ...ours(annotations).map(([key, value]) => [`metadata.annotations[${key}]`, value]),
  ]);

/** Our finalizers: without them an object ends before what it stands for. */
export const finalizersOf = ({ finalizers = [] }: ObjectMeta): readonly string[] => finalizers.filter(isOurs);

const other = (name: string | undefined, user: string) => (name !== undefined && kubernetesUser(name) !== user ? name : undefined);

function portValues({ spec, metadata }: Port): Values {
  const { hostID, deviceOwner, networkRef, macAddress, fixedIPs = [], portSecurityEnabled, allowedAddressPairs } = spec;
  const isForeign = networkRef.namespace !== undefined && networkRef.namespace !== metadata.namespace;
  const ofOwner = {
    "spec.deviceOwner": deviceOwner?.startsWith("network:") ? deviceOwner : undefined,
    "spec.macAddress": macAddress,
    "spec.fixedIPs": fixedIPs.flatMap(({ ipAddress }) => ipAddress ?? []),
    "spec.portSecurityEnabled": portSecurityEnabled === false ? "off" : undefined,
    "spec.allowedAddressPairs": allowedAddressPairs,
  };
  return { "spec.hostID": hostID, ...(isForeign ? ofOwner : {}) };
}

const lockedByAdmin = "kumulus.cloud/locked-by-admin";

function serverValues({ spec, metadata }: Server): Values {
  const { keyPairRef } = spec;
  const isForeign = keyPairRef?.namespace !== undefined && keyPairRef.namespace !== metadata.namespace;
  const isLocked = metadata.annotations?.[lockedByAdmin] === "true";
  return {
    "spec.keyPairRef": isForeign ? keyPairRef : undefined,
    "spec.locked": isLocked ? [spec.locked ?? false, spec.lockedReason] : undefined,
  };
}

function defineGuard<T extends KubeObject>(guard: Guard<T>): Guard<KubeObject> {
  return guard as unknown as Guard<KubeObject>;
}

export const guards: Readonly<Record<string, Guard<KubeObject>>> = {
  Server: defineGuard<Server>({ administer: serverValues }),
  ServerAction: defineGuard<ServerAction>({
    administer: ({ spec }, user) => ({ "spec.userRef": other(spec.userRef?.name, user), "spec.tenantRef": spec.tenantRef?.name }),
  }),
  KeyPair: defineGuard<KeyPair>({ administer: ({ spec }, user) => ({ "spec.userRef": other(spec.userRef?.name, user) }) }),
  Image: defineGuard<Image>({ administer: ({ spec }) => ({ "spec.visibility": spec.visibility === "public" ? "public" : undefined }) }),
  Network: defineGuard<Network>({
    administer: ({ spec }) => ({
      "spec.shared": spec.shared,
      "spec.external": spec.external,
      "spec.isDefault": spec.isDefault,
      "spec.provider": spec.provider,
    }),
  }),
  Subnet: defineGuard<Subnet>({ administer: ({ spec }) => ({ "spec.serviceTypes": spec.serviceTypes }) }),
  Port: defineGuard<Port>({ administer: portValues, manageChanges: ({ spec }) => ({ "spec.macAddress": spec.macAddress }) }),
  Router: defineGuard<Router>({
    administer: ({ spec: { externalGateway } }) => ({
      "spec.externalGateway.enableSNAT": externalGateway?.enableSNAT === false ? "off" : undefined,
      "spec.externalGateway.fixedIPs": externalGateway?.fixedIPs,
    }),
  }),
  FloatingIP: defineGuard<FloatingIP>({ manage: ({ spec }) => ({ "spec.ipAddress": spec.ipAddress }) }),
  SecurityGroup: defineGuard<SecurityGroup>({ administer: ({ spec }) => ({ "spec.isDefault": spec.isDefault }) }),
};
