// Generated from crds/identity/region.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A part of the cloud that endpoints can be in (Keystone region). */
export interface Region extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Region";
  metadata: ObjectMeta;
  spec: RegionSpec;
  status?: RegionStatus;
}

export const Region: Kind<Region> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Region",
  plural: "regions",
  namespaced: false,
});

/** What the user wants. */
export interface RegionSpec {
  /** Id of the region, as OpenStack clients name it. The object's own name when absent. */
  regionID?: string;
  /** Free text for people. */
  description?: string;
  /** The Region that it is a part of. */
  parentRegionRef?: LocalRef;
}

/** What the controllers have seen and decided. */
export interface RegionStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
