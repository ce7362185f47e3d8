// Fills a cloud for the stories of backups: a sample of every kind, objects of kubectl and of the APIs, owners, state, and what must be left behind.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { idLabel, systemNamespace } from "../../../domain/id.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { Server } from "../../../models/compute/server.ts";
import { ServerAction } from "../../../models/compute/server-action.ts";
import { User } from "../../../models/identity/user.ts";
import { Image } from "../../../models/image/image.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { kumulusKinds } from "../../../models/kinds.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { ConfigMap, Secret } from "../../../operator/kube/core-kinds.ts";
import { apiVersionOf } from "../../../operator/kube/path.ts";

const samples = join(import.meta.dirname, "../../../crds/samples");
export const namespace = "kumulus-demo";
export const labelled = "0b0e5c4e-1111-4222-8333-444455556666";

const kindOf = ({ apiVersion, kind }: KubeObject) =>
  kumulusKinds.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion) as Kind;

async function createSamples(client: KubeClient): Promise<void> {
  const files = globSync(join(samples, "*.yaml")).filter((file) => !file.endsWith("quickstart.yaml"));
  for (const file of files) {
    const sample = parse(readFileSync(file, "utf8")) as KubeObject;
    await client.create(kindOf(sample), sample);
  }
}

const make = <T extends KubeObject>(client: KubeClient, kind: Kind<T>, metadata: KubeObject["metadata"], spec: object) =>
  client.create(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec } as unknown as T);

const setStatus = (client: KubeClient, kind: Kind, name: string, status: object, place: string | undefined = namespace) =>
  client.patch(kind, { name, ...(kind.namespaced && { namespace: place }) }, { status }, { subresource: "status" });

function secret(client: KubeClient, metadata: KubeObject["metadata"], type = "Opaque", data: Record<string, string> = { key: "aGVsbG8=" }) {
  return client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type, data });
}

async function createOwned(client: KubeClient): Promise<void> {
  const server = await client.get(Server, { name: "web-1", namespace });
  const ownerReferences = [
    { apiVersion: server.apiVersion, kind: "Server", name: "web-1", uid: server.metadata.uid ?? "", controller: true },
  ];
  const finalizers = ["network.kumulus.cloud/port"];
  await make(client, Port, { name: "owned", namespace, ownerReferences, finalizers }, { networkRef: { name: "web" } });
  await secret(client, { name: "web-1-key", namespace, ownerReferences, labels: { "kumulus.cloud/server": "web-1" } });
  const foreign = [{ apiVersion: "example.org/v1", kind: "Shop", name: "shop", uid: "6f0f5c1e-0000-4000-8000-000000000000" }];
  await make(
    client,
    Network,
    { name: "foreign", namespace, ownerReferences: foreign, labels: { [idLabel]: labelled } },
    { displayName: "Shop" },
  );
}

/** Applied by Argo CD or kubectl, which take out again what they no longer name. */
async function createApplied(client: KubeClient): Promise<void> {
  await applyNetwork(client, { description: "applied", mtu: 1400 });
}

export const applyNetwork = (client: KubeClient, spec: object) =>
  client.apply(
    Network,
    { apiVersion: "network.kumulus.cloud/v1alpha1", kind: "Network", metadata: { name: "applied", namespace }, spec },
    { fieldManager: "argocd" },
  );

/** What no controller could find out again. */
async function setState(client: KubeClient): Promise<void> {
  await setStatus(client, Image, "debian-12", { phase: "active", sizeBytes: 7, md5: "0".repeat(32), location: "file:debian-12" });
  await setStatus(client, Port, "owned", { macAddress: "fa:16:3e:00:00:01", phase: "ACTIVE" });
  await setStatus(client, Server, "web-1", { phase: "ACTIVE", flavor: { name: "old", vcpus: 3 } });
  await setStatus(client, Volume, "data", { phase: "in-use", bootable: true, imageMetadata: { os: "debian" } });
  await make(client, ServerAction, { name: "done", namespace }, { serverRef: { name: "web-1" }, action: "Reboot", rebootType: "SOFT" });
  await setStatus(client, ServerAction, "done", {
    phase: "Succeeded",
    startedAt: "2026-01-01T00:00:00Z",
    finishedAt: "2026-01-01T00:00:01Z",
  });
}

async function setPassword(client: KubeClient): Promise<void> {
  const passwordChangedAt = "2026-01-01T00:00:00Z";
  await setStatus(client, User, "demo", { passwordChangedAt, passwordFingerprint: "a".repeat(64) });
}

/** An image on its way out with what it owns, certificates, a Helm release's Secret. */
async function createLeavings(client: KubeClient): Promise<void> {
  const going = await make(client, Image, { name: "going", namespace, finalizers: ["test.kumulus.cloud/hold"] }, {});
  const ownerReferences = [{ apiVersion: going.apiVersion, kind: "Image", name: "going", uid: going.metadata.uid ?? "" }];
  await make(client, Network, { name: "going", namespace, ownerReferences }, {});
  await client.delete(Image, { name: "going", namespace });
  const pem = { "tls.crt": "eA==", "tls.key": "eA==" };
  await secret(client, { name: "webhook-tls", namespace: systemNamespace }, "kubernetes.io/tls", pem);
  await secret(client, { name: "of-helm", namespace: systemNamespace, labels: { "app.kubernetes.io/managed-by": "Helm" } });
  await secret(client, { name: "of-a-user", namespace });
}

export interface Filling {
  /** Whether the cloud has its users already, as startTestCloud's have; true unless said. */
  users?: boolean;
  /** So many more, which make the archive longer. */
  networks?: number;
}

export const policyFile = '"os_compute_api:os-console-output": "role:reader"\n';

/** The namespaces kumulus-system and kumulus-demo must be there. */
export async function fillCloud(client: KubeClient, { users = true, networks = 0 }: Filling = {}): Promise<void> {
  await createSamples(client);
  await createOwned(client);
  await createApplied(client);
  await setState(client);
  if (users) await setPassword(client);
  await createLeavings(client);
  await make(client, Flavor, { name: "labelled", labels: { [idLabel]: "m1.labelled" } }, { vcpus: 1, ramMiB: 64 });
  const seeded: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "seeded", namespace: systemNamespace } };
  await client.create(ConfigMap, seeded);
  const policy = { name: "policy", namespace: systemNamespace };
  await client.create(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata: policy, data: { "nova.yaml": policyFile } });
  for (let number = 0; number < networks; number++) await make(client, Network, { name: `n-${number}`, namespace }, {});
}
