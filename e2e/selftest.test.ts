// `kumulus selftest`, which `helm test` runs: it says what it did, leaves nothing, and says what went wrong.
import assert from "node:assert/strict";
import { login } from "../bench/cloud.ts";
import { down, instance, run, up } from "./cloud.ts";
import { warmUp } from "./things.ts";
import { leavesNothing } from "./world.ts";

describe("kumulus selftest", function () {
  this.timeout(180_000);
  before(async function () {
    this.timeout(700_000);
    await up("HYPERVISOR=simulated");
    await warmUp(await login());
  });
  after(() => down());

  const selftest = (options = "") => run(`source .kumulus/${instance}/openrc; node main.ts selftest ${options}`);

  leavesNothing("boots a server and deletes it again", async () => {
    const { code, stdout, stderr } = await selftest();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is ACTIVE after [\d.]+ s\nserver deleted\nnetwork deleted\nall is well\n$/);
  });

  leavesNothing("names the image that is not there", async () => {
    const { code, stderr } = await selftest("--image none");
    assert.equal(code, 1);
    assert.match(stderr, /there is no none among the images of the project/);
  });

  leavesNothing("deletes what it made when the server does not get ACTIVE", async () => {
    const { code, stderr } = await selftest("--timeout 0.001");
    assert.equal(code, 1);
    assert.match(stderr, /did not get ACTIVE/);
  });
});
