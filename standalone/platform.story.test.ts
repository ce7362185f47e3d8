// The one-machine platform without roles: up, every process killed, the supervisor killed, down, up again. Needs root.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeProgram } from "../hack/bundle.ts";
import { projectRoot, readInstance } from "./instance/store.ts";
import type { InstanceConfig } from "./instance.ts";
import { attempt, run } from "./run.ts";
import { markName } from "./supervisor/connect.ts";
import { pidsWithEnvironment } from "./supervisor/proc.ts";

const name = `story-${process.pid}`;
const env = { ...process.env, INSTANCE: name, EXTERNAL: "none", ROLES: "none" };

/** Runs a target's script in a process of its own, as make does. */
function make(command: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(nodeProgram, [join(projectRoot, "standalone/make.ts"), command], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part: Buffer) => {
        output += part;
      });
    }
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function succeeds(command: string): Promise<string> {
  const { code, output } = await make(command);
  assert.equal(code, 0, output);
  return output;
}

async function pids(): Promise<Map<string, number>> {
  const { output } = await make("status");
  return new Map([...output.matchAll(/^(\S+) +pid=(\d+)/gm)].map(([, process = "", pid]) => [process, Number(pid)]));
}

async function healthy(timeoutMs: number): Promise<string> {
  for (const end = Date.now() + timeoutMs; ; await sleep(200)) {
    const { code, output } = await make("status");
    if (code === 0) return output;
    assert.ok(Date.now() < end, output);
  }
}

function config(): InstanceConfig {
  const found = readInstance(projectRoot, name);
  assert.ok(found);
  return found;
}

const kubectl = (argv: readonly string[]) =>
  run(join(config().stateDir, "bin/kubectl"), argv, { env: { KUBECONFIG: config().kubeconfigs.admin } });
const inNamespace = (argv: readonly string[]) => attempt("ip", ["netns", "exec", `kumulus-${name}`, ...argv]);

describe("one-machine platform", function () {
  this.timeout(120_000);
  after(() => make("clean"));

  it("comes up with every process healthy", async () => {
    await succeeds("up");
    assert.equal((await pids()).size, 10, await healthy(5000));
    assert.match(kubectl(["get", "--raw", "/readyz"]), /ok/);
    assert.ok(kubectl(["get", "crd", "-o", "name"]).includes("servers.compute.kumulus.cloud"));
  });

  it("has the provider bridge with the gateway in its namespace, and a chassis", () => {
    assert.match(inNamespace(["ip", "-o", "address", "show", "br-ex"]).stdout, /172\.24\.4\.1\/24/);
    assert.match(run("ovn-sbctl", ["--bare", "--columns=name", "list", "Chassis"], { env: config().ovn.environment }), /\S/);
  });

  it("writes files for people", () => {
    const openrc = readFileSync(join(config().stateDir, "openrc"), "utf8");
    assert.match(openrc, new RegExp(`OS_AUTH_URL=http://127.0.0.1:${config().ports.api}/identity`));
    const probe = "source openrc; echo $OS_USERNAME; kubectl config current-context";
    assert.equal(run("bash", ["-c", probe], { cwd: config().stateDir }), `demo\nkumulus-${name}\n`);
  });

  it("restarts each process that is killed, and no other", async () => {
    for (const [process_, pid] of await pids()) {
      if (process_ === "supervisor") continue;
      const before = await pids();
      process.kill(pid, "SIGKILL");
      await healthy(20_000);
      const after = await pids();
      for (const [other, was] of before) {
        if (other === process_) assert.notEqual(after.get(other), was, `${other} has a new pid`);
        else assert.equal(after.get(other), was, `${other} lived on when ${process_} died`);
      }
    }
  });

  it("keeps running without its supervisor, and `up` takes over", async () => {
    const before = await pids();
    process.kill(before.get("supervisor") ?? 0, "SIGKILL");
    await sleep(100);
    const ill = await make("status");
    assert.equal(ill.code, 1);
    assert.match(ill.output, /No supervisor/);
    await succeeds("up");
    await healthy(5000);
    const after = await pids();
    before.delete("supervisor");
    for (const [process_, pid] of before) assert.equal(after.get(process_), pid, `${process_} was taken over`);
  });

  it("leaves nothing after `down`, and finds everything again after `up`", async () => {
    kubectl(["create", "namespace", "kept"]);
    run("ovn-nbctl", ["ls-add", "kept"], { env: config().ovn.environment });
    const { stateDir, runDir, network } = config();
    await succeeds("down");
    assert.deepEqual(pidsWithEnvironment(`${markName}=${stateDir}`), []);
    assert.equal(existsSync(runDir), false);
    assert.equal(existsSync(network.namespacePath), false);
    assert.ok(!readFileSync("/proc/mounts", "utf8").includes(network.namespace));
    assert.equal((await make("status")).code, 3);
    await succeeds("up");
    assert.match(kubectl(["get", "namespace", "kept"]), /Active/);
    assert.match(run("ovn-nbctl", ["ls-list"], { env: config().ovn.environment }), /kept/);
  });
});
