// What the aggregated API says about itself, and the objects that make kube-apiserver ask us.

import { systemNamespace } from "../../../domain/id.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { APIService, Service } from "../../../operator/kube/core-kinds.ts";
import { instanceVerbs } from "./instance-verbs.ts";
import { machineVerbs } from "./machine-verbs.ts";
import { serviceName } from "./serving-name.ts";

export const group = "subresources.kubevirt.io";
export const version = "v1";
const fieldManager = "kumulus-node";

const groupVersion = { groupVersion: `${group}/${version}`, version };

export const apiGroup = {
  kind: "APIGroup",
  apiVersion: "v1",
  name: group,
  versions: [groupVersion],
  preferredVersion: groupVersion,
};

const resource = (name: string, verbs: readonly string[]) => ({ name, singularName: "", namespaced: true, kind: "", verbs });

export const apiResources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: groupVersion.groupVersion,
  resources: [
    ...[...machineVerbs.keys()].map((verb) => resource(`virtualmachines/${verb}`, ["update"])),
    ...[...instanceVerbs.keys()].map((verb) => resource(`virtualmachineinstances/${verb}`, ["update"])),
    ...["console", "vnc", "vnc/screenshot"].map((name) => resource(`virtualmachineinstances/${name}`, ["get"])),
  ],
};

/** Tells kube-apiserver where the API is: on this host's loopback, reached through a Service that only names it. */
export async function register(client: KubeClient, port: number, caBundle: string): Promise<void> {
  const service = { name: serviceName, namespace: systemNamespace };
  await client.apply(
    Service,
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: service,
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ port, protocol: "TCP" }] },
    },
    { fieldManager },
  );
  await client.apply(
    APIService,
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1000,
        versionPriority: 15,
        service: { ...service, port },
        caBundle: Buffer.from(caBundle).toString("base64"),
      },
    },
    { fieldManager },
  );
}
