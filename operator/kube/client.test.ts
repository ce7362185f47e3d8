// The client against a scripted HTTP server: what is repeated and what never is, errors, connections, rotated tokens.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KumulusError } from "../../domain/errors.ts";
import { type ApiClient, kubeClient } from "./client.ts";
import { type Connection, connect } from "./connection.ts";
import { ConfigMap, Namespace } from "./core-kinds.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { objectPath, withQuery } from "./path.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const cut: Answer = (request) => request.socket.destroy();
const object: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };

describe("kubeClient", () => {
  let directory: string;
  let server: Server;
  let connection: Connection;
  let client: ApiClient;
  let script: Answer[] = [];
  let fallback: Answer = json(200, object);
  let requests: { method: string; url: string; authorization: string }[] = [];
  let sockets = 0;
  const tokenFile = () => join(directory, "token");

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "kumulus-client-"));
    server = createServer((request, response) => {
      request.resume();
      requests.push({ method: request.method ?? "", url: request.url ?? "", authorization: request.headers.authorization ?? "" });
      (script.shift() ?? fallback)(request, response);
    }).listen(0, "127.0.0.1");
    server.on("connection", () => {
      sockets += 1;
    });
    await once(server, "listening");
    writeFileSync(tokenFile(), "first\n");
    const named = {
      name: "x",
      context: { cluster: "x", user: "x" },
      cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/` },
      user: { tokenFile: "token" },
    };
    writeFileSync(
      join(directory, "config"),
      JSON.stringify({ "current-context": "x", contexts: [named], clusters: [named], users: [named] }),
    );
    connection = connect(join(directory, "config"));
    client = kubeClient(connection);
  });
  after(async () => {
    await connection.close();
    server.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    requests = [];
    script = [];
    fallback = json(200, object);
  });

  const key = { name: "a", namespace: "ns" };

  it("keeps the base path and says who it is", async () => {
    await client.get(ConfigMap, key);
    assert.deepEqual(requests, [{ method: "GET", url: "/base/api/v1/namespaces/ns/configmaps/a", authorization: "Bearer first" }]);
  });

  it("reads a refused token again, once", async () => {
    writeFileSync(tokenFile(), "second\n");
    script = [json(401, { kind: "Status", message: "Unauthorized" })];
    await client.get(ConfigMap, key);
    assert.deepEqual(
      requests.map(({ authorization }) => authorization),
      ["Bearer first", "Bearer second"],
    );
    fallback = json(401, { kind: "Status", message: "Unauthorized" });
    await assert.rejects(client.get(ConfigMap, key), { code: "Unauthorized" });
    assert.equal(requests.length, 4);
  });

  it("waits out 429, repeats a lost read, never a lost write", async () => {
    script = [json(429, {}, { "retry-after": "0.05" })];
    await client.create(ConfigMap, object);
    assert.equal(requests.length, 2);
    script = [cut, cut];
    await client.get(ConfigMap, key);
    assert.equal(requests.length, 5);
    script = [cut];
    await assert.rejects(client.create(ConfigMap, object), { code: "Unavailable" });
    assert.equal(requests.length, 6);
    script = [json(500, { kind: "Status", message: "etcd is away" })];
    await assert.rejects(client.get(ConfigMap, key), { code: "Unavailable", message: "etcd is away" });
  });

  it("turns a refused connection and broken JSON into Unavailable", async () => {
    fallback = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{");
    await assert.rejects(client.create(ConfigMap, object), (error) => error instanceof KumulusError && error.code === "Unavailable");
    const closed = connect(join(directory, "config"));
    await closed.close();
    await assert.rejects(kubeClient(closed).create(ConfigMap, object), { code: "Unavailable" });
  });

  it("uses few connections for many calls", async () => {
    const before = sockets;
    await Promise.all(Array.from({ length: 200 }, () => client.get(ConfigMap, key)));
    assert.ok(sockets - before <= 16, `${sockets - before} connections`);
  });

  it("lists page by page and names the items' kind", async () => {
    const item = { metadata: { name: "a", namespace: "ns" } };
    script = [json(200, { items: [item], metadata: { continue: "more" } }), json(200, { items: [item], metadata: {} })];
    const all = await client.list(ConfigMap, { labelSelector: "a=b" });
    assert.deepEqual(
      all.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`),
      ["v1 ConfigMap", "v1 ConfigMap"],
    );
    assert.equal(requests[1]?.url, "/base/api/v1/configmaps?labelSelector=a%3Db&limit=500&continue=more");
  });

  it("takes an absent object as deleted, and tells one that stays", async () => {
    fallback = json(404, { kind: "Status", reason: "NotFound" });
    await client.delete(ConfigMap, key);
    fallback = json(200, { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    assert.equal((await client.delete(ConfigMap, key))?.metadata.name, "a");
    fallback = json(200, { kind: "Status", status: "Success" });
    assert.equal(await client.delete(ConfigMap, key), undefined);
  });

  it("refuses keys that would address something else", () => {
    assert.throws(() => objectPath(ConfigMap, { name: "a" }), TypeError);
    assert.throws(() => objectPath(ConfigMap, { name: "", namespace: "ns" }), TypeError);
    assert.equal(objectPath(Namespace, { name: "a/b" }, "status"), "/api/v1/namespaces/a%2Fb/status");
    assert.equal(withQuery("/x", { a: undefined, b: "", c: true }), "/x?c=true");
  });

  it("reads a kubeconfig in YAML, with files beside it", () => {
    const lines = ["current-context: y", "contexts: [{name: y, context: {cluster: y, user: y}}]"];
    lines.push(
      "clusters: [{name: y, cluster: {server: 'https://h:1', certificate-authority: ca.crt}}]",
      "users: [{name: y, user: {token: t}}]",
    );
    writeFileSync(join(directory, "yaml"), lines.join("\n"));
    const read = readKubeconfig(join(directory, "yaml"));
    assert.deepEqual([read.server, read.ca?.file, read.token?.data], ["https://h:1", join(directory, "ca.crt"), "t"]);
  });

  it("says what a kubeconfig lacks", () => {
    writeFileSync(join(directory, "bad"), JSON.stringify({ "current-context": "y", contexts: [] }));
    assert.throws(() => readKubeconfig(join(directory, "bad")), /bad has no context "y"/);
  });
});
