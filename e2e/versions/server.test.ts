// A whole cloud with simulated guests on Kubernetes KUBERNETES_VERSION: from an empty control plane to a server that is ACTIVE, and to its end.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { VirtualMachine } from "../../clients/kubevirt/kinds.ts";
import { systemNamespace } from "../../domain/id.ts";
import { enginePath, kubernetesVersion } from "../../hack/engines.ts";
import { Server } from "../../models/compute/server.ts";
import type { Kind } from "../../models/kind.ts";
import { Network } from "../../models/network/network.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import type { RoleCloud } from "../../operator/testing/role-cloud.ts";
import type { RoleProcess } from "../../operator/testing/roles.ts";
import { startAgent, startAgentCloud } from "../../standalone/node/testing/role-cloud.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

describe(`a cloud on Kubernetes ${kubernetesVersion()}`, function () {
  this.timeout(180_000);
  const directory = mkdtempSync("/tmp/kumulus-versions-");
  let cloud: RoleCloud;
  let api: RoleProcess;
  let stopAgent: (() => Promise<void>) | undefined;

  before(async () => {
    cloud = await startAgentCloud(directory);
    stopAgent = startAgent(cloud, directory, "simulated");
    for (const name of ["operator", "webhook"] as const) await cloud.run(name);
    api = await cloud.run("api");
    for (const role of cloud.roles) await role.whenReady();
    await cloud.fill(api);
  });
  after(async () => {
    await stopAgent?.();
    await cloud?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is on that version", async () => {
    const { body } = await cloud.plane.client.request("GET", "/version");
    assert.equal((body as { gitVersion: string }).gitVersion, kubernetesVersion());
    const { stdout } = await run(enginePath("kubectl"), ["version", "--client", "--output=json"]);
    assert.equal((JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion, kubernetesVersion());
  });

  it("takes an image", async () => {
    const headers = { "x-auth-token": await cloud.token(api, "admin"), "content-type": "application/json" };
    const body = JSON.stringify({ name: "guest", disk_format: "raw", container_format: "bare", visibility: "public" });
    const made = await fetch(`${api.healthURL}/image/v2/images`, { method: "POST", headers, body });
    const { id } = (await made.json()) as { id: string };
    const bytes = { ...headers, "content-type": "application/octet-stream" };
    const stored = await fetch(`${api.healthURL}/image/v2/images/${id}/file`, {
      method: "PUT",
      headers: bytes,
      body: Buffer.alloc(1 << 20),
    });
    assert.equal(stored.status, 204, await stored.text());
  });

  it("boots a server on a network, and deletes both", async () => {
    const access = await cloud.plane.client.get(Secret, { name: "kumulus-clouds", namespace: systemNamespace });
    const password = Buffer.from(access.data?.demo ?? "", "base64").toString();
    const user = { OS_USERNAME: "demo", OS_PROJECT_NAME: "demo", OS_PASSWORD: password, OS_AUTH_URL: `${api.healthURL}/identity` };
    const selftest = [join(root, "main.ts"), "selftest", "--timeout", "60"];
    const { stdout } = await run(process.execPath, selftest, { env: { ...process.env, ...user } });
    assert.match(stdout, /is ACTIVE after [\d.]+ s\nserver deleted\nnetwork deleted\nall is well\n$/);
    await eventually(async () => {
      for (const kind of [Server, Network, VirtualMachine] as unknown as readonly Kind[])
        assert.deepEqual(await cloud.plane.client.list(kind, { namespace: "kumulus-demo" }), []);
    }, 30_000);
  });

  it("says nothing of an error", () => {
    for (const role of cloud.roles) assert.doesNotMatch(role.log(), /"level":"error"/, cloud.logs());
  });
});
