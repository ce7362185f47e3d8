// Reads what the Server controller decides from: the caches only.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName, serverLabelValue } from "../../../domain/compute/names.ts";
import { goldenName } from "../../../domain/image/golden.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import { ServerAction } from "../../../models/compute/server-action.ts";
import { Image } from "../../../models/image/image.ts";
import type { KubeObject, ObjectRef } from "../../../models/kind.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import type { Context } from "../../../operator/contract.ts";
import { chooseVolumeType } from "../../volume/data-volume.ts";
import { hasEnded, olderFirst } from "../server-action/queue.ts";
import { keyOf } from "./indexes.ts";
import type { Seen } from "./seen.ts";

export function seenOf(server: Server, ctx: Context, now: Date): Seen {
  const { namespace } = server.metadata;
  const find = <T>(ref: ObjectRef | undefined, get: (name: string, namespace: string | undefined) => T | undefined) =>
    ref && get(ref.name, ref.namespace ?? namespace);
  const image = find(server.spec.imageRef, (name, where) => ctx.get(Image, name, where));
  const volumeType = chooseVolumeType(ctx.list(VolumeType), server.spec.rootVolumeType);
  const golden = image && volumeType && ctx.get(DataVolume, goldenName(image, volumeType.metadata.name), image.metadata.namespace);
  const instance = instanceName(server.metadata.name);
  const vm = ctx.get(VirtualMachine, instance, namespace);
  return {
    flavor: ctx.get(Flavor, server.spec.flavorRef.name),
    image,
    keyPair: find(server.spec.keyPairRef, (name, where) => ctx.get(KeyPair, name, where)),
    volumeType,
    golden,
    ...networkOf(server, ctx),
    volumes: volumesOf(server, ctx),
    ...(vm && !isOwnedBy(vm, server) ? { nameTaken: true } : { vm, vmi: ctx.get(VirtualMachineInstance, instance, namespace) }),
    actions: ctx
      .byIndex(ServerAction, "server", keyOf(namespace, server.metadata.name))
      .filter((action) => !hasEnded(action))
      .toSorted(olderFirst),
    now,
  };
}

/** Ports made for this very server: an earlier one of the same name may have left some that are on their way out. */
export function ownPortsOf(server: Server, ctx: Context): Port[] {
  const labelled = ctx.byIndex(Port, "server", keyOf(server.metadata.namespace, serverLabelValue(server.metadata.name)));
  return labelled.filter((port) => isOwnedBy(port, server));
}

export function isOwnedBy({ metadata }: KubeObject, owner: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

function networkOf(server: Server, ctx: Context) {
  const { namespace } = server.metadata;
  const ownPorts = ownPortsOf(server, ctx);
  const namedPorts = (server.spec.networks ?? []).flatMap(({ portRef }) => {
    const port = portRef && ctx.get(Port, portRef.name, namespace);
    return port ? [port] : [];
  });
  const ports = [...ownPorts, ...namedPorts];
  const networks = new Map<string, Network>();
  const subnets = new Map<string, Subnet>();
  for (const { spec, status, metadata } of ports) {
    const where = spec.networkRef.namespace ?? metadata.namespace;
    const network = ctx.get(Network, spec.networkRef.name, where);
    if (network) networks.set(keyOf(where, network.metadata.name), network);
    for (const fixed of status?.fixedIPs ?? []) {
      const subnet = ctx.get(Subnet, fixed.subnet, where);
      if (subnet) subnets.set(keyOf(where, fixed.subnet), subnet);
    }
  }
  const floatingIPs = ports.flatMap(({ metadata }) => [...ctx.byIndex(FloatingIP, "port", keyOf(metadata.namespace, metadata.name))]);
  return { ownPorts, namedPorts, networks: [...networks.values()], subnets: [...subnets.values()], floatingIPs };
}

function volumesOf(server: Server, ctx: Context): Volume[] {
  const names = new Set([...(server.spec.volumes ?? []), ...(server.status?.volumes ?? [])].map(({ name }) => name));
  return [...names].flatMap((name) => ctx.get(Volume, name, server.metadata.namespace) ?? []);
}
