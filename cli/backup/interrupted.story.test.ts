// A restore that is killed in the middle: the operator stands still over what is half there, and the same command brings the rest.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idOf, systemNamespace } from "../../domain/id.ts";

import { Network } from "../../models/network/network.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { defineController } from "../../operator/controller/define-controller.ts";
import { ConfigMap, Namespace } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createManager } from "../../operator/manager.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { savedKinds } from "./saved-kinds.ts";
import { fillCloud } from "./testing/filled-cloud.ts";
import { run } from "./testing/run.ts";

const main = join(import.meta.dirname, "../../main.ts");
const networks = 400;

/** A cluster's operator: a real manager that is started again when it lost the lease, as a supervisor does. */
function startOperator(plane: ControlPlane) {
  const log = createLog({ name: "story", level: "silent" });
  const stop = new AbortController();
  const seen = new Set<string>();
  const ends: string[] = [];
  let current: { readonly leads: boolean } | undefined;
  const watcher = defineController<Network>({
    kind: Network,
    async reconcile(network) {
      seen.add(network.metadata.name);
      return {};
    },
  });
  const running = (async () => {
    while (!stop.signal.aborted) {
      const manager = createManager({
        client: plane.client,
        caches: createCaches(plane.client, { log }),
        controllers: [watcher],
        log,
        metrics: createMetrics(),
        leaderElection: { name: "kumulus-operator", namespace: systemNamespace, identity: "operator-1" },
      });
      current = manager;
      await manager.run(stop.signal).catch((error: Error) => ends.push(error.message));
    }
  })();
  return {
    seen,
    ends,
    leads: () => current?.leads === true,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

const namespace = (name: string): Namespace => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

describe("a restore that is killed", function () {
  this.timeout(120_000);
  let source: ControlPlane;
  let target: ControlPlane;
  let operator: ReturnType<typeof startOperator>;
  let archive: string;
  let secret: string[];

  before(async () => {
    [source, target] = await Promise.all([startControlPlane(), startControlPlane()]);
    for (const name of [systemNamespace, "kumulus-demo"]) await source.client.create(Namespace, namespace(name));
    await source.client.patch(Namespace, { name: "kumulus-demo" }, { metadata: { labels: { "kumulus.cloud/tenant": "demo" } } });
    await fillCloud(source.client, { users: false, networks });
    await target.client.create(Namespace, namespace(systemNamespace));
    operator = startOperator(target);
    await eventually(() => assert.ok(operator.leads()));
    archive = join(source.directory, "cloud.backup");
    const passphraseFile = join(source.directory, "passphrase");
    writeFileSync(passphraseFile, "correct horse battery");
    secret = ["--passphrase-file", passphraseFile];
    assert.equal((await run(source, "backup", archive, ...secret)).code, 0);
  });
  after(async () => {
    await operator?.stop();
    rmSync(archive ?? "", { force: true });
    await Promise.all([source?.stop(), target?.stop()]);
  });

  const made = async () => (await target.client.list(Network)).length;
  const state = async () => (await target.client.get(ConfigMap, { name: "restored", namespace: systemNamespace })).data?.state;

  /** Resolves once the process has printed it. */
  async function printed(child: ChildProcess, line: RegExp): Promise<void> {
    let text = "";
    for await (const piece of child.stdout ?? []) {
      text += piece;
      if (line.test(text)) return;
    }
    assert.fail(`it ended without ${line}:\n${text}`);
  }

  it("leaves a part, over which no operator acts", async () => {
    const child = spawn(process.execPath, [main, "restore", archive, ...secret, "--kubeconfig", target.kubeconfig], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    await printed(child, /^Namespace: 1 made$/m);
    await eventually(async () => assert.ok((await made()) > 0), 10_000, 1);
    child.kill("SIGKILL");
    await ended;
    const part = await made();
    assert.ok(part > 0 && part < networks, `${part} networks`);
    assert.equal(await state(), "running");
    assert.ok(operator.ends.some((end) => /another replica holds the lease kumulus-operator/.test(end)));
    assert.equal(operator.leads(), false);
    assert.deepEqual([...operator.seen], []);
  });

  it("is finished by the same command, and then the operator goes on", async () => {
    const { code, output } = await run(target, "restore", archive, ...secret);
    assert.equal(code, 0, output);
    assert.match(output, /^Network: .*\d+ kept/m);
    assert.match(output, /^Network: .*\d+ made/m);
    assert.ok(!/Waiting/.test(output));
    assert.equal(await state(), "done");
    for (const kind of savedKinds) {
      const ids = async (plane: ControlPlane) => {
        const stays = (await plane.client.list(kind)).filter(({ metadata }) => !["going", "web-1-reboot"].includes(metadata.name));
        return stays.map(idOf).sort();
      };
      assert.deepEqual(await ids(target), await ids(source), kind.kind);
    }
    await eventually(() => assert.ok(operator.leads()), 20_000);
    await eventually(() => assert.equal(operator.seen.size, networks + 3), 20_000);
  });
});
