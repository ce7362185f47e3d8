// The kinds of the Kubernetes snapshot controller (external-snapshotter). Their types are few and stable, so they are written here.
import type { Kind, KubeObject } from "../../models/kind.ts";

export interface SnapshotError {
  message?: string;
  time?: string;
}

/** A snapshot of a claim, or one found in the storage. */
export interface VolumeSnapshot extends KubeObject {
  apiVersion: "snapshot.storage.k8s.io/v1";
  kind: "VolumeSnapshot";
  spec: {
    source: { persistentVolumeClaimName?: string; volumeSnapshotContentName?: string };
    volumeSnapshotClassName?: string;
  };
  status?: {
    boundVolumeSnapshotContentName?: string;
    creationTime?: string;
    readyToUse?: boolean;
    /** A Kubernetes quantity. */
    restoreSize?: string;
    error?: SnapshotError;
  };
}

export const VolumeSnapshot: Kind<VolumeSnapshot> = Object.freeze({
  group: "snapshot.storage.k8s.io",
  version: "v1",
  kind: "VolumeSnapshot",
  plural: "volumesnapshots",
  namespaced: true,
  engine: "The CSI snapshot controller",
});

/** The snapshot as the storage knows it. */
export interface VolumeSnapshotContent extends KubeObject {
  apiVersion: "snapshot.storage.k8s.io/v1";
  kind: "VolumeSnapshotContent";
  spec: {
    deletionPolicy: "Delete" | "Retain";
    driver: string;
    source: { snapshotHandle?: string; volumeHandle?: string };
    sourceVolumeMode?: string;
    volumeSnapshotClassName?: string;
    volumeSnapshotRef: { apiVersion?: string; kind?: string; name?: string; namespace?: string; uid?: string; resourceVersion?: string };
  };
  status?: {
    snapshotHandle?: string;
    /** Nanoseconds since 1970. */
    creationTime?: number;
    /** Bytes. */
    restoreSize?: number;
    readyToUse?: boolean;
    error?: SnapshotError;
  };
}

export const VolumeSnapshotContent: Kind<VolumeSnapshotContent> = Object.freeze({
  group: "snapshot.storage.k8s.io",
  version: "v1",
  kind: "VolumeSnapshotContent",
  plural: "volumesnapshotcontents",
  namespaced: false,
  engine: "The CSI snapshot controller",
});

/** How the storage makes snapshots. */
export interface VolumeSnapshotClass extends KubeObject {
  apiVersion: "snapshot.storage.k8s.io/v1";
  kind: "VolumeSnapshotClass";
  driver: string;
  deletionPolicy: "Delete" | "Retain";
  parameters?: Record<string, string>;
}

export const VolumeSnapshotClass: Kind<VolumeSnapshotClass> = Object.freeze({
  group: "snapshot.storage.k8s.io",
  version: "v1",
  kind: "VolumeSnapshotClass",
  plural: "volumesnapshotclasses",
  namespaced: false,
  engine: "The CSI snapshot controller",
});
