// The set-up's lists and the question which of them are missing.
import assert from "node:assert/strict";
import { missingPackages } from "./apt.ts";
import { hostPackages } from "./packages.ts";

describe("host packages", () => {
  it("are named once each", () => assert.equal(new Set(hostPackages).size, hostPackages.length));
  it("include what the guest image needs", () => assert.ok(hostPackages.includes("syslinux")));
  it("are missing when dpkg does not know them, and only then", () => {
    assert.deepEqual(missingPackages(["dpkg", "kumulus-no-such-package"]), ["kumulus-no-such-package"]);
  });
});
