// Generated from crds/image/image.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A bootable image (Glance image); its bytes live in a store. */
export interface Image extends KubeObject {
  apiVersion: "image.kumulus.cloud/v1alpha1";
  kind: "Image";
  metadata: ObjectMeta;
  spec: ImageSpec;
  status?: ImageStatus;
}

export const Image: Kind<Image> = Object.freeze({
  group: "image.kumulus.cloud",
  version: "v1alpha1",
  kind: "Image",
  plural: "images",
  namespaced: true,
});

/** What the user wants. */
export interface ImageSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Format of the bytes. */
  diskFormat?: "raw" | "qcow2" | "iso" | "vmdk" | "vdi" | "vhd" | "vhdx" | "ploop" | "ami" | "ari" | "aki";
  /** Format of the wrapping around them. */
  containerFormat?: "bare" | "ovf" | "ova" | "docker" | "ami" | "ari" | "aki" | "compressed";
  /** Which other projects see it. */
  visibility?: "public" | "private" | "shared" | "community";
  /** Smallest root disk in GiB that can boot it. */
  minDiskGiB?: number;
  /** Smallest memory in MiB that can boot it. */
  minRAMMiB?: number;
  /** A protected image can not be deleted through the API. */
  protected?: boolean;
  /** A hidden image is left out of lists (os_hidden). */
  hidden?: boolean;
  /** Further image properties such as hw_disk_bus. */
  properties?: Record<string, string>;
  /** Where the bytes come from when nobody uploads them. */
  source?: ImageSource;
  /** OpenStack tags. */
  tags?: string[];
}

/** Where the bytes come from when nobody uploads them. */
export interface ImageSource {
  /** An http or https URL to import from. */
  url?: string;
}

/** What the controllers have seen and decided. */
export interface ImageStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Glance's image status. */
  phase?: "queued" | "saving" | "uploading" | "importing" | "active" | "deactivated" | "killed" | "deleted" | "pending_delete";
  /** Size of the stored bytes. */
  sizeBytes?: number;
  /** Size of the disk inside the image in bytes. */
  virtualSizeBytes?: number;
  /** MD5 of the stored bytes in hex (Glance checksum). */
  md5?: string;
  /** SHA-512 of the stored bytes in hex (os_hash_value). */
  sha512?: string;
  /** Where the bytes are, as <store>:<key>. */
  location?: string;
  /** When the image last changed for its users. */
  updatedAt?: string;
}
