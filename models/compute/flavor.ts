// Generated from crds/compute/flavor.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A size of servers (Nova flavor). */
export interface Flavor extends KubeObject {
  apiVersion: "compute.kumulus.cloud/v1alpha1";
  kind: "Flavor";
  metadata: ObjectMeta;
  spec: FlavorSpec;
  status?: FlavorStatus;
}

export const Flavor: Kind<Flavor> = Object.freeze({
  group: "compute.kumulus.cloud",
  version: "v1alpha1",
  kind: "Flavor",
  plural: "flavors",
  namespaced: false,
});

/** What the user wants. */
export interface FlavorSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Virtual CPUs. */
  vcpus: number;
  /** Memory in MiB. */
  ramMiB: number;
  /** Root disk in GiB; 0 means as large as the image. */
  diskGiB?: number;
  /** Second scratch disk in GiB. */
  ephemeralGiB?: number;
  /** Swap disk in MiB. */
  swapMiB?: number;
  /** Kept for old clients; without effect. */
  rxtxFactor?: number;
  /** False where only tenantRefs may use it. */
  isPublic?: boolean;
  /** A disabled flavor can not be used for new servers. */
  disabled?: boolean;
  /** Further properties such as hw:cpu_policy. */
  extraSpecs?: Record<string, string>;
  /** Tenants that may use a flavor that is not public. */
  tenantRefs?: LocalRef[];
  /** The id that OpenStack clients use where it is no UUID (Nova allows any string). */
  flavorID?: string;
}

/** What the controllers have seen and decided. */
export interface FlavorStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
