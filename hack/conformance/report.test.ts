// Lines that Tempest prints, and what becomes of them.
import assert from "node:assert/strict";
import { countByService, markdown, parseLine, type Result } from "./report.ts";

describe("conformance report", () => {
  for (const [line, expected] of [
    [
      "{0} tempest.api.compute.test_versions.TestVersions.test_list_api_versions [0.01s] ... ok",
      { name: "tempest.api.compute.test_versions.TestVersions.test_list_api_versions", verdict: "passed" },
    ],
    [
      "{1} tempest.api.volume.test_a.A.test_b ... SKIPPED: Backup is not available",
      { name: "tempest.api.volume.test_a.A.test_b", verdict: "skipped", reason: "Backup is not available" },
    ],
    [
      "{0} setUpClass (tempest.api.network.test_x.X) [0.00s] ... FAILED",
      { name: "setUpClass (tempest.api.network.test_x.X)", verdict: "failed" },
    ],
    ["Captured traceback:", undefined],
  ] as const)
    it(line, () => assert.deepEqual(parseLine(line), expected));

  const results: Result[] = [
    { name: "tempest.api.compute.a", verdict: "passed" },
    { name: "tempest.api.compute.b", verdict: "failed" },
    { name: "setUpClass (tempest.api.network.x.X)", verdict: "skipped", reason: "no" },
    { name: "keystone_tempest_plugin.tests.rbac.v3.test_trust.T.test_a", verdict: "passed" },
  ];

  it("counts by service", () =>
    assert.deepEqual(countByService(results), {
      compute: { passed: 1, failed: 1, skipped: 0 },
      network: { passed: 0, failed: 0, skipped: 1 },
      "keystone-tempest-plugin": { passed: 1, failed: 0, skipped: 0 },
    }));

  it("writes a page", () => {
    assert.match(markdown(results), /\| compute \| 1 \| 1 \| 0 \| 50 % \|/);
    assert.match(markdown(results), /`setUpClass \(tempest\.api\.network\.x\.X\)`: no/);
  });
});
