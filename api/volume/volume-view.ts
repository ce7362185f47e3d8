// The wire form of a volume (Block Storage API v3, "Show a volume's details") at every microversion. Every field a client may read is named here.
import { attachmentIDOf } from "../../domain/compute/names.ts";
import { createdBy } from "../../domain/created-by.ts";
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { Volume, VolumeAttachment } from "../../models/volume/volume.ts";
import { isoMicros } from "../compute/time.ts";
import type { ApiRequest } from "../http/request.ts";
import { shownStatus } from "./volume-state.ts";
import type { VolumeWorld } from "./world.ts";

export const zone = "nova";

export interface Viewer {
  readonly minor: number;
  /** URL with version and project. */
  readonly base: string;
  /** URL without the version. */
  readonly root: string;
  readonly projectID: string;
  readonly admin: boolean;
}

export function viewerOf(request: Pick<ApiRequest, "microversion" | "url" | "project" | "auth">): Viewer {
  const { project, auth, microversion: minor } = request;
  return { minor, base: request.url(`/v3/${project.id}`), root: request.url(""), projectID: project.id, admin: auth.isAdmin };
}

/** Says that the user has set the flag, since Cinder shows it from then on, whichever way it is. */
export const readOnlySet = "kumulus.cloud/readonly-set";

const links = ({ base, root, projectID }: Viewer, id: string) => [
  { rel: "self", href: `${base}/volumes/${id}` },
  { rel: "bookmark", href: `${root}/${projectID}/volumes/${id}` },
];

export function viewVolumeBrief(volume: Volume, viewer: Viewer) {
  const id = idOf(volume);
  return { id, name: displayNameOf(volume), links: links(viewer, id) };
}

/** Answer of a creation or an update. */
export function viewVolumeSummary(world: VolumeWorld, volume: Volume, viewer: Viewer) {
  const { metadata, spec, status } = volume;
  const type = world.typeOf(volume);
  const source = spec.sourceVolumeRef && world.volumes.get(spec.sourceVolumeRef.name, metadata.namespace);
  return {
    ...viewVolumeBrief(volume, viewer),
    description: spec.description ?? null,
    size: spec.sizeGiB,
    status: shownStatus(volume, world.holders(volume)),
    created_at: isoMicros(createdAt(volume)),
    updated_at: status?.updatedAt === undefined ? null : isoMicros(status.updatedAt),
    availability_zone: spec.availabilityZone ?? zone,
    bootable: String(isBootable(volume)),
    encrypted: false,
    multiattach: spec.multiattach ?? false,
    metadata: { ...spec.metadata, ...readOnlyMark(volume) },
    attachments: (status?.attachments ?? []).map((attachment) => viewVolumeAttachment(world, volume, attachment, viewer)),
    volume_type: type ? displayNameOf(type) : null,
    user_id: createdBy(volume),
    snapshot_id: null,
    source_volid: source ? idOf(source) : null,
    consistencygroup_id: null,
    replication_status: null,
    migration_status: null,
    ...later(viewer),
    ...(viewer.minor < 63 ? {} : { volume_type_id: type ? idOf(type) : null }),
    ...(viewer.minor < 65 ? {} : { consumes_quota: true }),
  };
}

/** One volume by itself, and in the detailed list. */
export function viewVolume(world: VolumeWorld, volume: Volume, viewer: Viewer) {
  const image = imageMetadata(world, volume);
  return {
    ...viewVolumeSummary(world, volume, viewer),
    "os-vol-tenant-attr:tenant_id": world.projectOf(volume.metadata.namespace),
    ...(image ? { volume_image_metadata: image } : {}),
    ...(viewer.admin
      ? { "os-vol-host-attr:host": null, "os-vol-mig-status-attr:migstat": null, "os-vol-mig-status-attr:name_id": null }
      : {}),
  };
}

export const isBootable = ({ spec, status }: Volume): boolean => spec.bootable ?? status?.bootable ?? spec.imageRef !== undefined;

function later({ minor, admin }: Viewer) {
  return {
    ...(minor < 13 ? {} : { group_id: null }),
    ...(minor < 21 || !admin ? {} : { provider_id: null }),
    ...(minor < 48 ? {} : { service_uuid: null, shared_targets: false }),
    ...(minor < 61 || !admin ? {} : { cluster_name: null }),
  };
}

function readOnlyMark({ metadata, spec }: Volume): Record<string, string> {
  if (!spec.readOnly && metadata.annotations?.[readOnlySet] !== "true") return {};
  return { readonly: spec.readOnly ? "True" : "False" };
}

function imageMetadata(world: VolumeWorld, { metadata, spec, status }: Volume): Record<string, string> | undefined {
  if (status?.imageMetadata) return status.imageMetadata;
  const image = spec.imageRef && world.images.get(spec.imageRef.name, spec.imageRef.namespace ?? metadata.namespace);
  return image ? { image_id: idOf(image), image_name: displayNameOf(image) } : undefined;
}

/** Id of one server's hold on a volume: the same in both APIs. */
export function attachmentID(world: VolumeWorld, volume: Volume, attachment: VolumeAttachment): string {
  const server = world.servers.get(attachment.server, volume.metadata.namespace);
  return attachment.attachmentID ?? attachmentIDOf(server ? idOf(server) : attachment.server, idOf(volume));
}

function viewVolumeAttachment(world: VolumeWorld, volume: Volume, attachment: VolumeAttachment, { admin }: Viewer) {
  const server = world.servers.get(attachment.server, volume.metadata.namespace);
  const id = idOf(volume);
  return {
    id,
    volume_id: id,
    attachment_id: attachmentID(world, volume, attachment),
    server_id: server ? idOf(server) : null,
    host_name: admin ? (server?.status?.node ?? null) : null,
    device: attachment.device ?? null,
    attached_at: attachment.attachedAt === undefined ? null : isoMicros(attachment.attachedAt),
  };
}
