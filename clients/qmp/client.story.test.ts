// The QMP client against a real QEMU without a machine.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isCode } from "../../domain/errors.ts";
import { createQmpClient, type QmpClient } from "./client.ts";
import type { QmpEvent } from "./commands.ts";
import { connectQmp } from "./connection.ts";
import { QmpError } from "./errors.ts";

describe("QMP client (story)", function () {
  this.timeout(60_000);
  let directory = "";
  let path = "";
  let qemu: ChildProcess | undefined;
  const clients: QmpClient[] = [];

  const start = () => {
    qemu = spawn(
      "qemu-system-x86_64",
      ["-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", `unix:${path},server=on,wait=off`],
      {
        stdio: "ignore",
      },
    );
  };
  const client = (options: Partial<Parameters<typeof createQmpClient>[0]> = {}) => {
    const made = createQmpClient({ path, ...options });
    clients.push(made);
    return made;
  };
  const end = async () => {
    const child = qemu;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };

  beforeEach(() => {
    directory = mkdtempSync("/tmp/kumulus-qmp-");
    path = join(directory, "qmp.sock");
    start();
  });
  afterEach(async () => {
    for (const made of clients.splice(0)) made.close();
    await end();
    rmSync(directory, { recursive: true, force: true });
  });

  it("negotiates, answers commands, and tells QEMU's refusals apart", async () => {
    const qmp = client();
    await qmp.ready(20_000);
    assert.equal((await qmp.execute("query-status")).status, "prelaunch");
    const machines = await qmp.execute("query-machines");
    assert.ok(machines.some(({ alias }) => alias === "q35"));
    await assert.rejects(
      qmp.execute("device_del", { id: "ghost" }),
      (error) => error instanceof QmpError && error.kind === "DeviceNotFound",
    );
  });

  it("answers many commands at once, each with its own", async () => {
    const qmp = client();
    await qmp.ready(20_000);
    const answers = await Promise.all([
      qmp.execute("query-uuid"),
      qmp.execute("query-status"),
      qmp.execute("query-block"),
      qmp.execute("query-uuid"),
    ]);
    assert.equal(answers[0].UUID, answers[3].UUID);
    assert.deepEqual(answers[2], []);
  });

  it("gets no greeting while another client holds the monitor", async () => {
    const qmp = client();
    await qmp.ready(20_000);
    await assert.rejects(
      connectQmp({ path, timeoutMs: 300 }),
      (error) => isCode(error, "Unavailable") && /another client/.test(error.message),
    );
    qmp.close();
    (await connectQmp({ path })).close();
  });

  it("tells events, and connects again to a QEMU that came back", async () => {
    const events: QmpEvent[] = [];
    let losses = 0;
    const qmp = client({ onEvent: (event) => events.push(event), onDisconnect: () => losses++ });
    await qmp.ready(20_000);
    const exited = new Promise((resolve) => qemu?.once("exit", resolve));
    await qmp.execute("quit").catch(() => undefined);
    await exited;
    assert.ok(events.some(({ event, data }) => event === "SHUTDOWN" && data.reason === "host-qmp-quit"));
    while (qmp.connected) await new Promise((resolve) => setTimeout(resolve, 10));
    await assert.rejects(qmp.execute("query-status"), (error) => isCode(error, "Unavailable"));
    start();
    await qmp.ready(20_000);
    assert.equal((await qmp.execute("query-status")).status, "prelaunch");
    assert.equal(losses, 1);
  });
});
