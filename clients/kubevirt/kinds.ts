// KubeVirt's kinds as this project addresses them. Types come from KubeVirt's OpenAPI (types only, nothing of that package runs).
import type {
  V1AddVolumeOptions,
  V1VirtualMachineInstanceCondition,
  V1VirtualMachineInstanceMigrationSpec,
  V1VirtualMachineInstanceMigrationStatus,
  V1VirtualMachineInstanceSpec,
  V1VirtualMachineInstanceStatus,
  V1VirtualMachineSpec,
  V1VirtualMachineStatus,
} from "@kubevirt-ui-ext/kubevirt-api/kubevirt";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Plain } from "../plain.ts";

/** The generated type leaves the times out, which the API server sends. */
export interface InstanceCondition extends V1VirtualMachineInstanceCondition {
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
}

/** KubeVirt's own, which keeps a machine until its guest has ended. KubeVirt sets it where it is missing, by a write of its own. */
export const machineFinalizer = "kubevirt.io/virtualMachineControllerFinalize";

export type VirtualMachineSpec = Plain<V1VirtualMachineSpec>;
export interface VirtualMachineStatus extends Plain<V1VirtualMachineStatus> {
  conditions?: InstanceCondition[];
}

/** A guest that is defined: its hardware, and whether it should run. */
export interface VirtualMachine extends KubeObject {
  apiVersion: "kubevirt.io/v1";
  kind: "VirtualMachine";
  spec: VirtualMachineSpec;
  status?: VirtualMachineStatus;
}

export const VirtualMachine: Kind<VirtualMachine> = Object.freeze({
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachine",
  plural: "virtualmachines",
  namespaced: true,
  engine: "KubeVirt",
});

export type VirtualMachineInstanceSpec = Plain<V1VirtualMachineInstanceSpec>;
export interface VirtualMachineInstanceStatus extends Plain<V1VirtualMachineInstanceStatus> {
  conditions?: InstanceCondition[];
}

/** One run of a VirtualMachine, of the same name. It has no status subresource: it is written whole. */
export interface VirtualMachineInstance extends KubeObject {
  apiVersion: "kubevirt.io/v1";
  kind: "VirtualMachineInstance";
  spec: VirtualMachineInstanceSpec;
  status?: VirtualMachineInstanceStatus;
}

export const VirtualMachineInstance: Kind<VirtualMachineInstance> = Object.freeze({
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachineInstance",
  plural: "virtualmachineinstances",
  namespaced: true,
  engine: "KubeVirt",
});

export type AddVolumeOptions = V1AddVolumeOptions;

/** One live migration. */
export interface VirtualMachineInstanceMigration extends KubeObject {
  apiVersion: "kubevirt.io/v1";
  kind: "VirtualMachineInstanceMigration";
  spec: V1VirtualMachineInstanceMigrationSpec;
  status?: V1VirtualMachineInstanceMigrationStatus;
}

export const VirtualMachineInstanceMigration: Kind<VirtualMachineInstanceMigration> = Object.freeze({
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachineInstanceMigration",
  plural: "virtualmachineinstancemigrations",
  namespaced: true,
  engine: "KubeVirt",
});

/** KubeVirt itself, as its administrator configures it: the few fields that matter to us. */
export interface KubeVirt extends KubeObject {
  apiVersion: "kubevirt.io/v1";
  kind: "KubeVirt";
  spec?: {
    configuration?: {
      vmRolloutStrategy?: string;
      developerConfiguration?: { featureGates?: string[]; disabledFeatureGates?: string[] };
    };
  };
  status?: { phase?: string; observedKubeVirtVersion?: string };
}

export const KubeVirt: Kind<KubeVirt> = Object.freeze({
  group: "kubevirt.io",
  version: "v1",
  kind: "KubeVirt",
  plural: "kubevirts",
  namespaced: true,
});
