// Stories of the samples: a second apply, the operator's restart and Argo CD's comparison change nothing.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { recovered, status } from "../processes.ts";
import { App, Application, argoNamespace } from "./application.ts";
import { generations, manifests, quietVersions } from "./snapshot.ts";
import type { World } from "./world.ts";

const list = (items: readonly KubeObject[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
const compareOptions = (value: string) => ({ metadata: { annotations: { "argocd.argoproj.io/compare-options": value } } });
const key = { name: "samples", namespace: argoNamespace };

export function appliedTwice(world: () => World): void {
  const samples = manifests("crds/samples/*.yaml");
  let before: Record<string, string>;

  it("kubectl applies every sample", async () => {
    await world().kubectl("apply -f -", list(samples));
    await world().kubectl("wait --for=condition=Ready server/hello server/web-1 floatingip/hello -n kumulus-demo --timeout=60s");
    before = await quietVersions(world().client, samples);
    assert.equal(Object.keys(before).length, samples.length);
  });

  it("a second time, and no generation or version changes", async () => {
    const lines = (await world().kubectl("apply -f -", list(samples))).trim().split("\n");
    assert.deepEqual(
      lines.filter((line) => !line.endsWith(" unchanged")),
      [],
    );
    assert.deepEqual(await quietVersions(world().client, samples), before);
  });

  it("the operator starts anew, looks at all of them, and changes nothing", async () => {
    const pid = (await status()).pids.get("operator") ?? 0;
    process.kill(pid, "SIGKILL");
    await recovered("operator", pid, 60_000);
    assert.deepEqual(await quietVersions(world().client, samples), before);
  });

  /** Fails unless Argo CD, as of now, knows all of them and sees no difference. */
  async function assertSynced(app: App): Promise<void> {
    await app.refresh();
    const resources = (await app.get()).status?.resources ?? [];
    assert.equal(resources.length, samples.length);
    assert.deepEqual(
      resources.filter((one) => one.status !== "Synced"),
      [],
    );
  }

  it("Argo CD sees no difference after a sync, neither on its own nor with the API server's help", async () => {
    const { client, repository } = world();
    repository.copy("crds/samples", "samples");
    repository.push("The samples");
    const source = { repoURL: repository.url, targetRevision: "main", path: "samples" };
    const spec = { project: "default", source, destination: { server: "https://kubernetes.default.svc" } };
    await client.create(Application, { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: key, spec });
    const app = new App(client, key.name);
    const { status } = await app.sync();
    assert.equal(status?.operationState?.phase, "Succeeded", status?.operationState?.message);
    await assertSynced(app);
    await client.patch(Application, key, compareOptions("ServerSideDiff=true"));
    await assertSynced(app);
  });

  it("nor after a server-side apply, which changes no spec", async () => {
    const { client } = world();
    const app = new App(client, key.name);
    const generationsBefore = await generations(client, samples);
    const { status } = await app.sync(["ServerSideApply=true"]);
    assert.equal(status?.operationState?.phase, "Succeeded", status?.operationState?.message);
    await assertSynced(app);
    await client.patch(Application, key, compareOptions(""));
    await assertSynced(app);
    assert.deepEqual(await generations(client, samples), generationsBefore);
  });
}
