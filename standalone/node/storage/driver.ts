// The storage class's driver: its name, and the objects that tie a claim to a volume of this host. Pure.

import { bytesOf, quantityOf } from "../../../domain/volume/quantity.ts";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../operator/kube/core-kinds.ts";

export const driverName = "local.kumulus.cloud";
const defaultClass = "storageclass.kubernetes.io/is-default-class";

export const handleOf = (claim: PersistentVolumeClaim) => `pvc-${claim.metadata.uid}`;
export const snapshotHandle = (uid: string) => `snapshot-${uid}`;

export const requestedBytes = ({ spec }: PersistentVolumeClaim) => bytesOf(spec?.resources?.requests?.storage as string | undefined) ?? 0;

/** The class of that name, or the default one, if it is ours. */
export function ourClass(name: string | undefined, classes: readonly StorageClass[]): StorageClass | undefined {
  const found = classes.find(({ metadata }) =>
    name === undefined ? metadata.annotations?.[defaultClass] === "true" : metadata.name === name,
  );
  return found?.provisioner === driverName ? found : undefined;
}

/** The volume as the external provisioner makes it: bound to the claim from its first moment. */
export function volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass, bytes: number): PersistentVolume {
  const handle = handleOf(claim);
  const { name, namespace = "", uid = "", resourceVersion } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: handle, annotations: { "pv.kubernetes.io/provisioned-by": driverName } },
    spec: {
      capacity: { storage: quantityOf(bytes) },
      accessModes: claim.spec?.accessModes ?? ["ReadWriteOnce"],
      volumeMode: claim.spec?.volumeMode ?? "Filesystem",
      storageClassName: storageClass.metadata.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      csi: { driver: driverName, volumeHandle: handle, volumeAttributes: { "storage.kubernetes.io/csiProvisionerIdentity": driverName } },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid, ...(resourceVersion ? { resourceVersion } : {}) },
    },
  };
}
