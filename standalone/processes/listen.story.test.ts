// The API role's second socket: a program started as the supervisor starts it serves both the host's loopback and the namespace. Needs root.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeProgram } from "../../hack/bundle.ts";
import { instanceConfig } from "../instance/config.ts";
import { freePortBase } from "../instance/ports.ts";
import { ensureNamespace, removeNamespace } from "../network/namespace.ts";
import { run } from "../run.ts";
import { role } from "./roles.ts";

/** Answers with the network namespace of its own process. */
const program = `
import { createServer } from "node:http";
import { readlinkSync } from "node:fs";
const fd = Number(process.argv[process.argv.indexOf("--listen-fd") + 1]);
const answer = (request, response) => response.end(readlinkSync("/proc/self/ns/net"));
createServer(answer).listen({ fd }, () => createServer(answer).listen(Number(process.env.TEST_PORT), "127.0.0.1", () => console.log("ready")));
`;

describe("the API's port inside the namespace", () => {
  let dir: string;
  let child: ChildProcess;
  let config: ReturnType<typeof instanceConfig>;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "kumulus-listen-"));
    const name = `lis-${process.pid}`;
    config = instanceConfig({ name, root: dir, hypervisor: "qemu", external: "none", portBase: await freePortBase(name, new Set()) });
    ensureNamespace(config);
    const main = join(dir, "main.mjs");
    writeFileSync(main, program);
    const [command = "", ...argv] = role(config, "api", { node: nodeProgram, main, version: "1" }, "info").argv;
    child = spawn(command, argv, { env: { ...process.env, TEST_PORT: String(config.ports.api) }, stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(child.stdout);
    await once(child.stdout, "data");
  });
  after(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    removeNamespace(config);
    rmSync(dir, { recursive: true });
  });

  it("answers on the same address and port as on the host, from a process that lives in the host's namespace", async () => {
    const host = run("readlink", ["/proc/self/ns/net"]).trim();
    const url = `http://127.0.0.1:${config.ports.api}/`;
    const outside = await (await fetch(url)).text();
    const get = `process.stdout.write(await (await fetch("${url}")).text())`;
    const inside = run("nsenter", [`--net=${config.network.namespacePath}`, nodeProgram, "--input-type=module", "-e", get]);
    assert.deepEqual([outside, inside], [host, host]);
  });
});
