// Makes the aggregated APIs known to kube-apiserver: a Service that leads to this host, and an APIService per group.
import { isCode } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { APIService, ConfigMap, Namespace, Service } from "../../../operator/kube/core-kinds.ts";
import { groups } from "./discovery.ts";

const fieldManager = "kumulus-node";
const serviceName = "kumulus-node";
const authentication = { name: "extension-apiserver-authentication", namespace: "kube-system" };

/** The name that kube-apiserver expects in the certificate. */
export const serverName = `${serviceName}.${systemNamespace}.svc`;

export interface ClientTrust {
  /** CA of kube-apiserver's front proxy, and the names it may bear. */
  frontProxyCA: string | undefined;
  frontProxyNames: readonly string[];
  /** CA of clients of the API server; kube-apiserver's kubelet client is one. */
  clientCA: string | undefined;
}

export async function readClientTrust(client: KubeClient): Promise<ClientTrust> {
  const found = await client.get(ConfigMap, authentication).catch((error: unknown) => {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  });
  const data = found?.data ?? {};
  return {
    frontProxyCA: data["requestheader-client-ca-file"],
    frontProxyNames: JSON.parse(data["requestheader-allowed-names"] ?? "[]") as string[],
    clientCA: data["client-ca-file"],
  };
}

export async function registerApis(client: KubeClient, port: number, certificate: string): Promise<void> {
  const namespace: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } };
  await client.create(Namespace, namespace).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: serviceName, namespace: systemNamespace },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port, protocol: "TCP" }] },
  };
  await client.apply(Service, service, { fieldManager });
  for (const { group, version } of groups) {
    const api: APIService = {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service: { name: serviceName, namespace: systemNamespace, port },
        caBundle: Buffer.from(certificate).toString("base64"),
        groupPriorityMinimum: 1000,
        versionPriority: 15,
      },
    };
    await client.apply(APIService, api, { fieldManager });
  }
}
