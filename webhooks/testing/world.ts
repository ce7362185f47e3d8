// A small world for rule tests: objects in a view, with the least that each kind needs.
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server } from "../../models/compute/server.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { Role } from "../../models/identity/role.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { Image } from "../../models/image/image.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { Verdict, View } from "../rules.ts";

export interface Extra {
  status?: object;
  /** `demo` unless said; ignored for cluster-scoped kinds. */
  namespace?: string;
  leaving?: boolean;
}

/** Makes objects of one kind; their id is their name. */
function maker<T extends KubeObject & { spec: object }>(kind: Kind<T>) {
  return (name: string, spec: Partial<T["spec"]> = {}, { status, namespace = "demo", leaving }: Extra = {}): T =>
    ({
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: {
        name,
        uid: name,
        ...(kind.namespaced ? { namespace } : {}),
        ...(leaving ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
      },
      spec,
      ...(status ? { status } : {}),
    }) as unknown as T;
}

export const make = {
  flavor: maker(Flavor),
  keyPair: maker(KeyPair),
  server: maker(Server),
  domain: maker(Domain),
  group: maker(Group),
  role: maker(Role),
  tenant: maker(Tenant),
  user: maker(User),
  image: maker(Image),
  floatingIP: maker(FloatingIP),
  network: maker(Network),
  port: maker(Port),
  router: maker(Router),
  securityGroup: maker(SecurityGroup),
  subnet: maker(Subnet),
  volume: maker(Volume),
  volumeType: maker(VolumeType),
};

/** A view of exactly these objects. */
export function viewOf(...objects: readonly KubeObject[]): View {
  const ofKind = <T extends KubeObject>(kind: Kind<T>) => objects.filter((object) => object.kind === kind.kind) as T[];
  return {
    get: (kind, name, namespace) =>
      ofKind(kind).find(({ metadata }) => metadata.name === name && (!kind.namespaced || metadata.namespace === namespace)),
    list: (kind, namespace) => ofKind(kind).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    byIndex: (kind, { values }, value) => ofKind(kind).filter((object) => values(object).includes(value)),
  };
}

/** `code reason` of a refusal, "fine" without one: what tables compare. */
export const outcome = (verdict: Verdict): string => (verdict ? `${verdict.error.status} ${verdict.error.reason}` : "fine");
