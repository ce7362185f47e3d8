// The image's roles as containers against a real control plane: they start, answer, have given up every privilege, and end in order.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { stringify } from "yaml";
import { systemNamespace } from "../../domain/id.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";

const image = process.env.IMAGE ?? "";
const graceMs = 15_000;
const ports = { operator: 18081, api: 18774, webhook: 18082 } as const;
type Role = keyof typeof ports;

describe(`the image ${image}`, function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "kumulus-image-"));
  let plane: ControlPlane;

  before(async () => {
    assert.notEqual(image, "", "run this through `make e2e-image`: it says which image is meant");
    plane = await startControlPlane({
      crds: [join(import.meta.dirname, "../../standalone/engine-crds")],
      // The engine's network leads nowhere, and kube-apiserver would look for a way out.
      apiServerFlags: ["--advertise-address=192.0.2.1"],
    });
    // As every installation does.
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
  });
  after(async () => {
    await plane?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function settings(role: Role): string {
    return stringify({
      kubeconfig: "/etc/kumulus/kubeconfig",
      apiURL: "http://127.0.0.1:18774",
      host: "127.0.0.1",
      ports: { api: ports.api, webhook: 18443, health: ports[role] },
      ovn: { northbound: ["tcp:127.0.0.1:16641"], southbound: ["tcp:127.0.0.1:16642"] },
      images: { directory: "/var/lib/kumulus/images" },
    });
  }

  function container(role: Role): GenericContainer {
    const file = join(directory, `${role}.yaml`);
    writeFileSync(file, settings(role));
    return new GenericContainer(image)
      .withNetworkMode("host")
      .withCommand([role, "--config", "/etc/kumulus/settings.yaml"])
      .withCopyFilesToContainer([
        { source: file, target: "/etc/kumulus/settings.yaml", mode: 0o444 },
        { source: plane.kubeconfig, target: "/etc/kumulus/kubeconfig", mode: 0o444 },
      ])
      .withTmpFs({ "/tmp": "rw,mode=1777", "/var/lib/kumulus/images": "rw,uid=65532" })
      .withDroppedCapabilities("ALL")
      .withSecurityOpt("no-new-privileges")
      .withWaitStrategy(Wait.forLogMessage(/./))
      .withStartupTimeout(60_000);
  }

  async function answers(url: string): Promise<string> {
    for (let tries = 0; ; tries++) {
      try {
        const response = await fetch(url);
        if (response.ok) return await response.text();
        throw new Error(`${url}: ${response.status}`);
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Of the process, as the kernel has it: field → value. */
  async function kernelStatus(started: StartedTestContainer): Promise<Record<string, string>> {
    const { exec } = await import("node:child_process");
    const pid = await new Promise<string>((resolve, reject) =>
      exec(`docker inspect --format '{{.State.Pid}}' ${started.getId()}`, (error, stdout) =>
        error ? reject(error) : resolve(stdout.trim()),
      ),
    );
    const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
    return Object.fromEntries(lines.map((line) => line.split(":\t")).map(([key = "", value = ""]) => [key, value]));
  }

  for (const role of ["webhook", "api", "operator"] as const) {
    it(`runs ${role}: it becomes ready as nobody in particular, and ends within its grace period`, async () => {
      const began = Date.now();
      const started = await container(role).start();
      try {
        await answers(`http://127.0.0.1:${ports[role]}/readyz`);
        console.log(`      ready after ${Date.now() - began} ms`);
        assert.match(await answers(`http://127.0.0.1:${ports[role]}/metrics`), /process_cpu_seconds_total/);
        const { Uid, CapEff, CapBnd, NoNewPrivs } = await kernelStatus(started);
        assert.match(Uid ?? "", /^65532\t65532\t/);
        assert.deepEqual([CapEff, CapBnd, NoNewPrivs], ["0000000000000000", "0000000000000000", "1"]);
      } finally {
        const asked = Date.now();
        await started.stop({ timeout: graceMs, remove: true });
        assert.ok(Date.now() - asked < graceMs, "it had to be killed");
      }
    });
  }

  it("says what is wrong with its command line, and has no shell", async () => {
    const wrong = new GenericContainer(image)
      .withCommand(["operator", "--config", "/nowhere.yaml"])
      .withWaitStrategy(Wait.forLogMessage(/nowhere\.yaml/));
    await (await wrong.start()).stop();
    await assert.rejects(new GenericContainer(image).withEntrypoint(["/bin/sh"]).start(), /no such file|not found/i);
  });
});
