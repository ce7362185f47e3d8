// The storage classes of the one-machine cloud, as a CSI driver's manifests would bring them to a cluster. Pure.
import type { KubeObject } from "../../models/kind.ts";
import type { CSIDriver, StorageClass } from "../../operator/kube/core-kinds.ts";

export const provisioner = "local.kumulus.cloud";

export const storageClass: StorageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "local", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner,
  volumeBindingMode: "Immediate",
  reclaimPolicy: "Delete",
  allowVolumeExpansion: true,
};

export const csiDriver: CSIDriver = {
  apiVersion: "storage.k8s.io/v1",
  kind: "CSIDriver",
  metadata: { name: provisioner },
  spec: { attachRequired: false, podInfoOnMount: false, volumeLifecycleModes: ["Persistent"] },
};

export const snapshotClass: KubeObject & { driver: string; deletionPolicy: "Delete" } = {
  apiVersion: "snapshot.storage.k8s.io/v1",
  kind: "VolumeSnapshotClass",
  metadata: { name: "local", annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
  driver: provisioner,
  deletionPolicy: "Delete",
};
