// The wire form of a server (Compute API, "Show Server Details") at every microversion that we speak. Every field a client may read is named here.

import { hostnameOf } from "../../domain/compute/hostname.ts";
import { createdBy } from "../../domain/created-by.ts";
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import { launchIndexOf, notedKeyName, reservationOf } from "./annotations.ts";
import { links, type Viewer } from "./links.ts";
import { hostID, viewAddresses, viewSecurityGroups, viewServerFlavor, viewServerImage, viewVolumesAttached } from "./server-parts.ts";
import { shownState } from "./server-state.ts";
import { isoMicros, isoSeconds } from "./time.ts";
import type { ComputeWorld } from "./world.ts";

const withProgress: ReadonlySet<string> = new Set(["ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"]);

/** A server in the short list. */
export function viewServerBrief(server: Server, { base }: Viewer) {
  const id = idOf(server);
  return { id, name: displayNameOf(server), links: links(base, "servers", id) };
}

/** One server in the detailed list. */
export function viewServerDetail(world: ComputeWorld, server: Server, viewer: Viewer) {
  return {
    ...common(world, server, viewer, true),
    ...extensions(world, server, viewer),
    ...later(server, viewer),
    ...pinned(server, viewer),
  };
}

/** One server by itself: from 2.71 on with its groups. */
export function viewServer(world: ComputeWorld, server: Server, viewer: Viewer) {
  return { ...viewServerDetail(world, server, viewer), ...(viewer.minor >= 71 ? { server_groups: [] } : {}) };
}

/** Answer of an update: below 2.75 without most of the extensions. */
export function viewUpdatedServer(world: ComputeWorld, server: Server, viewer: Viewer) {
  if (viewer.minor >= 75) return viewServer(world, server, viewer);
  return { ...common(world, server, viewer, false), ...later(server, viewer), ...(viewer.minor >= 71 ? { server_groups: [] } : {}) };
}

function common(world: ComputeWorld, server: Server, viewer: Viewer, extended: boolean) {
  const { metadata, spec, status } = server;
  const id = idOf(server);
  const project = world.projectOf(metadata.namespace);
  const state = shownState(server, world.pendingActions(server));
  const created = isoSeconds(createdAt(server));
  return {
    id,
    name: displayNameOf(server),
    status: state.status,
    tenant_id: project,
    user_id: createdBy(server),
    metadata: spec.metadata ?? {},
    hostId: hostID(project, status?.node),
    image: viewServerImage(world, server, viewer),
    flavor: viewServerFlavor(world, server, viewer),
    created,
    updated: status?.updatedAt === undefined ? created : isoSeconds(status.updatedAt),
    addresses: viewAddresses(server, extended),
    accessIPv4: spec.accessIPv4 ?? "",
    accessIPv6: spec.accessIPv6 ?? "",
    links: links(viewer.base, "servers", id),
    "OS-DCF:diskConfig": spec.diskConfig ?? "MANUAL",
    ...(withProgress.has(state.status) ? { progress: 0 } : {}),
    ...(state.status === "ERROR" && status?.fault ? { fault: viewFault(status.fault) } : {}),
  };
}

function viewFault({ code, message, created }: { code: number; message: string; created: string }) {
  return { code, message, created: isoSeconds(created) };
}

function extensions(world: ComputeWorld, server: Server, viewer: Viewer) {
  const { spec, status } = server;
  const state = shownState(server, world.pendingActions(server));
  const groups = viewSecurityGroups(world, server);
  return {
    "OS-EXT-AZ:availability_zone": status?.node === undefined ? (spec.availabilityZone ?? "") : (spec.availabilityZone ?? "nova"),
    config_drive: spec.configDrive ? "True" : "",
    key_name: keyName(world, server),
    "OS-SRV-USG:launched_at": status?.launchedAt === undefined ? null : isoMicros(status.launchedAt),
    "OS-SRV-USG:terminated_at": null,
    "OS-EXT-STS:task_state": state.taskState,
    "OS-EXT-STS:vm_state": state.vmState,
    "OS-EXT-STS:power_state": state.powerState,
    "os-extended-volumes:volumes_attached": viewVolumesAttached(world, server, viewer.minor),
    ...(groups.length > 0 ? { security_groups: groups } : {}),
    ...(viewer.admin ? adminAttributes(server, viewer.minor) : {}),
    ...(viewer.minor >= 90 && !viewer.admin ? { "OS-EXT-SRV-ATTR:hostname": hostname(server) } : {}),
  };
}

const hostname = (server: Server): string => server.status?.hostname ?? hostnameOf(server);

function keyName(world: ComputeWorld, server: Server): string | null {
  const { keyPairRef } = server.spec;
  if (!keyPairRef) return null;
  const keyPair = world.keyPairs.get(keyPairRef.name, keyPairRef.namespace ?? server.metadata.namespace);
  return notedKeyName(server) ?? (keyPair ? displayNameOf(keyPair) : keyPairRef.name);
}

/** Only administrators see where and as what a server runs. */
function adminAttributes(server: Server, minor: number) {
  const { metadata, spec, status } = server;
  const node = status?.node ?? null;
  return {
    "OS-EXT-SRV-ATTR:host": node,
    "OS-EXT-SRV-ATTR:instance_name": status?.instanceName ?? metadata.name,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": node,
    ...(minor < 3
      ? {}
      : {
          "OS-EXT-SRV-ATTR:reservation_id": reservationOf(server),
          "OS-EXT-SRV-ATTR:launch_index": launchIndexOf(server),
          "OS-EXT-SRV-ATTR:hostname": hostname(server),
          "OS-EXT-SRV-ATTR:kernel_id": "",
          "OS-EXT-SRV-ATTR:ramdisk_id": "",
          "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
          "OS-EXT-SRV-ATTR:user_data": spec.userData ?? null,
        }),
    ...(minor < 16 ? {} : { host_status: node === null ? "" : "UP" }),
  };
}

/** Fields that came later and that every answer has from their microversion on. */
function later({ spec }: Server, { minor }: Viewer) {
  return {
    ...(minor < 9 ? {} : { locked: spec.locked ?? false }),
    ...(minor < 19 ? {} : { description: spec.description ?? null }),
    ...(minor < 26 ? {} : { tags: spec.tags ?? [] }),
    ...(minor < 63 ? {} : { trusted_image_certificates: null }),
    ...(minor < 73 ? {} : { locked_reason: spec.lockedReason ?? null }),
  };
}

const pinned = ({ spec }: Server, { minor }: Viewer) => (minor < 96 ? {} : { pinned_availability_zone: spec.availabilityZone ?? null });
