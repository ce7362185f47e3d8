// Generated from crds/volume/volume-type.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A kind of storage (Cinder volume type) on a StorageClass. */
export interface VolumeType extends KubeObject {
  apiVersion: "volume.kumulus.cloud/v1alpha1";
  kind: "VolumeType";
  metadata: ObjectMeta;
  spec: VolumeTypeSpec;
  status?: VolumeTypeStatus;
}

export const VolumeType: Kind<VolumeType> = Object.freeze({
  group: "volume.kumulus.cloud",
  version: "v1alpha1",
  kind: "VolumeType",
  plural: "volumetypes",
  namespaced: false,
});

/** What the user wants. */
export interface VolumeTypeSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Whether every project may use it. */
  isPublic?: boolean;
  /** Whether volumes without a type get it. */
  isDefault?: boolean;
  /** StorageClass of its claims. */
  storageClassName: string;
  /** VolumeSnapshotClass of its snapshots. */
  volumeSnapshotClassName?: string;
  /** Mode of its claims. */
  volumeMode?: "Block" | "Filesystem";
  /** Access modes of its claims. */
  accessModes?: ("ReadWriteOnce" | "ReadWriteMany")[];
  /** Further properties such as volume_backend_name. */
  extraSpecs?: Record<string, string>;
}

/** What the controllers have seen and decided. */
export interface VolumeTypeStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
