// Multus' one kind: how a NIC is plugged.
import type { Kind, KubeObject } from "../../models/kind.ts";

export interface NetworkAttachmentDefinition extends KubeObject {
  apiVersion: "k8s.cni.cncf.io/v1";
  kind: "NetworkAttachmentDefinition";
  /** `config` is CNI configuration as JSON text. */
  spec: { config: string };
}

export const NetworkAttachmentDefinition: Kind<NetworkAttachmentDefinition> = Object.freeze({
  group: "k8s.cni.cncf.io",
  version: "v1",
  kind: "NetworkAttachmentDefinition",
  plural: "network-attachment-definitions",
  namespaced: true,
  engine: "Multus",
});
