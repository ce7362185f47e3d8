// The webhook as the real kube-apiserver calls it over TLS: refusals with the services' names, bursts, and what must never be stopped.
import assert from "node:assert/strict";
import { randomUUID, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCode, type KumulusError } from "../domain/errors.ts";
import { createdAnnotation, systemNamespace } from "../domain/id.ts";
import { restricted } from "../domain/identity/tenant-rights.ts";
import { Flavor } from "../models/compute/flavor.ts";
import { Server } from "../models/compute/server.ts";
import { Tenant } from "../models/identity/tenant.ts";
import { Image } from "../models/image/image.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import { Network } from "../models/network/network.ts";
import { Port } from "../models/network/port.ts";
import { SecurityGroup } from "../models/network/security-group.ts";
import { Subnet } from "../models/network/subnet.ts";
import { Volume } from "../models/volume/volume.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { kubeClient } from "../operator/kube/client.ts";
import { connect } from "../operator/kube/connection.ts";
import {
  ClusterRole,
  ClusterRoleBinding,
  Namespace,
  Secret,
  ServiceAccount,
  ValidatingWebhookConfiguration,
} from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startWebhook } from "./server.ts";
import { ensureCertificate, type ServingCertificate } from "./tls/certificate.ts";

const namespace = "kumulus-demo";
const log = createLog({ name: "webhook", level: "error" });

describe("webhook", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const stop = new AbortController();

  const make = <T extends KubeObject>(kind: Kind<T>, name: string, spec: object, place: string | undefined = namespace): Promise<T> => {
    const metadata = { name, ...(kind.namespaced ? { namespace: place } : {}) };
    return plane.client.create(kind, { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, metadata, spec } as unknown as T);
  };
  const setStatus = <T extends KubeObject>(kind: Kind<T>, key: { name: string; namespace?: string }, status: object) =>
    plane.client.patch(kind, key, { status }, { subresource: "status" });
  const refused = async (promise: Promise<unknown>, code: string, reason: string, sentence: RegExp) => {
    const error = await promise.then(
      () => assert.fail(`${reason} was expected`),
      (thrown: KumulusError) => thrown,
    );
    assert.deepEqual([error.code, error.reason], [code, reason], error.message);
    assert.match(error.message, sentence);
  };

  before(async () => {
    plane = await startControlPlane({ controllers: ["namespace-controller", "garbage-collector-controller"] });
    // Of its own, as every role has: the requests that it judges would else wait for it in the same pool in which it waits.
    const client = kubeClient(connect(plane.kubeconfig));
    const caches = createCaches(client, { log });
    for (const name of [namespace, systemNamespace]) {
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    const [{ port }] = await Promise.all([
      startWebhook({ client, caches, log, signal: stop.signal, host: "127.0.0.1", port: 0, strictDeleters: ["admin"] }),
      new Promise((resolve) => setTimeout(resolve, 10)).then(() => caches.start(stop.signal)),
    ]);
    assert.ok(port > 0);
    await make(Tenant, "demo", { domainRef: { name: "default" }, quota: { cores: 10, instances: -1, gigabytes: 10 } });
    await setStatus(Tenant, { name: "demo" }, { namespace });
    await make(Flavor, "one", { vcpus: 1, ramMiB: 128, diskGiB: 1 });
    await make(Image, "guest", { diskFormat: "qcow2", containerFormat: "bare" });
    await setStatus(Image, { name: "guest", namespace }, { phase: "active", virtualSizeBytes: 72 * 1024 * 1024 });
    // A configuration takes effect in the API server a moment after it is written.
    for (let tries = 0; ; tries++) {
      const bad = make(Subnet, `probe-${tries}`, { networkRef: { name: "none" }, cidr: "10.0.0.0/24" });
      if (await bad.then(() => false).catch((error: unknown) => isCode(error, "NotFound"))) break;
      assert.ok(tries < 100, "the API server never called the webhook");
    }
  });
  after(async () => {
    stop.abort();
    await plane.stop();
  });

  it("keeps its certificate in a Secret and tells the API server its authority", async () => {
    const secret = await plane.client.get(Secret, { name: "webhook-tls", namespace: "kumulus-system" });
    const cert = new X509Certificate(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64"));
    assert.equal(cert.checkIP("127.0.0.1"), "127.0.0.1");
    const { webhooks } = await plane.client.get(ValidatingWebhookConfiguration, { name: "kumulus" });
    assert.equal(webhooks?.[0]?.clientConfig.caBundle, secret.data?.["ca.crt"]);
  });

  it("trusts the authority before a renewal as well, and none before that: other replicas serve with its certificate for a while", async () => {
    const options = { client: plane.client, namespace, secretName: "renewed", names: ["a.test"] };
    const made: ServingCertificate[] = [];
    for (const year of [2024, 2025, 2026]) made.push(await ensureCertificate({ ...options, now: () => new Date(`${year}-06-01`) }));
    const [first, second, third] = made;
    const authorities = third?.ca.match(/-----BEGIN[^-]*-----[^-]+-----END[^-]*-----\n/g) ?? [];
    assert.equal(authorities.join(""), third?.ca);
    const signs = ({ cert }: ServingCertificate) =>
      authorities.map((ca) => new X509Certificate(cert).verify(new X509Certificate(ca).publicKey));
    assert.deepEqual(
      [first, second, third].map((each) => each && signs(each)),
      [
        [false, false],
        [false, true],
        [true, false],
      ],
    );
  });

  it("lets a network, its subnet, a port and a server be made in one breath", async () => {
    await make(Network, "net", {});
    await make(Subnet, "sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
    await make(Port, "port", { networkRef: { name: "net" }, fixedIPs: [{ subnetRef: { name: "sub" } }] });
    await make(Server, "first", { flavorRef: { name: "one" }, imageRef: { name: "guest" }, networks: [{ portRef: { name: "port" } }] });
    await plane.client.delete(Server, { name: "first", namespace });
  });

  it("refuses with the services' own names", async () => {
    const overlap = make(Subnet, "sub2", { networkRef: { name: "net" }, cidr: "10.9.0.128/25" });
    await refused(
      overlap,
      "Invalid",
      "InvalidInput",
      /^Invalid input for operation: Requested subnet with cidr: 10\.9\.0\.128\/25 .* overlaps/,
    );
    await refused(plane.client.delete(Network, { name: "net", namespace }), "Conflict", "NetworkInUse", /ports still in use/);
    await refused(plane.client.delete(Subnet, { name: "sub", namespace }), "Conflict", "SubnetInUse", /IP allocation from this subnet/);
    await refused(
      make(Server, "x", { flavorRef: { name: "two" }, imageRef: { name: "guest" } }),
      "Invalid",
      "FlavorNotFound",
      /Flavor two/,
    );
    await refused(make(Volume, "big", { sizeGiB: 11 }), "OverQuota", "OverQuota", /Requested 11G, quota is 10G and 0G has been consumed/);
  });

  it("lets go what nothing uses any more, at once", async () => {
    for (let i = 0; i < 10; i++) {
      await make(Network, "brief", {});
      await make(Subnet, "brief", { networkRef: { name: "brief" }, cidr: "10.8.0.0/24" });
      await make(Port, "brief", { networkRef: { name: "brief" }, fixedIPs: [{ subnetRef: { name: "brief" } }] });
      for (const kind of [Port, Subnet, Network] as Kind[]) await plane.client.delete(kind, { name: "brief", namespace });
    }
  });

  it("lets exactly 10 of 20 servers through that ask at once for 10 cores", async () => {
    const server = (name: string) => make(Server, name, { flavorRef: { name: "one" }, imageRef: { name: "guest" } });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => server(`burst-${i}`)));
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 10);
    for (const result of results) {
      if (result.status === "rejected")
        assert.match(String(result.reason), /Quota exceeded for cores: Requested 1, but already used 10 of 10 cores/);
    }
    const [made] = (await plane.client.list(Server, { namespace })).filter(({ metadata }) => metadata.name.startsWith("burst"));
    await plane.client.delete(Server, { name: made?.metadata.name ?? "", namespace });
    await server("after"); // what was deleted no longer counts, whatever the cache still shows
  });

  it("lets exactly one of 10 overlapping subnets through", async () => {
    await make(Network, "race", {});
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => make(Subnet, `race-${i}`, { networkRef: { name: "race" }, cidr: `10.7.${i}.0/16` })),
    );
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  });

  it("does not judge again what an administrator restores, and judges an administrator of a project", async () => {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "member", namespace } } as const;
    await plane.client.create(ServiceAccount, account);
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "member" };
    const rules = [
      { apiGroups: ["volume.kumulus.cloud"], resources: ["volumes"], verbs: ["create"] },
      { apiGroups: [restricted.group], resources: [restricted.resource], verbs: [restricted.administrator] },
    ];
    const subjects = [{ kind: "ServiceAccount", name: "member", namespace }];
    const api = "rbac.authorization.k8s.io/v1" as const;
    await plane.client.create(ClusterRole, { apiVersion: api, kind: "ClusterRole", metadata: { name: "member" }, rules });
    const binding: ClusterRoleBinding = { apiVersion: api, kind: "ClusterRoleBinding", metadata: { name: "member" }, roleRef, subjects };
    await plane.client.create(ClusterRoleBinding, binding);
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const answer = await plane.client.request("POST", `/api/v1/namespaces/${namespace}/serviceaccounts/member/token`, request);
    const { token } = (answer.body as { status: { token: string } }).status;
    const config = JSON.parse(readFileSync(plane.kubeconfig, "utf8")) as object;
    const file = join(plane.directory, "member");
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: "admin", user: { token } }] }), { mode: 0o600 });
    const connection = connect(file);
    const metadata = { name: "restored", namespace, annotations: { [createdAnnotation]: "2026-01-01T00:00:00Z" } };
    const volume: Volume = { apiVersion: "volume.kumulus.cloud/v1alpha1", kind: "Volume", metadata, spec: { sizeGiB: 11 } };
    try {
      await refused(kubeClient(connection).create(Volume, volume), "OverQuota", "OverQuota", /Requested 11G/);
      await plane.client.create(Volume, volume);
      await plane.client.delete(Volume, { name: "restored", namespace });
    } finally {
      await connection.close();
    }
  });

  it("never stops status, finalizers, labels, or what is on its way out", async () => {
    await setStatus(Subnet, { name: "sub", namespace }, { gatewayIP: "10.9.0.1" });
    await plane.client.patch(Flavor, { name: "one" }, { metadata: { labels: { a: "b" } } });
    await make(Volume, "v", { sizeGiB: 1 });
    await plane.client.patch(Volume, { name: "v", namespace }, { metadata: { finalizers: ["test.kumulus.cloud/hold"] } });
    await plane.client.delete(Volume, { name: "v", namespace });
    await plane.client.patch(Volume, { name: "v", namespace }, { metadata: { finalizers: null } });
  });

  it("lets a project's namespace end, default group and all", async () => {
    await make(SecurityGroup, "default", { isDefault: true, displayName: "default", rules: [{ direction: "egress" }] });
    await plane.client.delete(Namespace, { name: namespace });
    for (let tries = 0; ; tries++) {
      const gone = await plane.client.get(Namespace, { name: namespace }).catch((error: unknown) => isCode(error, "NotFound"));
      if (gone === true) break;
      assert.ok(tries < 200, JSON.stringify(gone));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it("is not asked about what an administrator restores, also when it is down", async () => {
    stop.abort();
    const place = "kumulus-later";
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: place } });
    const metadata = { name: "restored", namespace: place, annotations: { [createdAnnotation]: "2026-01-01T00:00:00Z" } };
    const volume: Volume = { apiVersion: "volume.kumulus.cloud/v1alpha1", kind: "Volume", metadata, spec: { sizeGiB: 1 } };
    // Nobody listens there any more.
    const path = "/webhooks/0/clientConfig/url";
    await plane.client.patch(ValidatingWebhookConfiguration, { name: "kumulus" }, [{ op: "replace", path, value: "https://127.0.0.1:1/" }]);
    const attempt = () => make(Volume, `down-${randomUUID()}`, { sizeGiB: 1 }, place);
    await eventually(() => assert.rejects(attempt(), { code: "Unavailable" }), 10_000, 500);
    await plane.client.create(Volume, volume);
  });
});
