// VirtualMachineInstances: what virt-controller, virt-handler and the kubelet would do on this host.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { NetworkAttachmentDefinition } from "../../../clients/multus/kinds.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Caches, ControllerDefinition } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { PersistentVolume, PersistentVolumeClaim, Pod, Secret } from "../../../operator/kube/core-kinds.ts";
import { secretsOf } from "../config-drive/source.ts";
import { nadKey } from "../plug/nad.ts";
import { foregroundFinalizer } from "../vm/new-instance.ts";
import type { InstanceDeps } from "./deps.ts";
import { sync } from "./run.ts";
import { place, schedule, start } from "./start.ts";
import { stop, tearDown } from "./stop.ts";
import { claimsOf } from "./volumes.ts";

const inNamespace = ({ metadata }: KubeObject, names: readonly string[]) => names.map((name) => `${metadata.namespace}/${name}`);
const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
const users = (indexName: string) => (object: KubeObject, caches: Caches) =>
  caches
    .of(VirtualMachineInstance)
    .byIndex(indexName, keyOf(object))
    .map(({ metadata }) => metadata);

/** The claim that a volume is bound to, as far as an index needs it. */
const claimOfVolume = (ref: { name?: string; namespace?: string } | undefined): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: ref?.name ?? "", namespace: ref?.namespace ?? "" },
});

const nads = (vmi: VirtualMachineInstance) =>
  (vmi.spec.networks ?? []).flatMap(({ multus }) => {
    if (!multus) return [];
    const { namespace, name } = nadKey(multus.networkName, vmi.metadata.namespace ?? "");
    return [`${namespace}/${name}`];
  });

export function instanceController(deps: InstanceDeps, caches: Caches): ControllerDefinition {
  const instances = caches.of(VirtualMachineInstance);
  return defineController<VirtualMachineInstance>({
    name: "virt-handler",
    kind: VirtualMachineInstance,
    finalizer: foregroundFinalizer,
    owns: [Pod],
    reads: [VirtualMachine],
    watches: [
      watch(PersistentVolumeClaim, users("claim")),
      watch(PersistentVolume, ({ spec }, from) => users("claim")(claimOfVolume(spec?.claimRef), from)),
      watch(NetworkAttachmentDefinition, users("nad")),
      watch(Secret, users("secret")),
    ],
    indexes: [
      index<VirtualMachineInstance>(VirtualMachineInstance, "claim", (vmi) => inNamespace(vmi, claimsOf(vmi))),
      index<VirtualMachineInstance>(VirtualMachineInstance, "nad", nads),
      index<VirtualMachineInstance>(VirtualMachineInstance, "secret", (vmi) => inNamespace(vmi, secretsOf(vmi))),
    ],
    sources: [
      {
        name: "guests",
        start(enqueue) {
          const changed = (uid: string) => {
            const vmi = instances.byUid(uid);
            if (vmi) enqueue({ name: vmi.metadata.name, namespace: vmi.metadata.namespace ?? "" });
          };
          deps.hypervisor.onChange(changed);
          deps.onTurn(changed);
        },
      },
    ],
    ownConditions: false,
    settleMs: 10,
    concurrency: 16,
    timeoutMs: 180_000,

    async reconcile(vmi, ctx) {
      switch (vmi.status?.phase ?? "Pending") {
        case "Pending":
          return schedule(vmi, ctx, deps);
        case "Scheduling":
          return place(vmi, ctx, deps);
        case "Scheduled":
          return start(vmi, ctx, deps);
        case "Running":
          return sync(vmi, ctx, deps);
        default:
          await tearDown(vmi, ctx, deps);
          return {};
      }
    },

    finalize: (vmi, ctx) => stop(vmi, ctx, deps),
  });
}
