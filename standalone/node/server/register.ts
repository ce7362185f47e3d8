// Makes the aggregated APIs known to kube-apiserver: a Service that leads to this host, and an APIService per group.
import { isCode } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { APIService, ConfigMap, Namespace, Service } from "../../../operator/kube/core-kinds.ts";
import { loopback } from "../node-object.ts";
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

export interface ServedApis {
  address: string;
  port: number;
  /** In PEM. */
  certificate: string;
}

/** A chart brings Service and APIServices, so that they go with it; only the agent knows its certificate. */
async function tellCertificate(client: KubeClient, caBundle: string): Promise<void> {
  for (const { group, version } of groups) await client.patch(APIService, { name: `${version}.${group}` }, { spec: { caBundle } });
}

async function registerOnLoopback(client: KubeClient, port: number, caBundle: string): Promise<void> {
  const namespace: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } };
  await client.create(Namespace, namespace).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: serviceName, namespace: systemNamespace },
    // An endpoint may not be on loopback, but a name may lead there.
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
        caBundle,
        groupPriorityMinimum: 1000,
        versionPriority: 15,
      },
    };
    await client.apply(APIService, api, { fieldManager });
  }
}

export async function registerApis(client: KubeClient, { address, port, certificate }: ServedApis): Promise<void> {
  const caBundle = Buffer.from(certificate).toString("base64");
  await (address === loopback ? registerOnLoopback(client, port, caBundle) : tellCertificate(client, caBundle));
}
