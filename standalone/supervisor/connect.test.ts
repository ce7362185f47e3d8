// The supervisor as a process of its own: started once, replaced by a new version that takes over.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleSupervisor, nodeProgram } from "../../hack/bundle.ts";
import { projectRoot } from "../instance/store.ts";
import { ensureSupervisor } from "./connect.ts";
import type { ProcessDefinition } from "./definition.ts";
import { endProcess } from "./stop.ts";
import { readKept } from "./supervisor.ts";

const sleeper: ProcessDefinition = {
  name: "sleeper",
  argv: ["sleep", "600"],
  env: {},
  probe: { kind: "command", argv: ["true"] },
  readyTimeoutMs: 3000,
  stopTimeoutMs: 1000,
};

describe("supervisor process", () => {
  const dir = mkdtempSync(join(tmpdir(), "kumulus-connect-"));
  const place = { stateDir: dir, runDir: dir, logsDir: join(dir, "logs") };
  const argv = async (version: string) => [
    nodeProgram,
    (await bundleSupervisor(join(projectRoot, "build/program"))).path,
    dir,
    dir,
    version,
  ];
  before(() => mkdirSync(place.logsDir));
  after(async () => {
    await (await ensureSupervisor(place, await argv("2"))).leave();
    for (const { definition, identity } of readKept(join(dir, "supervisor.json"))) if (identity) await endProcess(definition, identity);
    rmSync(dir, { recursive: true });
  });

  it("is started once, and replaced when its version changes; what it keeps runs on", async () => {
    const first = await ensureSupervisor(place, await argv("1"));
    await first.ensure(sleeper);
    const before = await first.status();
    const again = await ensureSupervisor(place, await argv("1"));
    assert.equal((await again.status()).pid, before.pid);
    const second = await ensureSupervisor(place, await argv("2"));
    const after = await second.status();
    assert.notEqual(after.pid, before.pid);
    assert.equal(after.processes[0]?.pid, before.processes[0]?.pid);
    for (const client of [first, again, second]) client.close();
  });

  it("refuses a definition that does not come up, and goes on", async () => {
    const client = await ensureSupervisor(place, await argv("2"));
    const broken = { ...sleeper, name: "broken", argv: ["false"], probe: { kind: "command", argv: ["false"] } } as const;
    await assert.rejects(client.ensure(broken), /broken does not stay up/);
    assert.equal((await client.status()).processes.length, 2);
    client.close();
  });
});
