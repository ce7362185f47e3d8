// CDI's kinds as this project addresses them. Types come from CDI's OpenAPI (types only, nothing of that package runs).
import type { V1beta1DataVolumeSpec, V1beta1DataVolumeStatus } from "@kubevirt-ui-ext/kubevirt-api/containerized-data-importer";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Plain } from "../plain.ts";

export type DataVolumeSpec = Plain<V1beta1DataVolumeSpec>;
export type DataVolumeStatus = V1beta1DataVolumeStatus;

/** A claim and the data that fills it: an import, an upload, a copy, or zeros. It makes a PersistentVolumeClaim of its own name. */
export interface DataVolume extends KubeObject {
  apiVersion: "cdi.kubevirt.io/v1beta1";
  kind: "DataVolume";
  spec: DataVolumeSpec;
  status?: DataVolumeStatus;
}

export const DataVolume: Kind<DataVolume> = Object.freeze({
  group: "cdi.kubevirt.io",
  version: "v1beta1",
  kind: "DataVolume",
  plural: "datavolumes",
  namespaced: true,
  engine: "CDI (Containerized Data Importer)",
});

/** CDI itself, as its administrator configures it: the few fields that matter to us. */
export interface CDI extends KubeObject {
  apiVersion: "cdi.kubevirt.io/v1beta1";
  kind: "CDI";
  spec?: { config?: { featureGates?: string[] } };
  status?: { phase?: string; observedVersion?: string };
}

export const CDI: Kind<CDI> = Object.freeze({
  group: "cdi.kubevirt.io",
  version: "v1beta1",
  kind: "CDI",
  plural: "cdis",
  namespaced: false,
});

/** What CDI knows of a StorageClass of the same name. */
export interface StorageProfile extends KubeObject {
  apiVersion: "cdi.kubevirt.io/v1beta1";
  kind: "StorageProfile";
  status?: {
    /** `copy`, `snapshot` or `csi-clone`. */
    cloneStrategy?: string;
    claimPropertySets?: { accessModes?: string[]; volumeMode?: string }[];
  };
}

export const StorageProfile: Kind<StorageProfile> = Object.freeze({
  group: "cdi.kubevirt.io",
  version: "v1beta1",
  kind: "StorageProfile",
  plural: "storageprofiles",
  namespaced: false,
});
