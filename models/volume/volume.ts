// Generated from crds/volume/volume.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** A block device that outlives servers (Cinder volume) on a PersistentVolumeClaim. */
export interface Volume extends KubeObject {
  apiVersion: "volume.kumulus.cloud/v1alpha1";
  kind: "Volume";
  metadata: ObjectMeta;
  spec: VolumeSpec;
  status?: VolumeStatus;
}

export const Volume: Kind<Volume> = Object.freeze({
  group: "volume.kumulus.cloud",
  version: "v1alpha1",
  kind: "Volume",
  plural: "volumes",
  namespaced: true,
});

/** What the user wants. */
export interface VolumeSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Size in GiB. */
  sizeGiB: number;
  /** Its VolumeType; the default type when absent. */
  volumeTypeRef?: LocalRef;
  /** Image that fills it. */
  imageRef?: ObjectRef;
  /** Volume that it is a copy of. */
  sourceVolumeRef?: LocalRef;
  /** Whether a server may boot from it; true when it was made from an image. */
  bootable?: boolean;
  /** Whether servers may only read it. */
  readOnly?: boolean;
  /** Whether several servers may have it. */
  multiattach?: boolean;
  /** Where it should be. */
  availabilityZone?: string;
  /** Key and value pairs of the user. */
  metadata?: Record<string, string>;
}

/** What the controllers have seen and decided. */
export interface VolumeStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Cinder's volume status. */
  phase?: "creating" | "available" | "reserved" | "attaching" | "in-use" | "detaching" | "maintenance" | "deleting" | "error" | "error_deleting" | "extending" | "downloading";
  /** Name of the PersistentVolumeClaim. */
  claimName?: string;
  /** Size that it really has in GiB. */
  sizeGiB?: number;
  /** Whether a server can boot from it. */
  bootable?: boolean;
  /** Properties of the image that it was made from. */
  imageMetadata?: Record<string, string>;
  /** When it last changed for its users. */
  updatedAt?: string;
  /** Servers that have it. */
  attachments?: VolumeAttachment[];
}

export interface VolumeAttachment {
  /** Name of the Server. */
  server: string;
  /** Device name such as /dev/vdb. */
  device?: string;
  /** When it was attached. */
  attachedAt?: string;
  /** Id of the attachment. */
  attachmentID?: string;
}
