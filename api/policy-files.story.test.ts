// Policy files against a real API server: they hold at once and without a restart, and one with a mistake changes nothing and is told.
import assert from "node:assert/strict";
import { fileStore } from "../clients/image-store/file-store.ts";
import { systemNamespace } from "../domain/id.ts";
import { PolicyFile } from "../models/identity/policy-file.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { readyOf } from "../operator/controller/status.ts";
import { ConfigMap, Event } from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { createMetrics } from "../operator/metrics.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { apiScopes } from "./scopes.ts";
import { startApi } from "./server.ts";
import { startTestCloud, type TestCloud } from "./testing/cloud.ts";

const metadata = { name: "policy", namespace: systemNamespace };

describe("policy files", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let token = "";

  before(async () => {
    cloud = await startTestCloud();
    token = await cloud.token("demo");
  });
  after(() => cloud?.stop());

  const status = async (path: string, url = cloud.api.url) => (await fetch(`${url}${path}`, { headers: { "x-auth-token": token } })).status;
  const write = (data: Record<string, string>) =>
    cloud.client.apply(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata, data }, { fieldManager: "test" });
  const ready = async () => readyOf(await cloud.client.get(PolicyFile, { name: "policy" }));
  const metric = async () => /^kumulus_policy_files_valid (\d)/m.exec(await (await fetch(`${cloud.api.url}/metrics`)).text())?.[1];

  it("hold without a restart", async () => {
    assert.equal(await status("/compute/v2.1/servers"), 200);
    await write({ "policy.yaml": '"os_compute_api:servers:index": "role:auditor"', "neutron.yaml": "get_network: '!'" });
    await eventually(async () => assert.equal(await status("/compute/v2.1/servers"), 403));
    assert.equal(await status("/network/v2.0/networks"), 403);
    assert.equal(await status("/compute/v2.1/servers/detail"), 200);
    await eventually(async () => assert.deepEqual((await ready())?.reason, "Applied"));
  });

  it("with a mistake change nothing, and say so", async () => {
    await write({ "policy.yaml": '"os_compute_api:servers:indx": "role:auditor"' });
    await eventually(async () => assert.match((await ready())?.message ?? "", /no service has a rule os_compute_api:servers:indx/));
    assert.equal((await ready())?.status, "False");
    assert.equal(await metric(), "0");
    assert.equal(await status("/compute/v2.1/servers"), 403);
    await eventually(async () => {
      const events = await cloud.client.list(Event, { namespace: systemNamespace });
      assert.ok(events.some((event) => event.reason === "InvalidPolicy" && event.involvedObject.kind === "ConfigMap"));
    });
  });

  it("with a mistake keep the others for a replica that starts now", async () => {
    const stopping = new AbortController();
    const log = createLog({ name: "api", level: "error" });
    const second = await startApi({
      client: cloud.plane.client,
      caches: createCaches(cloud.plane.client, { log, scopes: apiScopes }),
      imageStore: fileStore(cloud.imageDirectory),
      log,
      metrics: createMetrics(),
      listen: [{ port: 0 }],
      signal: stopping.signal,
    });
    try {
      assert.equal(await status("/compute/v2.1/servers", second.url), 403);
    } finally {
      stopping.abort();
      await second.closed;
    }
  });

  it("with rules in a circle are refused, and corrected ones hold again", async () => {
    await write({ "nova.yaml": "a: rule:b\nb: rule:a" });
    await eventually(async () => assert.match((await ready())?.message ?? "", /leads back to itself/));
    await write({ "nova.yaml": '"os_compute_api:servers:detail": "!"' });
    await eventually(async () => assert.equal(await status("/compute/v2.1/servers/detail"), 403));
    assert.equal(await status("/compute/v2.1/servers"), 200);
    assert.equal(await metric(), "1");
  });

  it("that are gone leave the defaults", async () => {
    await cloud.client.delete(ConfigMap, metadata);
    await eventually(async () => assert.equal(await status("/compute/v2.1/servers/detail"), 200));
  });
});
