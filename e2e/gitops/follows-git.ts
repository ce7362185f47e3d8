// Stories of the sample repository: Argo CD makes the cloud as git says, keeps it so, tells what fails, and takes away in order.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { isCode } from "../../domain/errors.ts";
import { Server } from "../../models/compute/server.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { readyOf } from "../../operator/controller/status.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../cloud.ts";
import { App, Application, argoNamespace, healthOf } from "./application.ts";
import { assertReversed, goneInOrder, waveOf } from "./order.ts";
import { liveObjects, manifests, nameOf, quietVersions } from "./snapshot.ts";
import type { World } from "./world.ts";

const samples = "gitops/samples";
const broken = "e2e/gitops/broken";
const namespace = "kumulus-shop";
const inShop = (name: string) => ({ name, namespace });

export function followsGit(world: () => World): void {
  const objects = manifests(`${samples}/cloud/**/*.yaml`);
  const app = () => new App(world().client, "cloud");

  it("the sample repository becomes Synced and Healthy", async () => {
    const { client, repository } = world();
    repository.copy(`${samples}/cloud`, "cloud");
    const revision = repository.push("The cloud");
    const application = parse(readFileSync(`${samples}/argocd/application.yaml`, "utf8"));
    application.spec.source.repoURL = repository.url;
    await client.create(Application, application);
    const settled = await app().settled(revision);
    assert.deepEqual(healthOf(settled, "Server", "web-1"), { status: "Healthy", message: "The guest runs" });
    assert.equal((await client.get(Server, inShop("web-1"))).status?.phase, "ACTIVE");
  });

  it("a server that git keeps shut off is Healthy", async () => {
    const health = { status: "Healthy", message: "The guest is shut off, as wanted" };
    assert.deepEqual(healthOf(await app().get(), "Server", "batch"), health);
  });

  it("each wave was ready before the next began", async () => {
    const live = await liveObjects(world().client, objects);
    const pairs = live.flatMap((late) => live.filter((early) => waveOf(early) < waveOf(late)).map((early) => ({ early, late })));
    assert.ok(pairs.length > live.length);
    for (const { early, late } of pairs) {
      const readySince = readyOf(early)?.lastTransitionTime ?? "never";
      assert.ok(readySince <= (late.metadata.creationTimestamp ?? ""), `${nameOf(early)} was ready after ${nameOf(late)} was made`);
    }
  });

  it("a second sync changes nothing", async () => {
    const before = await quietVersions(world().client, objects);
    const { status } = await app().sync();
    assert.equal(status?.operationState?.phase, "Succeeded");
    assert.deepEqual(await quietVersions(world().client, objects), before);
  });

  it("what is changed or deleted in the cluster comes back", async () => {
    const { client } = world();
    const { uid } = (await client.get(FloatingIP, inShop("web-1"))).metadata;
    await client.patch(Network, inShop("web"), { spec: { description: "Changed by hand" } });
    await client.patch(Server, inShop("batch"), { spec: { power: "On" } });
    await client.delete(FloatingIP, inShop("web-1"));
    await eventually(async () => {
      assert.equal((await client.get(Network, inShop("web"))).spec.description, "Network of the web servers");
      const batch = await client.get(Server, inShop("batch"));
      assert.deepEqual([batch.spec.power, readyOf(batch)?.reason], ["Off", "Stopped"]);
      const again = await client.get(FloatingIP, inShop("web-1"));
      assert.notEqual(again.metadata.uid, uid);
      assert.equal(again.status?.phase, "ACTIVE");
    }, 60_000);
  });

  it("a server that can not be built is Degraded, with the reason in its words", async () => {
    const { repository } = world();
    repository.copy(broken, "cloud/project/broken");
    repository.push("A server on a network without free addresses");
    await app().refresh();
    const degraded = await app().until("Degraded", ({ status }) => status?.health?.status === "Degraded");
    const health = { status: "Degraded", message: "Failed to allocate the network(s), not rescheduling." };
    assert.deepEqual(healthOf(degraded, "Server", "crowded"), health);
    assert.equal(healthOf(degraded, "Server", "web-1")?.status, "Healthy");
  });

  it("and Healthy after a commit that mends it", async () => {
    const { repository } = world();
    const server = readFileSync(`${broken}/server.yaml`, "utf8");
    repository.write("cloud/project/broken/server.yaml", server.replace("name: narrow", "name: web"));
    const revision = repository.push("The server is on the network web");
    await app().refresh();
    await app().settled(revision);
  });

  it("what is taken out of git is pruned, the last wave first", async () => {
    const { client, repository } = world();
    const doomed = manifests(`${broken}/*.yaml`);
    repository.remove("cloud/project/broken");
    const revision = repository.push("Without the narrow network");
    await app().refresh();
    assertReversed(await goneInOrder(client, doomed), doomed);
    await app().settled(revision);
  });

  it("the deleted Application takes everything along, the last wave first", async () => {
    const { client } = world();
    await client.delete(Application, { name: "cloud", namespace: argoNamespace });
    assertReversed(await goneInOrder(client, objects), objects);
    const isGone = (error: unknown) => isCode(error as Error, "NotFound");
    await eventually(() => assert.rejects(client.get(Application, { name: "cloud", namespace: argoNamespace }), isGone), 30_000);
    await assert.rejects(client.get(Namespace, { name: namespace }), isGone);
  });
}
