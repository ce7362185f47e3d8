// The chart's doctor hook: what it renders, and whether its account and the roles' accounts may do what the doctor looks at.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rightsCheck } from "../cli/doctor/checks/rights.ts";
import { checkNames, examine } from "../cli/doctor/doctor.ts";
import { roleNames } from "../cli/doctor/needs.ts";
import { buildEngine } from "../hack/engines.ts";
import type { KubeObject } from "../models/kind.ts";
import { type ApiClient, kubeClient } from "../operator/kube/client.ts";
import { connect } from "../operator/kube/connection.ts";
import { ClusterRole, Namespace } from "../operator/kube/core-kinds.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { fullValues, helm, kubectl, rendered } from "./testing/helm.ts";

const namespace = "kumulus-system";
const rightsKinds = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const isDoctor = ({ metadata }: KubeObject) => metadata.name === "kumulus-doctor";

interface Job extends KubeObject {
  spec: { template: { spec: { containers: { args: string[]; volumeMounts: { name: string }[] }[] } } };
}
const jobOf = (values: object) => rendered(values).find((object) => object.kind === "Job" && isDoctor(object)) as Job;

describe("the chart's doctor", function () {
  this.timeout(60_000);
  let plane: ControlPlane;

  before(async function () {
    this.timeout(900_000);
    buildEngine("helm");
    plane = await startControlPlane({ crds: [join(import.meta.dirname, "../standalone/engine-crds")] });
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const { ok, stderr } = kubectl(
      plane.kubeconfig,
      ["apply", "--filename", "-"],
      rendered().filter(({ kind }) => rightsKinds.includes(kind)),
    );
    assert.ok(ok, stderr);
  });
  after(() => plane?.stop());

  /** With the client of a pod that runs under the account. */
  async function as<T>(account: string, use: (client: ApiClient) => Promise<T>): Promise<T> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const { token } = ((await plane.client.request("POST", path, request)).body as { status: { token: string } }).status;
    const file = join(plane.directory, `kubeconfig-${account}`);
    const config = JSON.parse(readFileSync(plane.kubeconfig, "utf8"));
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: "admin", user: { token } }] }), { mode: 0o600 });
    const connection = connect(file);
    try {
      return await use(kubeClient(connection));
    } finally {
      await connection.close();
    }
  }
  const patient = (client: ApiClient) => ({ client, settings: undefined, now: () => new Date() });

  it("is a hook before installations and upgrades, the Job after what it needs", () => {
    const hooks = rendered().filter(isDoctor);
    assert.deepEqual(hooks.map(({ kind }) => kind).sort(), ["ClusterRole", "ClusterRoleBinding", "ConfigMap", "Job", "ServiceAccount"]);
    for (const { kind, metadata } of hooks) {
      const { "helm.sh/hook": hook, "helm.sh/hook-weight": weight, "helm.sh/hook-delete-policy": policy } = metadata.annotations ?? {};
      assert.deepEqual([hook, policy], ["pre-install,pre-upgrade", "before-hook-creation,hook-succeeded"], kind);
      assert.equal(Number(weight) < 0, kind !== "Job", kind);
    }
  });

  it("asks with the roles' settings, and with OVN's certificates where there are any", () => {
    const args = ["doctor", "--config", "/etc/kumulus/settings.yaml", "--before-install"];
    const mounts = (values: object) => jobOf(values).spec.template.spec.containers[0]?.volumeMounts.map(({ name }) => name);
    assert.deepEqual(jobOf({}).spec.template.spec.containers[0]?.args, args);
    assert.deepEqual(jobOf({ doctor: { strict: true } }).spec.template.spec.containers[0]?.args, [...args, "--strict"]);
    assert.deepEqual([mounts({}), mounts(fullValues)], [["settings"], ["settings", "ovn-tls"]]);
    const settings = (name: string) =>
      rendered(fullValues).find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name) as { data?: object } | undefined;
    assert.ok(settings("kumulus-doctor")?.data);
    assert.deepEqual(settings("kumulus-doctor")?.data, settings("kumulus-settings")?.data);
  });

  it("leaves out what the chart brings along", () => {
    const skipped = (values: object) => {
      const args = jobOf(values).spec.template.spec.containers[0]?.args ?? [];
      return args.filter((_, index) => args[index - 1] === "--skip");
    };
    assert.deepEqual(skipped({}), []);
    assert.deepEqual(skipped({ ovn: { managed: { enabled: true } } }), ["ovn northbound", "ovn southbound"]);
    const all = skipped({ ovn: { managed: { enabled: true } }, nodeAgent: { enabled: true } });
    assert.ok(all.includes("kubevirt") && all.includes("storage"));
    for (const name of all) assert.ok(checkNames.includes(name), name);
  });

  it("can be left out, and its wrong values are named", () => {
    assert.deepEqual(rendered({ doctor: { enabled: false } }).filter(isDoctor), []);
    const { ok, stderr } = helm(["template", "kumulus"], { doctor: { strickt: true } });
    assert.ok(!ok);
    assert.match(stderr, /strickt/);
  });

  it("may see all that it looks at, and no Secrets", async () => {
    const findings = await as("kumulus-doctor", (client) => examine(patient(client), { beforeInstall: true, skip: [], limitMs: 5_000 }));
    assert.deepEqual(
      findings.filter(({ found }) => found.startsWith("not checked")).map(({ check }) => check),
      ["ovn northbound", "ovn southbound"],
    );
    const account = `--as=system:serviceaccount:${namespace}:kumulus-doctor`;
    const { stdout } = kubectl(plane.kubeconfig, ["auth", "can-i", "get", "secrets", "--namespace", namespace, account]);
    assert.equal(stdout.trim(), "no");
  });

  for (const role of roleNames) {
    it(`finds that the chart gives ${role} its rights`, async () => {
      const findings = await as(`kumulus-${role}`, (client) => rightsCheck.run(patient(client), 5_000));
      assert.deepEqual(
        findings.map(({ verdict, found }) => `${verdict} ${found}`),
        [`ok system:serviceaccount:${namespace}:kumulus-${role} may do what the role ${role} must`],
      );
    });
  }

  it("finds the right that somebody took away", async () => {
    const { rules = [] } = await plane.client.get(ClusterRole, { name: "kumulus-webhook" });
    const less = rules?.map((rule) => ({
      ...rule,
      ...(rule.resources && { resources: rule.resources.filter((each) => each !== "tenants") }),
    }));
    await plane.client.patch(ClusterRole, { name: "kumulus-webhook" }, { rules: less });
    const [finding] = await as("kumulus-webhook", (client) => rightsCheck.run(patient(client), 5_000));
    assert.deepEqual(
      [finding?.verdict, finding?.found],
      ["fail", `system:serviceaccount:${namespace}:kumulus-webhook may not: get,list,watch tenants.identity.kumulus.cloud`],
    );
  });
});
