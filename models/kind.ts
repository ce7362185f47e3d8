// Generated from hack/generate/models.ts by `npm run generate`; do not edit.

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** What the API server needs to know to address objects of type T. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Who brings the kind, where it is not Kubernetes or Kumulus: a cluster may be without it. */
  readonly engine?: string;
  /** Never set: ties T to the value. */
  readonly type?: T;
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime: string;
}

/** Name of an object in the same namespace, or of a cluster-scoped one. */
export interface LocalRef {
  name: string;
}

/** Name of an object, with the namespace where it is another's. */
export interface ObjectRef {
  name: string;
  namespace?: string;
}
