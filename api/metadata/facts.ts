// What is told about the server behind an address of a network, from the caches.
import { hostnameOf } from "../../domain/compute/hostname.ts";
import type { MetadataFacts, TaggedDevice } from "../../domain/compute/metadata/facts.ts";
import { computeDeviceOwner } from "../../domain/compute/names.ts";
import { networkData } from "../../domain/compute/network-data.ts";
import { displayNameOf, idOf } from "../../domain/id.ts";
import { canonicalAddress } from "../../domain/net/address.ts";
import type { Server } from "../../models/compute/server.ts";
import type { Port } from "../../models/network/port.ts";
import { launchIndexOf, notedImageID, notedKeyName, reservationOf } from "../compute/annotations.ts";
import { viewSecurityGroups } from "../compute/server-parts.ts";
import { type ComputeWorld, cacheKey, computeWorld } from "../compute/world.ts";
import type { Stores } from "../http/store.ts";

export interface MetadataWorld {
  /** Undefined when no server has the address on the network of that id. */
  factsOf(networkID: string, address: string): Promise<MetadataFacts | undefined>;
}

const addressIndex = "metadata:address";
const addressKey = (namespace: string | undefined, network: string, address: string): string =>
  `${cacheKey(namespace, network)} ${address}`;

export function metadataWorld(stores: Stores): MetadataWorld {
  const world = computeWorld(stores);
  world.ports.cache.addIndex(addressIndex, ({ metadata, spec, status }) => {
    const { name, namespace = metadata.namespace } = spec.networkRef;
    return (status?.fixedIPs ?? []).map(({ ipAddress }) => addressKey(namespace, name, ipAddress));
  });

  async function serverAt(networkID: string, address: string): Promise<Server | undefined> {
    const network = await world.networks.byId(networkID);
    if (!network) return undefined;
    const { name, namespace } = network.metadata;
    const [port] = world.ports.byIndex(addressIndex, addressKey(namespace, name, canonicalAddress(address) ?? address));
    return port && serverOf(world, port);
  }

  return {
    async factsOf(networkID, address) {
      const server = await serverAt(networkID, address);
      return server && factsOf(world, server);
    },
  };
}

/** A port may say that it is anybody's: the server must know it too. */
async function serverOf(world: ComputeWorld, port: Port): Promise<Server | undefined> {
  const { deviceID, deviceOwner } = port.spec;
  if (!deviceID || deviceOwner !== computeDeviceOwner) return undefined;
  const server = await world.servers.byId(deviceID);
  const isTheirs = server?.metadata.namespace === port.metadata.namespace;
  return server && isTheirs && world.portsOf(server).some((own) => own.metadata.uid === port.metadata.uid) ? server : undefined;
}

function factsOf(world: ComputeWorld, server: Server): MetadataFacts {
  const { namespace } = server.metadata;
  const { imageRef } = server.spec;
  const image = imageRef && world.images.get(imageRef.name, imageRef.namespace ?? namespace);
  return {
    server,
    hostname: server.status?.hostname ?? hostnameOf(server),
    projectID: world.projectOf(namespace),
    key: keyOf(world, server),
    imageID: image ? idOf(image) : notedImageID(server),
    reservationID: reservationOf(server),
    launchIndex: launchIndexOf(server),
    securityGroups: viewSecurityGroups(world, server).map(({ name }) => name),
    networkData: networkDataOf(world, world.portsOf(server)),
    taggedDevices: taggedDevices(world, server),
  };
}

/** Certificates are for Windows, which asks for no metadata of ours. */
function keyOf(world: ComputeWorld, server: Server): MetadataFacts["key"] {
  const { keyPairRef } = server.spec;
  const pair = keyPairRef && world.keyPairs.get(keyPairRef.name, keyPairRef.namespace ?? server.metadata.namespace);
  if (!pair || pair.spec.type === "x509") return undefined;
  return { name: notedKeyName(server) ?? displayNameOf(pair), publicKey: pair.spec.publicKey.trim() };
}

function networkDataOf(world: ComputeWorld, ports: readonly Port[]) {
  const networks = ports.flatMap(({ metadata, spec }) => {
    const { name, namespace = metadata.namespace } = spec.networkRef;
    return world.networks.get(name, namespace) ?? [];
  });
  const subnets = networks.flatMap(({ metadata }) => world.subnets.byIndex("network", cacheKey(metadata.namespace, metadata.name)));
  return networkData(ports, networks, [...new Set(subnets)]);
}

function taggedDevices(world: ComputeWorld, server: Server): TaggedDevice[] {
  const nics = (server.spec.networks ?? []).flatMap((network, index): TaggedDevice[] => {
    const mac = world.portOf(server, network, index)?.status?.macAddress;
    return network.tag === undefined || mac === undefined ? [] : [{ type: "nic", mac, tags: [network.tag] }];
  });
  const disks = (server.spec.volumes ?? []).flatMap(({ name, tag }): TaggedDevice[] => {
    const volume = world.volumes.get(name, server.metadata.namespace);
    return tag === undefined || !volume ? [] : [{ type: "disk", serial: idOf(volume), tags: [tag] }];
  });
  return [...nics, ...disks];
}
