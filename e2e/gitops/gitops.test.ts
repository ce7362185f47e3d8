// GitOps with the real Argo CD against a cloud with simulated guests: `make e2e-gitops`.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pidsWithEnvironment } from "../../standalone/supervisor/proc.ts";
import { instance, root } from "../cloud.ts";
import { appliedTwice } from "./applied-twice.ts";
import { followsGit } from "./follows-git.ts";
import { World } from "./world.ts";

describe("GitOps", () => {
  const world = new World();
  const itself = () => world;

  before(async function () {
    this.timeout(1_800_000); // a machine's first run builds Argo CD
    await world.start();
  });
  after(async function () {
    this.timeout(180_000);
    await world.stop();
  });

  describe("the same manifests twice", () => appliedTwice(itself));
  describe("Argo CD with the sample repository", () => followsGit(itself));

  describe("the end", () => {
    it("leaves nothing behind", async () => {
      const mark = `HOME=${join(world.directory, "home")}`;
      const { running } = world.programs;
      console.log(`    ran: ${running.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ")}; their talk is not encrypted`);
      console.log(
        "    did not run, since no story needs them: argocd-server (API and web UI), applicationset-controller, dex, notifications",
      );
      assert.ok(running.length === 3 && pidsWithEnvironment(mark).length >= 3, "the count sees what runs");
      await world.stop();
      assert.deepEqual(pidsWithEnvironment(mark), []);
      for (const path of [world.directory, join(root, ".kumulus", instance), `/run/kumulus/${instance}`])
        assert.ok(!existsSync(path), path);
    });
  });
});
