// The claim that a DataVolume makes, as cdi-controller writes it. Pure.
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import { quantityOf } from "../../../domain/volume/quantity.ts";
import type { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { driverName } from "./driver.ts";

const references = {
  import: ["VolumeImportSource", "volume-import-source"],
  upload: ["VolumeUploadSource", "volume-upload-source"],
  clone: ["VolumeCloneSource", "volume-clone-source"],
} as const;

export type Filling = keyof typeof references;

export function fillingOf({ spec }: DataVolume): Filling | undefined {
  const { source } = spec;
  if (source?.pvc || source?.snapshot) return "clone";
  if (source?.upload) return "upload";
  return source?.http || source?.blank ? "import" : undefined;
}

/** Name of the storage class that the DataVolume asks for; undefined: the default one. */
export const classNameOf = ({ spec }: DataVolume): string | undefined => spec.storage?.storageClassName ?? spec.pvc?.storageClassName;

export const requestOf = ({ spec }: DataVolume): string | undefined =>
  (spec.storage?.resources?.requests?.storage ?? spec.pvc?.resources?.requests?.storage) as string | undefined;

type Modes = NonNullable<PersistentVolumeClaim["spec"]>["accessModes"];

export function claimFor(dataVolume: DataVolume, filling: Filling, storageClass: string, bytes: number): PersistentVolumeClaim {
  const { name, namespace = "", uid = "", annotations, labels } = dataVolume.metadata;
  const asked = dataVolume.spec.storage ?? dataVolume.spec.pvc;
  const [kind, prefix] = references[filling];
  const reference = { apiGroup: "cdi.kubevirt.io", kind, name: `${prefix}-${uid}` };
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace,
      annotations: {
        ...annotations,
        "cdi.kubevirt.io/createdForDataVolume": uid,
        "cdi.kubevirt.io/storage.contentType": dataVolume.spec.contentType ?? "kubevirt",
        "cdi.kubevirt.io/storage.usePopulator": "true",
        "cdi.kubevirt.io/storage.preallocation.requested": "false",
        // kube-controller-manager would write them to tell the driver that it may begin.
        "volume.kubernetes.io/storage-provisioner": driverName,
        "volume.beta.kubernetes.io/storage-provisioner": driverName,
        ...(filling === "clone" ? { "cdi.kubevirt.io/cloneType": dataVolume.spec.source?.snapshot ? "snapshot" : "csi-clone" } : {}),
      },
      labels: {
        ...labels,
        app: "containerized-data-importer",
        "app.kubernetes.io/component": "storage",
        "app.kubernetes.io/managed-by": "cdi-controller",
      },
    },
    spec: {
      accessModes: (asked?.accessModes as Modes | undefined) ?? ["ReadWriteOnce"],
      volumeMode: asked?.volumeMode === "Block" ? "Block" : "Filesystem",
      storageClassName: storageClass,
      resources: { requests: { storage: quantityOf(bytes) } },
      dataSourceRef: reference,
    },
  };
  return claim;
}
