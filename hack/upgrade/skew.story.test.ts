// The previous release's processes and this one's beside each other on one control plane, as in a rolling upgrade: they agree, and nobody rewrites anything.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { DataVolume } from "../../clients/cdi/kinds.ts";
import { VirtualMachine } from "../../clients/kubevirt/kinds.ts";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import type { KumulusError } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { KubeRole, Lease, Namespace, PersistentVolumeClaim, ResourceQuota, RoleBinding, Secret } from "../../operator/kube/core-kinds.ts";
import { installDefinitions } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { RoleCloud } from "../../operator/testing/role-cloud.ts";
import type { RoleName, RoleProcess } from "../../operator/testing/roles.ts";
import { assertSameSpecs, assertUnchanged, type Snapshot, settledSnapshot } from "../../operator/testing/snapshot.ts";
import { type PreviousRelease, previousRelease } from "./previous-release.ts";
import { startService, type TestService } from "./service.ts";

const root = join(import.meta.dirname, "../..");
const namespace = "kumulus-demo";
const takeOverMs = 60_000;
/** All that a release's controllers write. */
const watched = [
  ...kumulusKinds,
  ...([Namespace, Secret, ResourceQuota, KubeRole, RoleBinding, PersistentVolumeClaim] as readonly Kind[]),
  ...([VirtualMachine, DataVolume, NetworkAttachmentDefinition] as unknown as readonly Kind[]),
];
const lists = [
  "/compute/v2.1/servers/detail",
  "/compute/v2.1/flavors/detail",
  "/compute/v2.1/os-keypairs",
  "/network/v2.0/networks",
  "/network/v2.0/subnets",
  "/network/v2.0/ports",
  "/network/v2.0/security-groups",
  "/image/v2/images",
  "/identity/v3/auth/projects",
];

type Release = Record<RoleName, RoleProcess>;

describe("the previous release beside this one", function () {
  this.timeout(2 * takeOverMs);
  let previous: PreviousRelease;
  let cloud: RoleCloud;
  let service: TestService;
  let old: Release;
  let now: Release;
  let settled: Snapshot;

  before(async function () {
    this.timeout(180_000);
    const found = previousRelease({ named: true });
    if (typeof found === "string") {
      console.log(`      not run: ${found}`);
      return this.skip();
    }
    previous = found;
    console.log(`      beside ${previous.name}`);
    cloud = await RoleCloud.start({ definitions: join(previous.directory, "crds") });
    service = await startService(cloud.plane.client, "kumulus-webhook");
    const program = join(previous.directory, "main.ts");
    const [operator, api] = [await cloud.run("operator", { program }), await cloud.run("api", { program })];
    await api.whenReady();
    await cloud.fill(api, program);
    await makeSamples();
    const webhook = await startWebhook(program);
    old = { operator, api, webhook };
    const made = await fetch(`${api.healthURL}/network/v2.0/networks`, {
      method: "POST",
      headers: { "x-auth-token": await cloud.token(api), "content-type": "application/json" },
      body: JSON.stringify({ network: { name: "of the previous release" } }),
    });
    assert.equal(made.status, 201);
    settled = await settledSnapshot(cloud.plane.client, watched);
  });
  after(async () => {
    await cloud?.stop();
    await service?.close();
    previous?.remove();
  });

  /** One object of each kind, made before anybody judges them. */
  async function makeSamples(): Promise<void> {
    const { client } = cloud.plane;
    for (const file of globSync(join(previous.directory, "crds/samples/*.yaml"))) {
      for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
        const sample = document.toJS() as KubeObject;
        const kind = kumulusKinds.find((each) => each.kind === sample.kind);
        assert.ok(kind);
        // The operator makes the projects' namespaces.
        await eventually(() => client.apply(kind, sample, { fieldManager: "kubectl" }), takeOverMs, 200);
      }
    }
  }

  async function startWebhook(program?: string): Promise<RoleProcess> {
    const settings = { webhook: { service: service.name } };
    const webhook = await cloud.run("webhook", { settings, ...(program && { program }) });
    await webhook.whenReady();
    service.leadTo(webhook.settings.ports.webhook);
    return webhook;
  }

  const holder = async () =>
    (await cloud.plane.client.get(Lease, { name: "kumulus-operator", namespace: systemNamespace })).spec?.holderIdentity;
  const leads = ({ settings }: RoleProcess) =>
    eventually(async () => assert.equal(await holder(), settings.identity, cloud.logs()), takeOverMs, 200);

  /** All that OVN was told, one row a line. */
  const northbound = () =>
    execFileSync("ovsdb-client", ["dump", cloud.databases[0]?.remote ?? "", "OVN_Northbound", "--format=csv"], { encoding: "utf8" })
      .split("\n")
      .filter((row) => /^[0-9a-f]{8}-/.test(row))
      .sort();

  const itemsOf = (body: object) => Object.values(body).find((value) => Array.isArray(value)) ?? [];

  const idOfRow = (row: string) => row.split(",")[0];

  async function list(api: RoleProcess, token: string, path: string): Promise<object> {
    const answer = await fetch(api.healthURL + path, { headers: { "x-auth-token": token } });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text}`);
    // Links follow the address that was asked.
    return JSON.parse(text.replaceAll(api.healthURL, "")) as object;
  }

  it("rewrites nothing when this release's kinds and processes come", async () => {
    assert.ok(settled.size > 40 && northbound().length > 10);
    await installDefinitions(cloud.plane.client, [join(root, "crds")]);
    await cloud.fill(old.api); // what this release's new clouds have besides, as the chart's Job makes it
    const [operator, api] = [await cloud.run("operator"), await cloud.run("api")];
    now = { operator, api, webhook: await startWebhook() };
    for (const role of Object.values(now)) await role.whenReady();
    assertUnchanged(settled, await settledSnapshot(cloud.plane.client, watched));
    await leads(old.operator);
  });

  it("answers the same from both APIs, with the tokens of either", async () => {
    const tokens = [await cloud.token(old.api), await cloud.token(now.api)];
    for (const path of lists) {
      for (const token of tokens) {
        const [is, was] = [await list(now.api, token, path), await list(old.api, token, path)];
        assert.equal(itemsOf(is).length, itemsOf(was).length, path);
        // A release may show more fields.
        assert.partialDeepStrictEqual(is, was, path);
      }
    }
  });

  it("shows by one what the other made", async () => {
    for (const [maker, reader] of [
      [old.api, now.api],
      [now.api, old.api],
    ] as const) {
      const headers = { "x-auth-token": await cloud.token(maker), "content-type": "application/json" };
      const body = JSON.stringify({ network: { name: "of either" } });
      const made = await fetch(`${maker.healthURL}/network/v2.0/networks`, { method: "POST", headers, body });
      assert.equal(made.status, 201);
      const { network } = (await made.json()) as { network: { id: string } };
      const shown = await fetch(`${reader.healthURL}/network/v2.0/networks/${network.id}`, { headers });
      assert.equal(shown.status, 200);
      const gone = await fetch(`${reader.healthURL}/network/v2.0/networks/${network.id}`, { method: "DELETE", headers });
      assert.equal(gone.status, 204);
    }
  });

  it("judges the same by both webhooks", async () => {
    const judge = async ({ settings, log }: RoleProcess): Promise<string> => {
      service.leadTo(settings.ports.webhook);
      const name = `overlaps-${settings.identity}`;
      const spec = { networkRef: { name: "web" }, cidr: "10.30.0.128/25" };
      const subnet = { apiVersion: "network.kumulus.cloud/v1alpha1", kind: "Subnet", metadata: { name, namespace }, spec } as Subnet;
      return eventually(async () => {
        const refusal = await cloud.plane.client.create(Subnet, subnet).then(
          () => assert.fail("an overlapping subnet was taken"),
          (error: KumulusError) => error.message.replaceAll(name, ""),
        );
        assert.match(refusal, /overlaps with another subnet/);
        assert.ok(log().includes(name), "the other one was asked");
        return refusal;
      });
    };
    const sentence = await judge(old.webhook);
    assert.equal(await judge(now.webhook), sentence);
  });

  it("rewrites nothing to and fro when operators of the two releases take over from each other", async () => {
    settled = await settledSnapshot(cloud.plane.client, watched);
    await old.operator.stop();
    await leads(now.operator);
    // This release's operator may add its own marks, once.
    const marked = await settledSnapshot(cloud.plane.client, watched);
    // It has other Roles in the projects' namespaces.
    const kept = new Map([...settled].filter(([name]) => !/^Role(Binding)? .*\/kumulus-tenant$/.test(name)));
    assert.ok(kept.size < settled.size);
    assertSameSpecs(kept, marked);
    const rows = northbound();
    const again = await cloud.run("operator", { program: join(previous.directory, "main.ts") });
    await again.whenReady();
    await now.operator.stop();
    await leads(again);
    assertUnchanged(marked, await settledSnapshot(cloud.plane.client, watched));
    // What a row says is the leader's business; none comes or goes.
    assert.deepEqual(northbound().map(idOfRow), rows.map(idOfRow));
    const newest = await cloud.run("operator");
    await newest.whenReady();
    await again.stop();
    await leads(newest);
    assertUnchanged(marked, await settledSnapshot(cloud.plane.client, watched));
    await eventually(() => assert.deepEqual(northbound(), rows));
    for (const role of cloud.roles) assert.equal(role.exits, 0, cloud.logs());
  });
});
