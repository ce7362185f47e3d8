// For tests: stands for the API that KubeVirt's virt-api answers in the API server's place. Discovery tells the same of both.
import type { CustomResourceDefinition } from "../../operator/kube/core-kinds.ts";

export const subresourcesDefinition: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "virtualmachines.subresources.kubevirt.io" },
  spec: {
    group: "subresources.kubevirt.io",
    scope: "Namespaced",
    names: { plural: "virtualmachines", kind: "VirtualMachineCall" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
