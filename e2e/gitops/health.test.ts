// Every kind's health check, run by the real Argo CD on the test data beside it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { buildEngine, enginePath } from "../../hack/engines.ts";
import { kindNames } from "../../hack/generate/argocd.ts";

interface HealthTests {
  tests: { healthStatus: { status: string; message: string }; inputPath: string }[];
}

const folder = "gitops/argocd";
const execute = promisify(execFile);

/** What `argocd` says of an object with our argocd-cm. */
async function healthOf(path: string): Promise<{ status: string; message: string }> {
  const argv = ["admin", "settings", "resource-overrides", "health", path, "--argocd-cm-path", `${folder}/argocd-cm.yaml`];
  const { stdout } = await execute(enginePath("argocd"), argv, { timeout: 60_000 });
  return { status: /^STATUS: (.*)$/m.exec(stdout)?.[1] ?? stdout, message: /^MESSAGE: (.*)$/m.exec(stdout)?.[1] ?? "" };
}

describe("health checks in Argo CD", () => {
  before(function () {
    this.timeout(1_200_000); // a machine's first run builds it
    buildEngine("argocd");
  });

  it("are there for every kind", () => {
    for (const { group, kind } of kindNames()) assert.ok(existsSync(`${folder}/resource_customizations/${group}/${kind}/health.lua`), kind);
  });

  for (const path of globSync(`${folder}/resource_customizations/*/*/health_test.yaml`).sort()) {
    it(dirname(path).split("/").slice(-2).join("/"), async () => {
      const { tests } = parse(readFileSync(path, "utf8")) as HealthTests;
      for (const { healthStatus, inputPath } of tests) {
        assert.deepEqual(await healthOf(join(dirname(path), inputPath)), healthStatus, inputPath);
      }
    });
  }
});
