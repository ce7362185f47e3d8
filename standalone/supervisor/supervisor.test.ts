// The supervisor with real processes: restart, take-over, change, stop.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessDefinition, ProcessReport } from "./definition.ts";
import { identityOf, isAlive } from "./proc.ts";
import { endProcess } from "./stop.ts";
import { readKept, Supervisor } from "./supervisor.ts";

const sleeper = (name: string, more: Partial<ProcessDefinition> = {}): ProcessDefinition => ({
  name,
  argv: ["sleep", "600"],
  env: {},
  probe: { kind: "command", argv: ["true"] },
  readyTimeoutMs: 3000,
  stopTimeoutMs: 1000,
  ...more,
});

describe("supervisor", () => {
  let dir: string;
  const said: string[] = [];
  const options = () => ({
    logsDir: dir,
    mark: ["KUMULUS_TEST", dir] as const,
    stateFile: join(dir, "state.json"),
    say: (line: string) => said.push(line),
  });
  const supervisors: Supervisor[] = [];
  const make = () => {
    const supervisor = new Supervisor(options());
    supervisors.push(supervisor);
    return supervisor;
  };
  const one = (supervisor: Supervisor, name = "a"): ProcessReport & { pid: number } => {
    const report = supervisor.report().find((process) => process.name === name);
    assert.ok(report?.pid, `${name} has no process: ${JSON.stringify(report)}`);
    return { ...report, pid: report.pid };
  };
  const until = async (condition: () => boolean) => {
    for (let tries = 0; !condition(); tries++) {
      assert.ok(tries < 150, "did not come true in 3 s");
      await sleep(20);
    }
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "kumulus-supervisor-"));
    said.length = 0;
  });
  afterEach(async () => {
    for (const supervisor of supervisors.splice(0)) supervisor.leave();
    for (const { definition, identity } of readKept(join(dir, "state.json"))) if (identity) await endProcess(definition, identity);
    rmSync(dir, { recursive: true });
  });

  it("restarts what was killed and counts it; the others do not notice", async () => {
    const supervisor = make();
    await Promise.all([supervisor.ensure(sleeper("a")), supervisor.ensure(sleeper("b"))]);
    const [a, b] = [one(supervisor).pid, one(supervisor, "b").pid];
    process.kill(a, "SIGKILL");
    await until(() => supervisor.report().some(({ name, pid, phase }) => name === "a" && pid !== a && phase === "ready"));
    assert.equal(one(supervisor).restarts, 1);
    assert.equal(one(supervisor).lastEnd, "SIGKILL");
    assert.equal(one(supervisor, "b").pid, b);
  });

  it("restarts an urgent process without any delay", async () => {
    const supervisor = make();
    await supervisor.ensure(sleeper("a", { urgent: true }));
    const { pid } = one(supervisor);
    process.kill(pid, "SIGKILL");
    await until(() => supervisor.report().some((report) => report.pid !== undefined && report.pid !== pid));
    assert.match(said.join("\n"), /restart 1 in 0 ms/);
  });

  it("takes over what runs, starts what died meanwhile, and sees a death of what it took over", async () => {
    const first = make();
    await Promise.all([first.ensure(sleeper("a")), first.ensure(sleeper("b"))]);
    const [a, b] = [one(first).pid, one(first, "b").pid];
    first.leave();
    process.kill(b, "SIGKILL");
    await sleep(50);
    const second = make();
    second.takeOver();
    await Promise.all([second.ensure(sleeper("a")), second.ensure(sleeper("b"))]);
    assert.equal(one(second).pid, a, "the living one stays");
    assert.notEqual(one(second, "b").pid, b, "the dead one is new");
    process.kill(a, "SIGKILL");
    await until(() => second.report().some(({ name, pid, phase }) => name === "a" && pid !== a && phase === "ready"));
  });

  it("restarts a process whose definition changed and leaves an unchanged one alone", async () => {
    const supervisor = make();
    await supervisor.ensure(sleeper("a"));
    const { pid } = one(supervisor);
    await supervisor.ensure(sleeper("a"));
    assert.equal(one(supervisor).pid, pid);
    await supervisor.ensure(sleeper("a", { version: "2" }));
    assert.notEqual(one(supervisor).pid, pid);
  });

  it("says where to look when a process does not stay up", async () => {
    const supervisor = make();
    const broken = sleeper("a", { argv: ["sh", "-c", "exit 3"], probe: { kind: "command", argv: ["false"] } });
    await assert.rejects(supervisor.ensure(broken), /a does not stay up \(exit 3\); see .*a\.log/);
  });

  it("says so when the program does not exist", async () => {
    const supervisor = make();
    const absent = sleeper("a", { argv: ["/nonexistent/program"], probe: { kind: "command", argv: ["false"] } });
    await assert.rejects(supervisor.ensure(absent), /a does not stay up \(.*ENOENT.*\)/);
  });

  it("kills what does not listen to SIGTERM", async () => {
    const supervisor = make();
    const deaf = sleeper("a", { argv: ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], stopTimeoutMs: 200 });
    await supervisor.ensure(deaf);
    const identity = identityOf(one(supervisor).pid);
    assert.ok(identity);
    supervisor.leave();
    await endProcess(deaf, identity);
    assert.equal(isAlive(identity), false);
  });
});

describe("identity of a process", () => {
  it("tells this process from another with its pid", () => {
    const self = identityOf(process.pid);
    assert.ok(self && isAlive(self));
    assert.equal(isAlive({ ...self, startTime: "1" }), false);
    assert.equal(isAlive({ ...self, bootId: "before the reboot" }), false);
  });
});
