// The self-test's client: what it asks for before it sends anything.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { OpenStack } from "./openstack.ts";
import { selftestCommand } from "./selftest.ts";

/** Answers a login, and tells who came. */
async function keystone() {
  let body = "";
  const server = createServer((request, response) => {
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => response.writeHead(201, { "x-subject-token": "t" }).end(JSON.stringify({ token: { catalog: [] } })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const login = () => {
    const { auth } = JSON.parse(body);
    return { user: auth.identity.password.user.name, project: auth.scope.project.name };
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, login, stop: () => void server.close() };
}

const quiet = { readSettings: async () => undefined, print: () => undefined, complain: () => undefined };

describe("kumulus selftest", () => {
  it("names the variable that is missing", () =>
    assert.rejects(OpenStack.login({ OS_USERNAME: "u", OS_PASSWORD: "p" }), /OS_PROJECT_NAME is not set/));

  it("takes the user from a clouds.yaml, and what the environment says before that", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "kumulus-clouds-")), "clouds.yaml");
    const auth = { auth_url: "http://nobody.invalid", username: "u", password: "p", project_name: "x" };
    writeFileSync(file, JSON.stringify({ clouds: { kumulus: { auth } } }));
    const env = { OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: "kumulus" };
    await assert.rejects(OpenStack.login({ ...env, OS_CLOUD: "other" }), /has no cloud other/);
    const { url, login, stop } = await keystone();
    try {
      await OpenStack.login({ ...env, OS_AUTH_URL: url, OS_USERNAME: "v" });
      assert.deepEqual(login(), { user: "v", project: "x" });
    } finally {
      stop();
      rmSync(dirname(file), { recursive: true });
    }
  });

  it("refuses a time that is none", () => assert.rejects(selftestCommand(["--timeout", "soon"], quiet), /--timeout soon/));

  it("says where nobody answers a login", () =>
    assert.rejects(
      OpenStack.login({ OS_AUTH_URL: "http://127.0.0.1:1", OS_USERNAME: "u", OS_PASSWORD: "p", OS_PROJECT_NAME: "x" }),
      TypeError,
    ));
});
