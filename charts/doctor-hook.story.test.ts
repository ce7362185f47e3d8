// An installation with the doctor's hook, by Helm, with a real API server and Job controller. The kubelet is played: it runs the pod's program for real.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { subresourcesDefinition } from "../cli/testing/subresources.ts";
import { type DatabaseServer, northboundSchema, southboundSchema, startDatabaseServer } from "../clients/ovsdb/testing/database-server.ts";
import { buildEngine } from "../hack/engines.ts";
import { ConfigMap, CustomResourceDefinition, Pod, ServiceAccount, StorageClass } from "../operator/kube/core-kinds.ts";
import { type ControlPlane, freePort, startControlPlane } from "../operator/testing/control-plane.ts";
import { helmMeanwhile } from "./testing/helm.ts";

const root = join(import.meta.dirname, "..");
const namespace = "kumulus-system";

describe("an installation with the doctor's hook", function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  const databases: DatabaseServer[] = [];
  const stop = new AbortController();
  const outputs: string[] = [];
  let playing: Promise<void> | undefined;

  /** Runs the program of a pod with its arguments, its settings and its account. */
  async function runPod(pod: Pod): Promise<number> {
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec?.serviceAccountName}/token`;
    const { token } = ((await plane.client.request("POST", path, request)).body as { status: { token: string } }).status;
    const [kubeconfig, settings] = [join(plane.directory, "pod-kubeconfig"), join(plane.directory, "pod-settings.yaml")];
    const config = JSON.parse(readFileSync(plane.kubeconfig, "utf8"));
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: "admin", user: { token } }] }), { mode: 0o600 });
    const { data } = await plane.client.get(ConfigMap, { name: "kumulus-doctor", namespace });
    writeFileSync(settings, data?.["settings.yaml"] ?? "");
    const args = (pod.spec?.containers[0]?.args ?? []).map((arg) => (arg === "/etc/kumulus/settings.yaml" ? settings : arg));
    const child = spawn(process.execPath, [join(root, "main.ts"), ...args, "--kubeconfig", kubeconfig], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (part: Buffer) => {
      output += part;
    });
    const [code] = (await once(child, "close")) as [number];
    outputs.push(output);
    return code;
  }

  /** Plays the kubelet for the doctor's pods until the end. */
  async function playKubelet(): Promise<void> {
    const labelSelector = "app.kubernetes.io/component=doctor";
    while (!stop.signal.aborted) {
      for (const pod of await plane.client.list(Pod, { namespace, labelSelector })) {
        if (pod.status?.phase !== "Pending" || pod.metadata.deletionTimestamp) continue;
        const phase = (await runPod(pod)) === 0 ? "Succeeded" : "Failed";
        await plane.client.patch(Pod, pod.metadata, { status: { phase } }, { subresource: "status" });
      }
      await sleep(50);
    }
  }

  before(async function () {
    this.timeout(900_000);
    buildEngine("helm");
    plane = await startControlPlane({
      crds: [join(root, "standalone/engine-crds")],
      controllers: ["job-controller", "garbage-collector-controller"],
    });
    await plane.client.create(CustomResourceDefinition, subresourcesDefinition);
    const metadata = { name: "rbd", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } };
    await plane.client.create(StorageClass, { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata, provisioner: "rbd.csi" });
    playing = playKubelet();
  });
  after(async () => {
    stop.abort();
    await playing;
    await Promise.all(databases.map((database) => database.stop()));
    await plane?.stop();
  });

  const install = (ovn: object, more: object = {}) =>
    helmMeanwhile(["upgrade", "--install", "kumulus", "--create-namespace", "--take-ownership", "--kubeconfig", plane.kubeconfig], {
      ovn,
      bootstrap: { enabled: false },
      ...more,
    });
  const accounts = async () => (await plane.client.list(ServiceAccount, { namespace })).map(({ metadata }) => metadata.name).sort();

  it("stops where OVN can not be reached, and leaves nothing but the doctor's report", async () => {
    const { ok, stderr } = await install({ northbound: ["tcp:127.0.0.1:1"], southbound: ["tcp:127.0.0.1:1"] });
    assert.ok(!ok);
    assert.match(stderr, /pre-install/);
    assert.match(outputs.at(-1) ?? "", /^fail {2}ovn northbound: can not be reached/m);
    assert.deepEqual(await accounts(), []);
    const { items } = (await plane.client.request("GET", `/apis/batch/v1/namespaces/${namespace}/jobs`)).body as { items: unknown[] };
    assert.equal(items.length, 1, "the Job stays, so that its log can be read");
  });

  it("goes on where only warnings are found, and takes the doctor away", async () => {
    const remotes = await Promise.all(
      [northboundSchema, southboundSchema].map(async (schema) => {
        const [database, port] = [await startDatabaseServer(schema), await freePort()];
        databases.push(database);
        await database.kill();
        await database.start({ args: [`--remote=ptcp:${port}:127.0.0.1`] });
        return [`tcp:127.0.0.1:${port}`];
      }),
    );
    const [northbound, southbound] = remotes;
    const strict = await install({ northbound, southbound }, { doctor: { strict: true } });
    assert.ok(!strict.ok, "a warning stops a strict installation");
    const { ok, stderr } = await install({ northbound, southbound });
    assert.ok(ok, `${stderr}\n${outputs.at(-1)}`);
    assert.match(outputs.at(-1) ?? "", /^warn {2}storage: rbd \(default\), rbd\.csi: no snapshots/m);
    assert.match(outputs.at(-1) ?? "", /, 0 fail$/m);
    assert.deepEqual(await accounts(), ["kumulus-api", "kumulus-operator", "kumulus-webhook"]);
  });
});
