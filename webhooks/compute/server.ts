// Admission of Servers: what they name exists, is ours to use and fits, and the project's cores and memory are enough.
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Volume } from "../../models/volume/volume.ts";
import { defineRules, firstOf, type Reference, refTo, type View } from "../rules.ts";
import { networks, securityGroups, volumes } from "./server-devices.ts";
import { usableFlavor, usableImage, usableKeyPair } from "./server-use.ts";

function references(server: Server): Reference[] {
  const { flavorRef, imageRef, keyPairRef, networks: nics = [], securityGroupRefs = [], volumes: disks = [] } = server.spec;
  return [
    { kind: Flavor, name: flavorRef.name },
    ...refTo(Image, imageRef, server),
    ...refTo(KeyPair, keyPairRef, server),
    ...nics.flatMap(({ networkRef, portRef }) => [...refTo(Network, networkRef, server), ...refTo(Port, portRef, server)]),
    ...securityGroupRefs.flatMap((ref) => refTo(SecurityGroup, ref, server)),
    ...disks.flatMap(({ name }) => refTo(Volume, { name }, server)),
  ];
}

/** What it takes of the quota: its flavor's size, or the size that it has since its flavor is gone. */
function amounts({ spec, status }: Server, view: View): { instances: number; cores: number; ramMiB: number } {
  const size = view.get(Flavor, spec.flavorRef.name)?.spec ?? status?.flavor;
  return { instances: 1, cores: size?.vcpus ?? 0, ramMiB: size?.ramMiB ?? 0 };
}

const bootsFromImage = ({ spec }: Server) => !spec.volumes?.some(({ bootIndex }) => bootIndex === 0);

/** Entries of the new list that the old one does not have. What a server has already is not judged again. */
function added<T>(now: readonly T[] | undefined, before: readonly T[] | undefined, key: (entry: T) => string | undefined): T[] {
  const known = new Set(before?.map(key));
  return (now ?? []).filter((entry) => !known.has(key(entry)));
}

export const serverRules = defineRules<Server>({
  kind: Server,
  quota: { service: "compute", amounts },
  references,
  create: (server, view) =>
    firstOf(
      () => usableFlavor(server, view),
      () => usableImage(server, bootsFromImage(server), view),
      () => usableKeyPair(server, view),
      () => networks(server, server.spec.networks ?? [], view),
      () => securityGroups(server, view),
      () => volumes(server, server.spec.volumes ?? [], view),
    ),
  update(server, old, view) {
    const nics = added(server.spec.networks, old.spec.networks, ({ networkRef, portRef }) => JSON.stringify([networkRef, portRef]));
    const disks = added(server.spec.volumes, old.spec.volumes, ({ name }) => name);
    return firstOf(
      () => (server.spec.flavorRef.name === old.spec.flavorRef.name ? undefined : usableFlavor(server, view)),
      () => networks(server, nics, view),
      () => volumes(server, disks, view),
    );
  },
});
