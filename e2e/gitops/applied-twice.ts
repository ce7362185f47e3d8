// Stories of the samples: a second apply, the operator's restart and Argo CD's comparison change nothing.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { recovered, status } from "../processes.ts";
import { App, Application, argoNamespace } from "./application.ts";
import { manifests, quietVersions } from "./snapshot.ts";
import type { World } from "./world.ts";

const list = (items: readonly KubeObject[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
const inOneList = (app: Application) =>
  (app.status?.resources ?? []).filter((one) => one.status !== "Synced").map((one) => `${one.kind} ${one.name}`);

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

  it("Argo CD sees no difference after a sync, neither on its own nor with the API server's help", async () => {
    const { client, repository } = world();
    repository.copy("crds/samples", "samples");
    repository.push("The samples");
    const source = { repoURL: repository.url, targetRevision: "main", path: "samples" };
    const destination = { server: "https://kubernetes.default.svc" };
    await client.create(Application, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "samples", namespace: argoNamespace },
      spec: { project: "default", source, destination },
    });
    const app = new App(client, "samples");
    const synced = await app.sync();
    assert.equal(synced.status?.operationState?.phase, "Succeeded", synced.status?.operationState?.message);
    await app.refresh();
    assert.deepEqual(inOneList(await app.get()), []);
    await client.patch(
      Application,
      { name: "samples", namespace: argoNamespace },
      { metadata: { annotations: { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" } } },
    );
    await app.refresh();
    assert.deepEqual(inOneList(await app.get()), []);
  });
}
