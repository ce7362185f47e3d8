// The Helm chart: what it renders is what a real API server accepts, and wrong values are named.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identitySeeds } from "../bootstrap/identity.ts";
import { externalNetworkSeeds, flavorSeeds, volumeTypeSeed } from "../bootstrap/offer.ts";
import { buildEngine } from "../hack/engines.ts";
import type { KubeObject } from "../models/kind.ts";
import { kumulusKinds } from "../models/kinds.ts";
import { readMetadataSettings } from "../node/metadata/settings.ts";
import { type ClusterRole, type ConfigMap, Namespace } from "../operator/kube/core-kinds.ts";
import { parseSettings, type Settings } from "../operator/settings.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { parse } from "../operator/yaml.ts";
import { fullValues, helm, kubectl, rendered } from "./testing/helm.ts";

/** Of other projects: the API server of the tests has definitions that leave everything open (charts/testing/foreign-crds). */
const foreignKinds = ["HTTPRoute", "ServiceMonitor", "PrometheusRule", "Certificate"];

const namesOf = (objects: readonly KubeObject[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

/** Fields of the kinds that are looked into. */
interface Manifest extends KubeObject {
  spec?: {
    template?: {
      spec: {
        containers: { ports: { name: string }[]; volumeMounts: { name: string; mountPath: string }[] }[];
        volumes: { name: string; secret?: { secretName: string } }[];
      };
    };
    secretName?: string;
    selector?: { matchLabels: object };
    podSelector?: { matchLabels: object };
    ingress?: { ports: { port: string }[] }[];
    ports?: { targetPort: string }[];
    dnsNames?: string[];
    groups?: { rules: { annotations: Record<string, string> }[] }[];
  };
}

/** As a role reads them: what its schema does not know is refused. */
function settingsOf(objects: readonly KubeObject[]): Promise<Settings> {
  const found = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "kumulus-settings") as ConfigMap | undefined;
  return parseSettings(found?.data?.["settings.yaml"] ?? "", "settings.yaml");
}

describe("charts/kumulus", () => {
  let plane: ControlPlane;

  before(async function () {
    this.timeout(900_000);
    buildEngine("helm");
    plane = await startControlPlane({ crds: [join(import.meta.dirname, "testing/foreign-crds")] });
    const labels = { "pod-security.kubernetes.io/warn": "restricted", "pod-security.kubernetes.io/enforce": "restricted" };
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "kumulus-system", labels } });
  });
  after(() => plane?.stop());

  const accepted = (objects: readonly KubeObject[]) => {
    const { ok, stdout, stderr } = kubectl(plane.kubeconfig, ["apply", "--dry-run=server", "--filename", "-"], objects);
    assert.ok(ok, stderr);
    assert.doesNotMatch(stderr, /PodSecurity/);
    assert.equal(stdout.trim().split("\n").length, objects.length);
  };

  for (const [name, values] of Object.entries({ default: {}, full: fullValues })) {
    it(`passes helm lint --strict with ${name} values`, () => {
      const { ok, stdout, stderr } = helm(["lint", "--strict"], values);
      assert.ok(ok, stdout + stderr);
    });
  }

  it("is accepted by the API server with default values, without a warning of restricted Pod Security", () => {
    const objects = rendered();
    assert.deepEqual(namesOf(objects, "Deployment").sort(), ["kumulus-api", "kumulus-operator", "kumulus-webhook"]);
    accepted(objects);
  });

  it("is accepted with everything turned on", () => {
    const objects = rendered(fullValues);
    for (const kind of [...foreignKinds, "Ingress", "HorizontalPodAutoscaler", "Pod"]) assert.equal(namesOf(objects, kind).length, 1, kind);
    accepted(objects);
  });

  it("lets the bootstrap make everything that a new cloud has", () => {
    const role = rendered(fullValues).find(({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "kumulus-bootstrap");
    const { rules = [] } = role as unknown as ClusterRole;
    const external = {
      physicalNetwork: "physnet1",
      cidr: "172.24.4.0/24",
      gatewayIP: "172.24.4.1",
      pool: { start: "172.24.4.10", end: "172.24.4.20" },
    };
    const storage = { name: "standard", storageClassName: "standard" };
    const seeds = [...identitySeeds({ admin: "", demo: "" }), ...flavorSeeds, volumeTypeSeed(storage), ...externalNetworkSeeds(external)];
    const made = new Set(seeds.flatMap(({ kind }) => (kind.group === "" ? [] : [`${kind.group} ${kind.plural}`])));
    const granted = (rules ?? [])
      .filter(({ verbs }) => verbs.includes("create"))
      .flatMap(({ apiGroups, resources }) =>
        (apiGroups ?? []).flatMap((group) => (resources ?? []).map((resource) => `${group} ${resource}`)),
      );
    assert.deepEqual(
      [...made].filter((each) => !granted.includes(each)),
      [],
    );
  });

  it("makes the policy files of the values", () => {
    const policy = (values?: object) => rendered(values).find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "policy");
    assert.equal(policy(), undefined);
    const rules = { "os_compute_api:servers:create": "role:builder and project_id:%(project_id)s" };
    const { data } = policy({ policy: { "nova.yaml": rules } }) as unknown as { data: Record<string, string> };
    assert.deepEqual(parse(data["nova.yaml"] ?? ""), rules);
  });

  it("leaves out what is turned off", () => {
    const kinds = new Set(rendered({ networkPolicy: { enabled: false } }).map(({ kind }) => kind));
    for (const kind of [...foreignKinds, "Ingress", "HorizontalPodAutoscaler", "NetworkPolicy"]) assert.ok(!kinds.has(kind), kind);
  });

  it("has every CRD and keeps it, and the images, on uninstall", () => {
    const kept = rendered().filter(({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"] === "keep");
    const kinds = kept.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "CustomResourceDefinition").length, kumulusKinds.length);
    assert.equal(kinds.filter((kind) => kind === "PersistentVolumeClaim").length, 1);
  });

  it("writes the settings that the roles read", async () => {
    assert.deepEqual(await settingsOf(rendered()), {
      region: "RegionOne",
      apiURL: "http://kumulus-api.kumulus-system.svc:8774",
      ports: { api: 8774, webhook: 9443, health: 8080 },
      ovn: { northbound: ["tcp:ovn-northbound.kumulus-system.svc:6641"], southbound: ["tcp:ovn-southbound.kumulus-system.svc:6642"] },
      images: { directory: "/var/lib/kumulus/images" },
      webhook: { service: "kumulus-webhook" },
      drainSeconds: 5,
    });
    const { ovn } = await settingsOf(rendered(fullValues));
    assert.deepEqual(ovn, {
      northbound: ["ssl:10.0.0.1:6641", "ssl:10.0.0.2:6641"],
      southbound: ["ssl:10.0.0.1:6642"],
      tls: { ca: "/etc/kumulus/ovn/ca.crt", cert: "/etc/kumulus/ovn/tls.crt", key: "/etc/kumulus/ovn/tls.key" },
    });
  });

  it("brings the metadata service on request, and always beside the node agent, with the right to one Secret", async () => {
    assert.deepEqual(namesOf(rendered(), "DaemonSet"), []);
    const names = namesOf(rendered({ nodeAgent: { enabled: true } }), "DaemonSet");
    assert.deepEqual(names.sort(), ["kumulus-node", "kumulus-node-agent"]);
    const objects = rendered({ ...fullValues, node: { enabled: true, nodeSelector: { guests: "" }, openVSwitchDirectory: "/run/ovs" } });
    const { ok, stderr } = kubectl(plane.kubeconfig, ["apply", "--dry-run=server", "--filename", "-"], objects);
    assert.ok(ok, stderr);
    const settings = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "kumulus-metadata") as ConfigMap;
    const file = join(plane.directory, "metadata.yaml");
    writeFileSync(file, settings.data?.["metadata.yaml"] ?? "");
    const { southbound, tls, address } = await readMetadataSettings(file, { NODE_ADDRESS: "10.0.0.1" });
    assert.deepEqual([southbound, tls?.ca, address], [["ssl:10.0.0.1:6642"], "/etc/kumulus/ovn/ca.crt", "10.0.0.1"]);
    await assert.rejects(readMetadataSettings(file, {}), /NODE_ADDRESS/);
    const roles = objects.filter(({ metadata }) => metadata.name === "kumulus-node").map(({ kind }) => kind);
    assert.deepEqual(roles.sort(), ["DaemonSet", "Role", "RoleBinding", "ServiceAccount"]);
  });

  it("lets each pod be reached on the ports that it serves and on no others, and lets nodes be drained", () => {
    const objects = rendered() as Manifest[];
    const find = (kind: string, name: string) => objects.find((object) => object.kind === kind && object.metadata.name === name);
    for (const deployment of objects.filter(({ kind }) => kind === "Deployment")) {
      const { name } = deployment.metadata;
      const served = deployment.spec?.template?.spec.containers.flatMap(({ ports }) => ports.map((port) => port.name));
      const open = find("NetworkPolicy", name)?.spec?.ingress?.flatMap(({ ports }) => ports.map(({ port }) => port));
      assert.deepEqual(open?.sort(), served?.sort(), name);
      const labels = deployment.spec?.selector?.matchLabels;
      assert.deepEqual(find("PodDisruptionBudget", name)?.spec?.selector?.matchLabels, labels);
      assert.deepEqual(find("NetworkPolicy", name)?.spec?.podSelector?.matchLabels, labels);
      const service = find("Service", name);
      const targets = service?.spec?.ports?.map(({ targetPort }) => targetPort);
      for (const target of targets ?? []) assert.ok(served?.includes(target), `${name} does not serve ${target}`);
      assert.ok(targets?.length, `${name} has no Service: Prometheus would not find it`);
    }
  });

  it("takes the webhook's certificate from cert-manager when told so", async () => {
    const objects = rendered(fullValues) as Manifest[];
    const configuration = objects.find(({ kind }) => kind === "ValidatingWebhookConfiguration");
    assert.equal(configuration?.metadata.annotations?.["cert-manager.io/inject-ca-from"], "kumulus-system/kumulus-webhook");
    const certificate = objects.find(({ kind }) => kind === "Certificate");
    assert.ok(certificate?.spec?.dnsNames?.includes("kumulus-webhook.kumulus-system.svc"));
    const { containers, volumes } = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "kumulus-webhook")?.spec
      ?.template?.spec ?? { containers: [], volumes: [] };
    const { webhook } = await settingsOf(objects);
    const mount = containers[0]?.volumeMounts.find(({ mountPath }) => mountPath === webhook?.certificates);
    assert.equal(volumes.find(({ name }) => name === mount?.name)?.secret?.secretName, certificate?.spec?.secretName);
    assert.equal((await settingsOf(rendered())).webhook?.certificates, undefined);
    const plain = rendered() as Manifest[];
    assert.equal(plain.find(({ kind }) => kind === "ValidatingWebhookConfiguration")?.metadata.annotations, undefined);
  });

  it("leads from alerts to the runbooks where they are", () => {
    const rule = (rendered(fullValues) as Manifest[]).find(({ kind }) => kind === "PrometheusRule");
    const urls = rule?.spec?.groups?.flatMap(({ rules }) => rules.map(({ annotations }) => annotations.runbook_url)) ?? [];
    assert.ok(urls.length > 10);
    for (const url of urls) assert.match(url ?? "", /^https:\/\/runbooks\.test\/kumulus#kumulus[a-z]+$/);
  });

  const wrong: [what: string, values: object, complaint: RegExp][] = [
    ["a key that is not there", { regoin: "x" }, /regoin/],
    ["a key that is not there further down", { api: { autoscaling: { minimum: 1 } } }, /minimum/],
    ["a key of another role", { webhook: { autoscaling: {} } }, /autoscaling/],
    ["a remote that is none", { ovn: { northbound: ["10.0.0.1"] } }, /northbound/],
    ["an Ingress without a host", { ingress: { enabled: true } }, /host/],
    ["cert-manager without an issuer", { tls: { mode: "certManager" } }, /issuerRef|name/],
    ["a route without a Gateway", { gateway: { enabled: true } }, /parentRefs/],
  ];
  for (const [what, values, complaint] of wrong) {
    it(`names ${what}`, () => {
      const { ok, stderr } = helm(["template", "kumulus"], values);
      assert.ok(!ok);
      assert.match(stderr, complaint);
    });
  }

  it("refuses a namespace that the program would not look in", () => {
    const { ok, stderr } = helm(["template", "kumulus"], {}, "default");
    assert.ok(!ok);
    assert.match(stderr, /--namespace kumulus-system/);
  });

  it("has a comment on every value", () => {
    const lines = readFileSync(join(import.meta.dirname, "kumulus/values.yaml"), "utf8").split("\n");
    const isValue = (line: string) => /^\s*[a-zA-Z]+: ?\S/.test(line) && !/^\s*(requests|limits|enabled|maxReplicas|end):/.test(line);
    const bare = lines.filter((line, index) => isValue(line) && !lines[index - 1]?.trim().startsWith("#"));
    assert.deepEqual(bare, []);
  });
});
