// Parts of a server's view that other resources show too: its flavor, image, addresses, volumes and security groups.
import { createHash } from "node:crypto";
import { displayNameOf, idOf } from "../../domain/id.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Server } from "../../models/compute/server.ts";
import { notedImageID } from "./annotations.ts";
import { bookmark, type Viewer } from "./links.ts";
import type { ComputeWorld } from "./world.ts";

/** Id that clients use of a flavor: any string in Nova. */
export const flavorIDOf = (flavor: Flavor): string => flavor.spec.flavorID ?? idOf(flavor);

/** From 2.47 on the size itself, else a link. A flavor that is gone shows the size that the server was given. */
export function viewServerFlavor(world: ComputeWorld, { spec, status }: Server, { minor, base, extraSpecs }: Viewer) {
  const flavor = world.flavors.get(spec.flavorRef.name);
  const id = flavor ? flavorIDOf(flavor) : spec.flavorRef.name;
  if (minor < 47) return { id, links: [bookmark(base, "flavors", id)] };
  const size = status?.flavor ?? (flavor ? { ...flavor.spec, name: displayNameOf(flavor) } : {});
  return {
    vcpus: size.vcpus ?? 0,
    ram: size.ramMiB ?? 0,
    disk: size.diskGiB ?? 0,
    ephemeral: size.ephemeralGiB ?? 0,
    swap: size.swapMiB ?? 0,
    original_name: size.name ?? spec.flavorRef.name,
    ...(extraSpecs ? { extra_specs: size.extraSpecs ?? {} } : {}),
  };
}

/** "" for a server that boots a volume. */
export function viewServerImage(world: ComputeWorld, server: Server, { base }: Viewer) {
  const { imageRef } = server.spec;
  if (!imageRef) return "";
  const image = world.images.get(imageRef.name, imageRef.namespace ?? server.metadata.namespace);
  const id = image ? idOf(image) : (notedImageID(server) ?? imageRef.name);
  return { id, links: [bookmark(base, "images", id)] };
}

export interface ShownAddress {
  version: 4 | 6;
  addr: string;
  "OS-EXT-IPS:type"?: "fixed" | "floating";
  "OS-EXT-IPS-MAC:mac_addr"?: string;
}

/** Addresses by the display name of their network. `extended` adds type and MAC. */
export function viewAddresses({ status }: Server, extended: boolean): Record<string, ShownAddress[]> {
  const networks: Record<string, ShownAddress[]> = {};
  for (const { network, address, type, macAddress } of status?.addresses ?? []) {
    networks[network] ??= [];
    networks[network].push({
      version: address.includes(":") ? 6 : 4,
      addr: address,
      ...(extended ? { "OS-EXT-IPS:type": type, "OS-EXT-IPS-MAC:mac_addr": macAddress } : {}),
    });
  }
  return networks;
}

export interface HeldVolume {
  name: string;
  device: string | undefined;
  deleteOnTermination: boolean;
  tag: string | undefined;
  attachmentID: string | undefined;
  bootIndex: number | undefined;
}

/** Volumes that a server has or shall have, and those that its guest still gives up. */
export function heldVolumes({ spec, status }: Server): HeldVolume[] {
  const seen = new Map((status?.volumes ?? []).map((volume) => [volume.name, volume]));
  const held = (spec.volumes ?? []).map(
    (volume): HeldVolume => ({
      name: volume.name,
      device: seen.get(volume.name)?.device ?? volume.device,
      deleteOnTermination: volume.deleteOnTermination ?? false,
      tag: volume.tag,
      attachmentID: volume.attachmentID,
      bootIndex: volume.bootIndex,
    }),
  );
  for (const { name } of held) seen.delete(name);
  for (const { name, device } of seen.values()) {
    held.push({ name, device, deleteOnTermination: false, tag: undefined, attachmentID: undefined, bootIndex: undefined });
  }
  return held;
}

export function viewVolumesAttached(world: ComputeWorld, server: Server, minor: number) {
  return heldVolumes(server).flatMap(({ name, deleteOnTermination }) => {
    const volume = world.volumes.get(name, server.metadata.namespace);
    if (!volume) return [];
    return [minor < 3 ? { id: idOf(volume) } : { id: idOf(volume), delete_on_termination: deleteOnTermination }];
  });
}

/** Security groups of every NIC, one after the other as Nova does; a NIC that is not there yet counts with the groups that it shall have. */
export function viewSecurityGroups(world: ComputeWorld, server: Server): { name: string }[] {
  const { namespace } = server.metadata;
  const wanted = (server.spec.securityGroupRefs ?? [{ name: "default" }]).map(({ name }) => name);
  return (server.spec.networks ?? []).flatMap((network, index) => {
    const port = world.portOf(server, network, index);
    if (port?.spec.portSecurityEnabled === false) return [];
    const names = port?.status?.securityGroups ?? port?.spec.securityGroupRefs?.map(({ name }) => name) ?? wanted;
    return names.map((name) => {
      const group = world.groups.get(name, namespace);
      return { name: group ? displayNameOf(group) : name };
    });
  });
}

/** Nova's opaque id of the host: tells two hosts apart within a project and says nothing else. */
export function hostID(projectID: string, node: string | undefined): string {
  return node ? createHash("sha224").update(`${projectID}${node}`).digest("hex") : "";
}
