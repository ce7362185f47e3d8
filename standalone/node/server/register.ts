// Makes the aggregated APIs known to kube-apiserver: a Service that leads to this host, and an APIService per group.
import { isIPv6 } from "node:net";
import { isCode } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { APIService, ConfigMap, EndpointSlice, Namespace, Service } from "../../../operator/kube/core-kinds.ts";
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

const metadata = { name: serviceName, namespace: systemNamespace };
const portName = "https";

/** An endpoint may not be on loopback: there a name leads to the API server's own machine. */
export function serviceOf({ address, port }: ServedApis): { service: Service; slice?: EndpointSlice } {
  const base = { apiVersion: "v1", kind: "Service", metadata } as const;
  const ports = [{ name: portName, port, protocol: "TCP" as const }];
  if (address === loopback) return { service: { ...base, spec: { type: "ExternalName", externalName: "localhost", ports } } };
  return {
    service: { ...base, spec: { type: "ClusterIP", ports } },
    slice: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        ...metadata,
        labels: { "kubernetes.io/service-name": serviceName, "endpointslice.kubernetes.io/managed-by": fieldManager },
      },
      addressType: isIPv6(address) ? "IPv6" : "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
  };
}

export async function registerApis(client: KubeClient, served: ServedApis): Promise<void> {
  const namespace: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } };
  await client.create(Namespace, namespace).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
  const { service, slice } = serviceOf(served);
  await client.apply(Service, service, { fieldManager });
  if (slice) await client.apply(EndpointSlice, slice, { fieldManager });
  for (const { group, version } of groups) {
    const api: APIService = {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service: { ...metadata, port: served.port },
        caBundle: Buffer.from(served.certificate).toString("base64"),
        groupPriorityMinimum: 1000,
        versionPriority: 15,
      },
    };
    await client.apply(APIService, api, { fieldManager });
  }
}
