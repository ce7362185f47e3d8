// Debian's own `openstack` client against the real API on a real kube-apiserver: identity and images.
import assert from "node:assert/strict";
import { type ExecFileException, execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestCloud, type TestCloud } from "./testing/cloud.ts";

const program = "/usr/bin/openstack";

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

describe("the openstack client", function () {
  this.timeout(120_000);
  let cloud: TestCloud;

  before(async function () {
    if (!existsSync(program)) {
      console.log(`      skipped: ${program} is not installed`);
      this.skip();
    }
    cloud = await startTestCloud();
  });
  after(() => cloud?.stop());

  function run(user: "admin" | "demo", ...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      // Debian's program runs on Debian's Python, whatever `python3` is on the PATH.
      const argv = [program, ...args];
      execFile(
        "/usr/bin/python3",
        argv,
        { env: cloud.environment(user), cwd: cloud.directory },
        (error: ExecFileException | null, stdout, stderr) =>
          resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr }),
      );
    });
  }

  async function json<T>(user: "admin" | "demo", ...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await run(user, ...args, "-f", "json");
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  it("gets a token and the catalog", async () => {
    const token = await json<{ id: string; project_id: string; expires: string }>("demo", "token", "issue");
    assert.match(token.id, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    const catalog = await json<{ Type: string; Endpoints: { interface: string; url: string }[] }[]>("demo", "catalog", "list");
    const types = catalog.map(({ Type }) => Type);
    assert.ok(types.includes("identity") && types.includes("image"), types.join());
    const urls = catalog.flatMap(({ Endpoints }) => Endpoints.map(({ url }) => url));
    assert.ok(
      urls.every((url) => url.startsWith(cloud.api.url)),
      urls.join(),
    );
  });

  it("lists who is there", async () => {
    const names = async (...args: string[]) => (await json<{ Name: string }[]>("admin", ...args)).map(({ Name }) => Name).sort();
    assert.deepEqual(await names("project", "list"), ["admin", "demo"]);
    assert.deepEqual(await names("user", "list"), ["admin", "demo"]);
    assert.deepEqual(await names("role", "list"), ["admin", "manager", "member", "reader", "service"]);
    assert.deepEqual(await names("domain", "list"), ["Default"]);
    const project = await json<{ name: string; enabled: boolean }>("admin", "project", "show", "demo");
    assert.deepEqual([project.name, project.enabled], ["demo", true]);
    assert.ok((await json<unknown[]>("admin", "endpoint", "list")).length >= 6);
    assert.ok((await json<unknown[]>("admin", "service", "list")).length >= 2);
    const assignments = await json<{ Role: string; User: string }[]>("admin", "role", "assignment", "list", "--names");
    assert.ok(assignments.some(({ Role, User }) => Role === "member" && User === "demo@Default"));
    assert.deepEqual(
      (await json<{ Name: string }[]>("demo", "project", "list")).map(({ Name }) => Name),
      ["demo"],
    );
  });

  it("creates, shows, saves and deletes an image", async () => {
    const file = join(cloud.directory, "disk.raw");
    writeFileSync(file, Buffer.alloc(3 * 1024 * 1024 + 17, "kumulus"));
    const create = [
      "image",
      "create",
      "--file",
      file,
      "--disk-format",
      "raw",
      "--container-format",
      "bare",
      "--property",
      "os_distro=debian",
      "disk",
    ];
    // This client shows the image as it was before the upload.
    const made = await json<{ id: string }>("demo", ...create);
    const shown = await json<{ id: string; status: string; size: number; properties: { os_distro?: string } }>(
      "demo",
      "image",
      "show",
      "disk",
    );
    assert.equal(shown.id, made.id);
    assert.equal(shown.status, "active");
    assert.equal(shown.size, 3 * 1024 * 1024 + 17);
    assert.equal(shown.properties.os_distro, "debian");
    assert.deepEqual(
      (await json<{ Name: string; Status: string }[]>("demo", "image", "list")).map(({ Name, Status }) => [Name, Status]),
      [["disk", "active"]],
    );
    const saved = join(cloud.directory, "saved.raw");
    assert.equal((await run("demo", "image", "save", "--file", saved, "disk")).code, 0);
    assert.ok(readFileSync(file).equals(readFileSync(saved)));
    assert.equal((await run("demo", "image", "set", "--name", "renamed", "--min-disk", "1", "--tag", "t1", made.id)).code, 0);
    assert.equal((await run("demo", "image", "delete", "renamed")).code, 0);
    assert.deepEqual(await json("demo", "image", "list"), []);
    assert.deepEqual(readdirSync(cloud.imageDirectory), ["incoming"]);
  });

  it("tells people what is wrong", async () => {
    const file = join(cloud.directory, "no-disk.qcow2");
    writeFileSync(file, "this is text");
    const created = await run("demo", "image", "create", "--file", file, "--disk-format", "qcow2", "--container-format", "bare", "bad");
    assert.notEqual(created.code, 0);
    assert.match(created.stderr, /not qcow2/);
    assert.deepEqual(readdirSync(join(cloud.imageDirectory, "incoming")), []);
    await run("demo", "image", "delete", "bad");
    assert.match((await run("demo", "user", "list")).stderr, /not authorized.*403/s);
    assert.match((await run("demo", "image", "create", "--public", "x")).stderr, /403/);
    assert.match((await run("demo", "image", "show", "nothing")).stderr, /No Image found for nothing/);
  });
});
