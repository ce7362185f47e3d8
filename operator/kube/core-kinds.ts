// Kubernetes' own kinds as this project addresses them. Their types come from kubernetes-models (types only, nothing of that package runs).
import type { IMutatingWebhookConfiguration, IValidatingWebhookConfiguration } from "kubernetes-models/admissionregistration.k8s.io/v1";
import type { ICustomResourceDefinition } from "kubernetes-models/apiextensions.k8s.io/v1";
import type { IAPIService } from "kubernetes-models/apiregistration.k8s.io/v1";
import type { IDaemonSet } from "kubernetes-models/apps/v1";
import type { ILease } from "kubernetes-models/coordination.k8s.io/v1";
import type { IEndpointSlice } from "kubernetes-models/discovery.k8s.io/v1";
import type { IClusterRole, IClusterRoleBinding, IRole, IRoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { ICSIDriver, IStorageClass } from "kubernetes-models/storage.k8s.io/v1";
import type {
  IConfigMap,
  IEndpoints,
  IEvent,
  INamespace,
  INode,
  IPersistentVolume,
  IPersistentVolumeClaim,
  IPod,
  IResourceQuota,
  ISecret,
  IService,
  IServiceAccount,
} from "kubernetes-models/v1";
import type { Kind, KubeObject, ObjectMeta } from "../../models/kind.ts";

type Core<T> = Omit<T, "metadata"> & KubeObject & { metadata: ObjectMeta };

function kind<T extends KubeObject>(group: string, name: string, plural: string, namespaced: boolean): Kind<T> {
  return Object.freeze({ group, version: "v1", kind: name, plural, namespaced });
}

export type Namespace = Core<INamespace>;
export const Namespace = kind<Namespace>("", "Namespace", "namespaces", false);
export type Node = Core<INode>;
export const Node = kind<Node>("", "Node", "nodes", false);
export type Secret = Core<ISecret>;
export const Secret = kind<Secret>("", "Secret", "secrets", true);
export type ConfigMap = Core<IConfigMap>;
export const ConfigMap = kind<ConfigMap>("", "ConfigMap", "configmaps", true);
export type Pod = Core<IPod>;
export const Pod = kind<Pod>("", "Pod", "pods", true);
export type Service = Core<IService>;
export const Service = kind<Service>("", "Service", "services", true);
export type Endpoints = Core<IEndpoints>;
export const Endpoints = kind<Endpoints>("", "Endpoints", "endpoints", true);
export type ServiceAccount = Core<IServiceAccount>;
export const ServiceAccount = kind<ServiceAccount>("", "ServiceAccount", "serviceaccounts", true);
export type Event = Core<IEvent>;
export const Event = kind<Event>("", "Event", "events", true);
export type PersistentVolumeClaim = Core<IPersistentVolumeClaim>;
export const PersistentVolumeClaim = kind<PersistentVolumeClaim>("", "PersistentVolumeClaim", "persistentvolumeclaims", true);
export type PersistentVolume = Core<IPersistentVolume>;
export const PersistentVolume = kind<PersistentVolume>("", "PersistentVolume", "persistentvolumes", false);
export type ResourceQuota = Core<IResourceQuota>;
export const ResourceQuota = kind<ResourceQuota>("", "ResourceQuota", "resourcequotas", true);

export type Lease = Core<ILease>;
export const Lease = kind<Lease>("coordination.k8s.io", "Lease", "leases", true);
export type EndpointSlice = Core<IEndpointSlice>;
export const EndpointSlice = kind<EndpointSlice>("discovery.k8s.io", "EndpointSlice", "endpointslices", true);
export type StorageClass = Core<IStorageClass>;
export const StorageClass = kind<StorageClass>("storage.k8s.io", "StorageClass", "storageclasses", false);
export type CSIDriver = Core<ICSIDriver>;
export const CSIDriver = kind<CSIDriver>("storage.k8s.io", "CSIDriver", "csidrivers", false);

export type DaemonSet = Core<IDaemonSet>;
export const DaemonSet = kind<DaemonSet>("apps", "DaemonSet", "daemonsets", true);

export type KubeRole = Core<IRole>;
export const KubeRole = kind<KubeRole>("rbac.authorization.k8s.io", "Role", "roles", true);
export type RoleBinding = Core<IRoleBinding>;
export const RoleBinding = kind<RoleBinding>("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true);
export type ClusterRole = Core<IClusterRole>;
export const ClusterRole = kind<ClusterRole>("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false);
export type ClusterRoleBinding = Core<IClusterRoleBinding>;
export const ClusterRoleBinding = kind<ClusterRoleBinding>("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false);

export type ValidatingWebhookConfiguration = Core<IValidatingWebhookConfiguration>;
export const ValidatingWebhookConfiguration = kind<ValidatingWebhookConfiguration>(
  "admissionregistration.k8s.io",
  "ValidatingWebhookConfiguration",
  "validatingwebhookconfigurations",
  false,
);
export type MutatingWebhookConfiguration = Core<IMutatingWebhookConfiguration>;
export const MutatingWebhookConfiguration = kind<MutatingWebhookConfiguration>(
  "admissionregistration.k8s.io",
  "MutatingWebhookConfiguration",
  "mutatingwebhookconfigurations",
  false,
);
export type CustomResourceDefinition = Core<ICustomResourceDefinition>;
export const CustomResourceDefinition = kind<CustomResourceDefinition>(
  "apiextensions.k8s.io",
  "CustomResourceDefinition",
  "customresourcedefinitions",
  false,
);
export type APIService = Core<IAPIService>;
export const APIService = kind<APIService>("apiregistration.k8s.io", "APIService", "apiservices", false);
