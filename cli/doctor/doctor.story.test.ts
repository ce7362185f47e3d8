// The doctor at a real API server and at real OVN databases: a cluster that is fit, and clusters that each lack one thing.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  type DatabaseServer,
  northboundSchema,
  southboundSchema,
  startDatabaseServer,
} from "../../clients/ovsdb/testing/database-server.ts";
import { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { isCode } from "../../domain/errors.ts";
import { kubeClient } from "../../operator/kube/client.ts";
import {
  CustomResourceDefinition,
  EndpointSlice,
  Lease,
  Namespace,
  Node,
  ServiceAccount,
  StorageClass,
  ValidatingWebhookConfiguration,
} from "../../operator/kube/core-kinds.ts";
import type { Settings } from "../../operator/settings.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startFaultProxy } from "../../operator/testing/fault-proxy.ts";
import { authorityEnding } from "../testing/authority.ts";
import { subresourcesDefinition } from "../testing/subresources.ts";
import { examine } from "./doctor.ts";
import type { Finding } from "./finding.ts";

const root = join(import.meta.dirname, "../..");
const namespace = "kumulus-system";

describe("kumulus doctor", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let databases: [DatabaseServer, DatabaseServer];
  let settings: Settings;

  const options = { beforeInstall: false, skip: [], limitMs: 5_000 };
  const look = (more: Partial<Settings> = {}, client = plane.client) =>
    examine({ client, settings: { ...settings, ...more }, now: () => new Date() }, options);
  const bad = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== "ok");

  /** The program as people start it. */
  async function run(...argv: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [join(root, "main.ts"), "doctor", ...argv], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part: Buffer) => {
        output += part;
      });
    }
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  }

  async function setWebhook(pem: string): Promise<void> {
    const clientConfig = { url: "https://127.0.0.1:1/validate", caBundle: Buffer.from(pem).toString("base64") };
    const webhook = { name: "validate.kumulus.cloud", clientConfig, admissionReviewVersions: ["v1"], sideEffects: "None" };
    const metadata = { name: "kumulus" };
    await plane.client.apply(
      ValidatingWebhookConfiguration,
      { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", metadata, webhooks: [webhook] } as never,
      { fieldManager: "test" },
    );
  }

  /** Without one CRD, which comes back afterwards. */
  async function without(name: string, then: () => Promise<void>): Promise<void> {
    const { apiVersion, kind, spec } = await plane.client.get(CustomResourceDefinition, { name });
    await plane.client.delete(CustomResourceDefinition, { name });
    await eventually(() => assert.rejects(plane.client.get(CustomResourceDefinition, { name }), (error) => isCode(error, "NotFound")));
    await eventually(then);
    await plane.client.create(CustomResourceDefinition, { apiVersion, kind, metadata: { name }, ...(spec && { spec }) } as never);
    await eventually(async () => assert.deepEqual(bad(await look()), []), 20_000, 200);
  }

  before(async () => {
    plane = await startControlPlane({ crds: [join(root, "standalone/engine-crds")] });
    databases = await Promise.all([startDatabaseServer(northboundSchema), startDatabaseServer(southboundSchema)]);
    settings = {
      kubeconfig: plane.kubeconfig,
      apiURL: "http://api.test",
      ports: { api: 1, webhook: 2, health: 3 },
      ovn: { northbound: [databases[0].remote], southbound: [databases[1].remote] },
      images: { directory: "/nowhere" },
    };
    const { client } = plane;
    await client.create(CustomResourceDefinition, subresourcesDefinition);
    await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    const provisioner = "rbd.csi";
    await client.create(StorageClass, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "rbd", annotations },
      provisioner,
    });
    const snapshots = { apiVersion: "snapshot.storage.k8s.io/v1", kind: "VolumeSnapshotClass", metadata: { name: "rbd" } } as const;
    await client.create(VolumeSnapshotClass, { ...snapshots, driver: provisioner, deletionPolicy: "Delete" });
    await setWebhook(await authorityEnding(300));
    await eventually(() => client.request("GET", "/apis/subresources.kubevirt.io/v1"));
  });
  after(async () => {
    await Promise.all(databases?.map((database) => database.stop()) ?? []);
    await plane?.stop();
  });

  it("finds nothing wrong with a good cluster, and exits with 0", async () => {
    assert.deepEqual(bad(await look()), []);
    const file = join(plane.directory, "settings.yaml");
    writeFileSync(file, JSON.stringify(settings));
    const { code, output } = await run("--config", file);
    assert.equal(code, 0, output);
    assert.match(output, /^ok {4}kubernetes: v1\.\d+/m);
    assert.match(output, /^ok {4}ovn northbound: schema \d+\.\d+\.\d+, 1 of 1 servers answer$/m);
    assert.match(output, /^doctor: \d+ checks, all ok$/m);
  });

  it("names a kind of an engine that is missing, and exits with 1", async () => {
    await without("datavolumes.cdi.kubevirt.io", async () => {
      const { code, output } = await run("--kubeconfig", plane.kubeconfig);
      assert.match(output, /^fail {2}cdi: cdi\.kubevirt\.io is not served\. To do: install CDI/m);
      assert.equal(code, 1);
    });
  });

  it("names a kind of ours that is missing, unless the chart is about to bring it", async () => {
    await without("flavors.compute.kumulus.cloud", async () => {
      assert.deepEqual(
        bad(await look()).map(({ check, found }) => `${check}: ${found}`),
        ["kinds: not there: flavors.compute.kumulus.cloud"],
      );
      const before = await examine({ client: plane.client, settings, now: () => new Date() }, { ...options, beforeInstall: true });
      assert.deepEqual(bad(before), []);
    });
  });

  it("names a kind of ours that is another release's", async () => {
    const name = "ports.network.kumulus.cloud";
    const path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/old";
    await plane.client.patch(CustomResourceDefinition, { name }, [{ op: "add", path, value: { type: "string" } }]);
    const [finding, ...others] = bad(await look());
    assert.deepEqual([finding?.verdict, finding?.found, others], ["fail", `of another release: ${name}`, []]);
    await plane.client.patch(CustomResourceDefinition, { name }, [{ op: "remove", path }]);
    await eventually(async () => assert.deepEqual(bad(await look()), []));
  });

  it("names the OVN server that can not be reached, and exits with 1", async () => {
    const file = join(plane.directory, "settings-ovn.yaml");
    writeFileSync(file, JSON.stringify({ ...settings, ovn: { ...settings.ovn, northbound: ["tcp:127.0.0.1:1"] } }));
    const { code, output } = await run("--config", file, "--output", "json");
    assert.equal(code, 1);
    const { findings } = JSON.parse(output) as { findings: Finding[] };
    const [finding, ...others] = bad(findings);
    assert.deepEqual([finding?.check, finding?.verdict, others], ["ovn northbound", "fail", []]);
    assert.match(finding?.found ?? "", /can not be reached: tcp:127\.0\.0\.1:1: connect ECONNREFUSED/);
  });

  it("speaks TLS with OVN, and judges the certificate that it shows there", async () => {
    const file = (name: string) => join(plane.directory, name);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
    for (const name of ["ours", "theirs"]) {
      const subject = ["-subj", `/CN=${name}`, "-days", "3", "-nodes", "-newkey", "rsa:2048"];
      openssl("req", "-x509", ...subject, "-keyout", file(`${name}.key`), "-out", file(`${name}.crt`));
    }
    const [northbound] = databases;
    await northbound.kill();
    const add = ["-p", file("theirs.key"), "-c", file("theirs.crt"), "-C", file("ours.crt")];
    await northbound.start({ args: ["--remote=pssl:0:127.0.0.1", ...add] });
    const port = /listening on port (\d+)/.exec(readFileSync(join(northbound.directory, "log"), "utf8"))?.[1];
    const look = async (ca: string) => {
      const tls = { ca: file(ca), cert: file("ours.crt"), key: file("ours.key") };
      const ovn = { ...settings.ovn, northbound: [`ssl:127.0.0.1:${port}`], tls };
      const patient = { client: plane.client, settings: { ...settings, ovn }, now: () => new Date() };
      return bad(await examine(patient, options)).map(({ check, verdict, found }) => `${verdict} ${check} ${found}`);
    };
    const near = ["theirs.crt", "ours.crt"].map((name) => new RegExp(`^warn certificates ${file(name)}: ends on .*, in [23] days$`));
    const trusting = await look("theirs.crt");
    assert.equal(trusting.length, 2);
    for (const [index, pattern] of near.entries()) assert.match(trusting[index] ?? "", pattern);
    assert.match((await look("ours.crt")).at(-1) ?? "", /^fail ovn northbound can not be reached: ssl:.*certificate/);
  });

  it("names the certificate's files that are not there", async () => {
    const tls = { ca: "/nowhere/ca.crt", cert: "/nowhere/tls.crt", key: "/nowhere/tls.key" };
    const findings = bad(await look({ ovn: { ...settings.ovn, northbound: ["ssl:127.0.0.1:1"], southbound: ["ssl:127.0.0.1:1"], tls } }));
    assert.deepEqual(
      findings.map(({ check, verdict }) => `${verdict} ${check}`),
      ["fail certificates", "fail certificates", "fail ovn northbound", "fail ovn southbound"],
    );
    assert.match(findings[2]?.found ?? "", /ENOENT.*\/nowhere\/ca\.crt/);
  });

  it("waits no longer than its limit for an OVN server that says nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const patient = { client: plane.client, settings: { ...settings, ovn: { ...settings.ovn, southbound: [`tcp:127.0.0.1:${port}`] } } };
    const findings = await examine({ ...patient, now: () => new Date() }, { ...options, limitMs: 1_000 });
    assert.deepEqual(
      bad(findings).map(({ check, verdict }) => [check, verdict]),
      [["ovn southbound", "fail"]],
    );
    silent.close();
  });

  it("names a webhook's authority that has expired, and exits with 1", async () => {
    await setWebhook(await authorityEnding(-2));
    const { code, output } = await run("--kubeconfig", plane.kubeconfig);
    assert.equal(code, 1);
    assert.match(
      output,
      /^fail {2}webhook: its authority, as the API server knows it: expired on \d{4}-\d\d-\d\d\. To do: restart the webhook/m,
    );
    await setWebhook(await authorityEnding(300));
  });

  it("counts the ready endpoints of the webhook's Service", async () => {
    await plane.client.patch(ValidatingWebhookConfiguration, { name: "kumulus" }, [
      { op: "remove", path: "/webhooks/0/clientConfig/url" },
      { op: "add", path: "/webhooks/0/clientConfig/service", value: { name: "hook", namespace } },
    ]);
    assert.deepEqual(
      bad(await look()).map(({ found }) => found),
      [`Service ${namespace}/hook has no ready endpoint: changes of cloud objects are refused`],
    );
    const slice = {
      metadata: { name: "hook-1", namespace, labels: { "kubernetes.io/service-name": "hook" } },
      addressType: "IPv4",
    } as const;
    const endpoints = [{ addresses: ["10.0.0.1"], conditions: { ready: true } }];
    await plane.client.create(EndpointSlice, { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", ...slice, endpoints, ports: [] });
    assert.deepEqual(bad(await look()), []);
  });

  it("names what a role's account may not do", async () => {
    await plane.client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "kumulus-api", namespace } });
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/kumulus-api/token`;
    const { token } = ((await plane.client.request("POST", path, request)).body as { status: { token: string } }).status;
    const file = join(plane.directory, "kubeconfig-api");
    const named = {
      name: "x",
      context: { cluster: "x", user: "x" },
      cluster: { server: plane.url, "insecure-skip-tls-verify": true },
      user: { token },
    };
    writeFileSync(file, JSON.stringify({ "current-context": "x", contexts: [named], clusters: [named], users: [named] }), { mode: 0o600 });
    const { code, output } = await run("--kubeconfig", file);
    assert.equal(code, 1);
    assert.match(
      output,
      /^fail {2}rights: \S+:kumulus-api may not: get,list,watch,create,update,patch,delete flavors\.compute\.kumulus\.cloud; .*To do: grant it/m,
    );
    assert.match(output, /^warn {2}storage: not checked: .* To do: run it as an administrator$/m);
  });

  it("names a node whose clock is behind", async () => {
    const name = "late";
    await plane.client.create(Node, { apiVersion: "v1", kind: "Node", metadata: { name } });
    const conditions = [{ type: "Ready", status: "True" }];
    await plane.client.patch(Node, { name }, { status: { conditions } }, { subresource: "status" });
    const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace("Z", "000Z");
    const lease = { metadata: { name, namespace: "kube-node-lease" }, spec: { leaseDurationSeconds: 40, renewTime } };
    await plane.client.create(Lease, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", ...lease } as never);
    const [finding] = bad(await look());
    assert.deepEqual([finding?.check, finding?.verdict], ["clocks", "fail"]);
    assert.match(finding?.found ?? "", /^the clock of node late is 35\d\d(\.\d)? s behind/);
    await plane.client.delete(Node, { name });
  });

  it("says only that the API server does not answer, and looks at OVN all the same", async () => {
    const proxy = await startFaultProxy(plane);
    proxy.fault = () => ({ silent: true });
    const findings = await examine({ client: kubeClient(proxy.connection), settings, now: () => new Date() }, { ...options, limitMs: 500 });
    await proxy.stop();
    assert.deepEqual(
      findings.map(({ check, verdict }) => [check, verdict]),
      [
        ["kubernetes", "fail"],
        ["ovn northbound", "ok"],
        ["ovn southbound", "ok"],
      ],
    );
  });

  it("leaves out what it is told to, and names its checks to who mistypes one", async () => {
    const { output } = await run("--kubeconfig", plane.kubeconfig, "--skip", "ovn northbound", "--skip", "cdi");
    assert.match(output, /^warn {2}ovn southbound: not checked/m);
    assert.doesNotMatch(output, /^\S+ +(ovn northbound|cdi): /m);
    const wrong = await run("--skip", "cdj");
    assert.equal(wrong.code, 2);
    assert.match(wrong.output, /--skip cdj: there are kubernetes, kinds, kubevirt, cdi, /);
  });

  it("refuses wrong options, and shows its help", async () => {
    assert.deepEqual([(await run("--output", "xml")).code, (await run("--nonsense")).code], [2, 2]);
    const { code, output } = await run("--help");
    assert.equal(code, 0);
    assert.match(output, /^kumulus doctor \[--kubeconfig FILE\]/);
  });
});
