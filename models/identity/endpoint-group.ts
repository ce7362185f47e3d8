// Generated from crds/identity/endpoint-group.yaml by `npm run generate`; do not edit.
import type { Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** Endpoints chosen by what they have in common (Keystone OS-EP-FILTER endpoint group). */
export interface EndpointGroup extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "EndpointGroup";
  metadata: ObjectMeta;
  spec: EndpointGroupSpec;
  status?: EndpointGroupStatus;
}

export const EndpointGroup: Kind<EndpointGroup> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "EndpointGroup",
  plural: "endpointgroups",
  namespaced: false,
});

/** What the user wants. */
export interface EndpointGroupSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** What an endpoint must have to be in the group. */
  filters: EndpointGroupFilters;
  /** Tenants whose catalogs are limited to the endpoints of their groups. */
  tenantRefs?: LocalRef[];
}

/** What an endpoint must have to be in the group. */
export interface EndpointGroupFilters {
  /** Its interface. */
  interface?: "public" | "internal" | "admin";
  /** OpenStack id of its service. */
  serviceID?: string;
  /** Id of its region. */
  regionID?: string;
}

export interface EndpointGroupStatus {
}
