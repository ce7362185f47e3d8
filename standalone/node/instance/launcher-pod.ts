// The virt-launcher pod: no process of ours runs in it, but logs, quotas and claims in use are looked up through it. Pure.
import { createHash } from "node:crypto";
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Pod } from "../../../operator/kube/core-kinds.ts";
import { nadKey, podInterfaceName } from "../plug/nad.ts";
import { claimOf, isHotplug } from "./volumes.ts";

export const launcherImage = "kumulus.cloud/virt-launcher:standalone";
export const consoleLogContainer = "guest-console-log";

/** Kubernetes' own five characters would be random; these are the same for one VMI, so that a new agent finds its pod. */
export function launcherPodName({ metadata }: VirtualMachineInstance): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  const digest = createHash("sha256")
    .update(metadata.uid ?? "")
    .digest();
  const suffix = [...digest.subarray(0, 5)].map((byte) => letters[byte % letters.length]).join("");
  return `virt-launcher-${metadata.name}-${suffix}`;
}

function networksAnnotation({ metadata, spec }: VirtualMachineInstance): string | undefined {
  const macs = new Map((spec.domain.devices.interfaces ?? []).map(({ name, macAddress }) => [name, macAddress]));
  const elements = (spec.networks ?? []).flatMap(({ name, multus }) => {
    if (!multus) return [];
    const mac = macs.get(name);
    return [{ ...nadKey(multus.networkName, metadata.namespace ?? ""), ...(mac ? { mac } : {}), interface: podInterfaceName(name) }];
  });
  return elements.length > 0 ? JSON.stringify(elements) : undefined;
}

export function launcherPod(vmi: VirtualMachineInstance, nodeName: string): Pod {
  const { name, namespace = "", uid = "" } = vmi.metadata;
  const networks = networksAnnotation(vmi);
  const claims = (vmi.spec.volumes ?? []).flatMap((volume) => {
    const claimName = isHotplug(volume) ? undefined : claimOf(volume);
    return claimName === undefined ? [] : [{ name: volume.name, persistentVolumeClaim: { claimName } }];
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: launcherPodName(vmi),
      namespace,
      labels: {
        ...vmi.metadata.labels,
        "kubevirt.io": "virt-launcher",
        "kubevirt.io/created-by": uid,
        "kubevirt.io/nodeName": nodeName,
        "vm.kubevirt.io/name": name,
      },
      annotations: { "kubevirt.io/domain": name, ...(networks ? { "k8s.v1.cni.cncf.io/networks": networks } : {}) },
    },
    spec: {
      nodeName,
      restartPolicy: "Never",
      // No kubelet confirms a deletion: without a grace period the API server does not wait for one.
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: ["compute", consoleLogContainer].map((container) => ({ name: container, image: launcherImage })),
      ...(claims.length > 0 ? { volumes: claims } : {}),
    },
  };
}

/** What a kubelet would say of a pod whose containers run. */
export function runningPodStatus(pod: Pod, hostIP: string, now: string): Pod["status"] {
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  return {
    phase: "Running",
    startTime: now,
    qosClass: "BestEffort",
    hostIP,
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
      type,
      status: "True",
      lastTransitionTime: now,
    })),
    containerStatuses: names.map((name) => ({
      name,
      image: launcherImage,
      imageID: launcherImage,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: now } },
    })),
  };
}
