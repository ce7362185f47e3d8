// What the doctor says of what it has seen: one row a case, with the reason first.
import assert from "node:assert/strict";
import type { CDI, StorageProfile } from "../../clients/cdi/kinds.ts";
import type { KubeVirt } from "../../clients/kubevirt/kinds.ts";
import type { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import type { PolicyFile } from "../../models/identity/policy-file.ts";
import type { VolumeType } from "../../models/volume/volume-type.ts";
import type { CustomResourceDefinition, StorageClass } from "../../operator/kube/core-kinds.ts";
import { needs } from "../generated/needs.ts";
import { judgeCDI } from "./checks/cdi.ts";
import { judgeClocks } from "./checks/clocks.ts";
import { engines, judgeEngine, type Served } from "./checks/engines.ts";
import { judgeKinds } from "./checks/kinds.ts";
import { judgeVersion } from "./checks/kubernetes.ts";
import { judgeKubeVirt } from "./checks/kubevirt.ts";
import { judgeDatabase, type RemoteSeen } from "./checks/ovn.ts";
import { judgeOvsCNI } from "./checks/ovs-cni.ts";
import { judgePolicy } from "./checks/policy.ts";
import { judgeRights, missingRights, type Rule } from "./checks/rights.ts";
import { judgeStorage, type StorageSeen } from "./checks/storage.ts";
import { judgeWebhook } from "./checks/webhook.ts";
import type { Judgement } from "./finding.ts";

const now = new Date("2026-03-01T12:00:00Z");

/** Verdicts in order, and a piece of the first sentence that is not ok (else of the first). */
type Row = [why: string, judged: () => Judgement[], verdicts: string, says: RegExp];

function table(what: string, rows: readonly Row[]): void {
  describe(what, () => {
    for (const [why, judged, verdicts, says] of rows) {
      it(why, () => {
        const judgements = judged();
        assert.equal(judgements.map(({ verdict }) => verdict).join(" "), verdicts);
        const shown = judgements.find(({ verdict }) => verdict !== "ok") ?? judgements[0];
        assert.match(shown?.found ?? "", says);
        for (const { verdict, advice } of judgements) if (verdict !== "ok") assert.ok(advice, "says what to do");
      });
    }
  });
}

table("the Kubernetes version", [
  ["the oldest", () => judgeVersion({ gitVersion: "v1.34.0" }), "ok", /v1\.34\.0/],
  ["a distribution's", () => judgeVersion({ gitVersion: "v1.36.3+k3s1" }), "ok", /k3s1/],
  ["too old", () => judgeVersion({ gitVersion: "v1.33.9" }), "fail", /too old/],
  ["newer than tested", () => judgeVersion({ gitVersion: "v1.38.0" }), "warn", /newer/],
  ["unknown", () => judgeVersion({ gitVersion: "master" }), "fail", /not known/],
]);

const established = [{ type: "Established", status: "True" as const }];
const crd = (name: string, hash: string, conditions = established): CustomResourceDefinition =>
  ({ metadata: { name }, spec: { versions: [{ name: hash }] }, status: { conditions } }) as unknown as CustomResourceDefinition;
const wantedKinds = { a: "45e1bd45e8a3aba1" };

table("our kinds", [
  ["none is there", () => judgeKinds([], { a: "1", b: "2", c: "3", d: "4" }), "fail", /not there: a, b, c and 1 more/],
  ["another's are no matter", () => judgeKinds([crd("x", "v1")], {}), "ok", /all 0/],
  ["of another release", () => judgeKinds([crd("a", "v9")], wantedKinds), "fail", /of another release: a/],
  ["not served", () => judgeKinds([crd("a", "v9", [])], wantedKinds), "fail fail", /not served: a/],
]);

const [kubeVirtEngine] = engines;
const engine = (served: Partial<Served>) => () => {
  assert.ok(kubeVirtEngine);
  return judgeEngine(kubeVirtEngine, { versions: undefined, resources: undefined, ...served });
};
table("an engine's API", [
  ["not there", engine({}), "fail", /kubevirt\.io is not served/],
  ["another version", engine({ versions: ["v1alpha3"] }), "fail", /as v1alpha3, but not as v1/],
  ["a kind is missing", engine({ versions: ["v1"], resources: ["virtualmachines"] }), "fail", /no virtualmachineinstances/],
  ["its server is silent", engine({ silence: "service unavailable" }), "fail", /does not answer: service unavailable/],
  ["all there", engine({ versions: ["v1"], resources: ["virtualmachines", "virtualmachineinstances"] }), "ok", /is served/],
]);

const kubeVirt = (featureGates: string[], version = "v1.9.0", more: object = {}): KubeVirt[] => [
  {
    apiVersion: "kubevirt.io/v1",
    kind: "KubeVirt",
    metadata: { name: "kubevirt" },
    spec: { configuration: { developerConfiguration: { featureGates, ...more } } },
    status: { phase: "Deployed", observedKubeVirtVersion: version },
  },
];
const gate = "DeclarativeHotplugVolumes";
const staged = kubeVirt([gate]).map((one) => ({
  ...one,
  spec: { configuration: { ...one.spec?.configuration, vmRolloutStrategy: "Stage" } },
}));
table("KubeVirt's configuration", [
  ["one machine", () => judgeKubeVirt(undefined), "ok", /node agent/],
  ["no KubeVirt", () => judgeKubeVirt([]), "fail", /no KubeVirt object/],
  ["as it should be", () => judgeKubeVirt(kubeVirt([gate])), "ok ok", /v1\.9\.0 is deployed/],
  ["too old", () => judgeKubeVirt(kubeVirt([gate], "v1.5.2")), "fail", /too old/],
  ["the older gate wins", () => judgeKubeVirt(kubeVirt([gate, "HotplugVolumes"])), "ok fail", /HotplugVolumes is on/],
  ["turned off", () => judgeKubeVirt(kubeVirt([], "v1.9.0", { disabledFeatureGates: [gate] })), "ok fail", /is off/],
  ["Alpha and not named", () => judgeKubeVirt(kubeVirt([], "v1.8.2")), "ok fail", /is not on/],
  ["Beta and not named", () => judgeKubeVirt(kubeVirt([])), "ok warn", /is not named/],
  ["changes are staged", () => judgeKubeVirt(staged), "ok ok fail", /Stage/],
  ["on its way", () => judgeKubeVirt(kubeVirt([gate]).map((one) => ({ ...one, status: { phase: "Deploying" } }))), "warn ok", /Deploying/],
]);

const cdi = (featureGates: string[]): CDI[] => [
  {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "CDI",
    metadata: { name: "cdi" },
    spec: { config: { featureGates } },
    status: { phase: "Deployed", observedVersion: "v1.66.0" },
  },
];
table("CDI's configuration", [
  ["one machine", () => judgeCDI(undefined), "ok", /node agent/],
  ["no CDI", () => judgeCDI([]), "fail", /no CDI object/],
  ["as it should be", () => judgeCDI(cdi(["HonorWaitForFirstConsumer"])), "ok ok", /v1\.66\.0/],
  ["the gate is off", () => judgeCDI(cdi([])), "ok warn", /HonorWaitForFirstConsumer is off/],
]);

const plugin =
  (image: string, isCluster = true) =>
  () =>
    judgeOvsCNI({ images: [{ image, of: "kube-system/ovs-cni" }], isCluster });
table("ovs-cni", [
  ["the last without ovnPort", plugin("ghcr.io/k8snetworkplumbingwg/ovs-cni-plugin:v0.39.0"), "fail", /v0\.39\.0/],
  ["newer", plugin("registry:5000/ovs-cni-plugin:v0.40.0@sha256:aa"), "ok", /v0\.40\.0/],
  ["of unknown age", plugin("ghcr.io/k8snetworkplumbingwg/ovs-cni-plugin@sha256:aa"), "warn", /not known/],
  ["built by hand", plugin("mine/ovs-cni-plugin:latest"), "warn", /not known/],
  ["nowhere in a cluster", plugin("calico/node:v3.30.0"), "warn", /no DaemonSet/],
  ["nowhere on one machine", plugin("calico/node:v3.30.0", false), "ok", /node agent/],
]);

const storageClass = (name: string, isDefault: boolean): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, ...(isDefault && { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }) },
  provisioner: `${name}.csi`,
});
const snapshotClass = (driver: string) => ({ driver }) as VolumeSnapshotClass;
const profile = (name: string, cloneStrategy: string, accessModes?: string[]) =>
  ({ metadata: { name }, status: { cloneStrategy, ...(accessModes && { claimPropertySets: [{ accessModes }] }) } }) as StorageProfile;
const volumeType = (storageClassName: string) => ({ metadata: { name: "fast" }, spec: { storageClassName } }) as VolumeType;
const good: StorageSeen = {
  classes: [storageClass("rbd", true)],
  snapshotClasses: [snapshotClass("rbd.csi")],
  profiles: undefined,
  volumeTypes: [],
};
const storage = (more: Partial<StorageSeen>) => () => judgeStorage({ ...good, ...more });
table("storage classes", [
  ["none", storage({ classes: [] }), "fail", /no StorageClass/],
  ["no default", storage({ classes: [storageClass("rbd", false)] }), "warn ok", /default/],
  ["one machine's", storage({}), "ok", /rbd \(default\), rbd\.csi: snapshots$/],
  ["no snapshots", storage({ snapshotClasses: undefined }), "warn", /no snapshots/],
  ["quick clones", storage({ profiles: [profile("rbd", "csi-clone", ["ReadWriteMany"])] }), "ok", /clones by csi-clone, ReadWriteMany/],
  ["slow clones", storage({ profiles: [profile("rbd", "copy")] }), "warn", /copies whole disks/],
  ["one node only", storage({ profiles: [profile("rbd", "snapshot", ["ReadWriteOnce"])] }), "warn", /can not move/],
  [
    "a class that is not ours",
    storage({ classes: [...good.classes, storageClass("nfs", false)], volumeTypes: [volumeType("rbd")] }),
    "ok",
    /rbd/,
  ],
  ["a type without a class", storage({ volumeTypes: [volumeType("gone")] }), "fail ok", /VolumeType fast names the StorageClass gone/],
]);

const up: RemoteSeen = { remote: "tcp:10.0.0.1:6641", version: "7.0.0", leads: true };
const member: RemoteSeen = { remote: "tcp:10.0.0.2:6641", version: "7.0.0", leads: false };
const down: RemoteSeen = { remote: "tcp:10.0.0.3:6641", problem: "connect ECONNREFUSED" };
table("an OVN database", [
  ["nobody said where", () => judgeDatabase(undefined), "warn", /nobody said/],
  ["all members answer", () => judgeDatabase([up, member]), "ok", /schema 7\.0\.0, 2 of 2/],
  ["one is down", () => judgeDatabase([up, member, down]), "warn", /2 of 3 servers answer; tcp:10\.0\.0\.3:6641: connect ECONNREFUSED/],
  ["all are down", () => judgeDatabase([down]), "fail", /can not be reached: tcp:10\.0\.0\.3/],
  ["nobody leads", () => judgeDatabase([member]), "fail", /none leads/],
]);

const node = (agoMs: number) => [{ name: "n1", renewedMs: now.getTime() - agoMs, everyMs: 10_000 }];
table("clocks", [
  ["equal", () => judgeClocks({ serverMs: 0, nodes: node(9_000) }, now), "ok", /1 ready nodes/],
  ["the server tells nothing", () => judgeClocks({ serverMs: undefined, nodes: [] }, now), "ok", /0 ready nodes/],
  ["the server is a little ahead", () => judgeClocks({ serverMs: 3_000, nodes: [] }, now), "warn", /API server's clock is 3 s ahead/],
  ["the server is far behind", () => judgeClocks({ serverMs: -61_000, nodes: [] }, now), "fail", /61 s behind/],
  ["a node is ahead", () => judgeClocks({ serverMs: 0, nodes: node(-5_000) }, now), "warn", /node n1 is 5 s ahead/],
  ["a node is far ahead", () => judgeClocks({ serverMs: 0, nodes: node(-90_000) }, now), "fail", /n1 is 90 s ahead/],
  ["a node is far behind", () => judgeClocks({ serverMs: 0, nodes: node(120_000) }, now), "fail", /n1 is 100 s behind/],
]);

const policyFile = (status: "True" | "False", message: string, files: Record<string, string>): PolicyFile => ({
  apiVersion: "identity.kumulus.cloud/v1alpha1",
  kind: "PolicyFile",
  metadata: { name: "policy" },
  spec: { configMapRef: { name: "policy" } },
  status: { files, conditions: [{ type: "Ready", status, reason: "x", message, lastTransitionTime: now.toISOString() }] },
});
table("policy", [
  ["no files", () => judgePolicy(), "ok", /default rules/],
  ["files that hold", () => judgePolicy([policyFile("True", "", { "nova.yaml": "" })]), "ok", /nova\.yaml hold/],
  ["a mistake", () => judgePolicy([policyFile("False", "no such rule", {})]), "warn", /no such rule.*/],
]);

const operatorUser = "system:serviceaccount:kumulus-system:kumulus-operator";
const everything: Rule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const rights =
  (rules: Rule[], incomplete = false, user = operatorUser) =>
  () =>
    judgeRights({ user, rules, incomplete });
table("rights", [
  ["an administrator is not judged", rights([], false, "admin"), "ok", /no role's account/],
  ["all", rights([everything]), "ok", /may do what the role operator must/],
  ["none", rights([]), "fail", /may not: list,watch flavors\.compute\.kumulus\.cloud; .* more$/],
  ["nobody can list them", rights([], true), "warn", /may lack/],
]);

describe("missing rights", () => {
  const one = (rule: Partial<Rule>) =>
    missingRights([{ ...everything, ...rule }], [{ group: "g", resource: "things/status", verbs: ["get", "patch"] }]);
  it("take verbs one by one", () => assert.deepEqual(one({ verbs: ["get"] }), ["patch things/status.g"]));
  it("know subresources of everything", () => assert.deepEqual(one({ resources: ["*/status"] }), []));
  it("do not take the resource for its subresource", () => assert.deepEqual(one({ resources: ["things"] }), ["get,patch things/status.g"]));
  it("do not take one object's rights for all", () => assert.deepEqual(one({ resourceNames: ["x"] }).length, 1));
  it("name the group", () => assert.deepEqual(one({ apiGroups: [""] }).length, 1));
  it("are looked up for every role", () => {
    for (const wanted of Object.values(needs)) assert.equal(missingRights([], wanted).length, wanted.length);
  });
});

table("the webhook", [
  ["not there", () => judgeWebhook({ caBundle: undefined }, now), "warn", /no ValidatingWebhookConfiguration/],
  ["no certificate in it", () => judgeWebhook({ caBundle: "", url: "https://x" }, now), "fail ok", /can not be read/],
  [
    "nobody behind its Service",
    () => judgeWebhook({ caBundle: "", service: { name: "w", namespace: "n", ready: 0 } }, now).slice(1),
    "fail",
    /Service n\/w has no ready endpoint/,
  ],
]);
