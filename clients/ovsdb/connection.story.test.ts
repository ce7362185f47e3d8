// The client with servers that are old, silent, followers or behind TLS: real ovsdb-servers, one of them behind a relay that forgets methods.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { createOvsdbClient, type OvsdbOptions } from "./client.ts";
import { jsonStream } from "./json-stream.ts";
import { whereUuid } from "./operations.ts";
import { type DatabaseServer, northboundSchema, startDatabaseServer } from "./testing/database-server.ts";

interface Switch {
  _uuid: string;
  name: string;
  other_config: Record<string, string>;
}

/** Relays to `target` and answers `unknown method` for some methods, as an older server does. */
function startForgetfulRelay(path: string, target: string, forgotten: readonly string[]): Server {
  return createServer((client) => {
    const upstream = connect(target.replace("unix:", ""));
    const parse = jsonStream();
    upstream.pipe(client);
    client.on("data", (chunk) => {
      for (const message of parse(chunk) as { id: unknown; method?: string }[]) {
        if (!forgotten.includes(message.method ?? "")) upstream.write(JSON.stringify(message));
        else client.write(JSON.stringify({ id: message.id, result: null, error: "unknown method" }));
      }
    });
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  }).listen(path);
}

describe("ovsdb client connection", () => {
  let server: DatabaseServer;
  let stop: AbortController;
  const client = (options: Partial<OvsdbOptions> = {}) =>
    createOvsdbClient({
      remotes: [server.remote],
      database: "OVN_Northbound",
      tables: { Logical_Switch: { columns: ["name", "other_config"] } },
      signal: stop.signal,
      backoffMs: { first: 20, longest: 100 },
      ...options,
    });

  beforeEach(async () => {
    stop = new AbortController();
    server = await startDatabaseServer(northboundSchema);
  });
  afterEach(async () => {
    stop.abort();
    await server.stop();
  });

  for (const forgotten of [["monitor_cond_since"], ["monitor_cond_since", "monitor_cond", "set_db_change_aware"]]) {
    it(`falls back where the server lacks ${forgotten.join(", ")}`, async () => {
      const path = join(server.directory, "old");
      const relay = startForgetfulRelay(path, server.remote, forgotten);
      try {
        const old = client({ remotes: [`unix:${path}`] });
        await old.whenSynced(5000);
        const [made] = await old.transact([
          { op: "insert", table: "Logical_Switch", row: { name: "a", other_config: { x: "1", y: "2" } } },
        ]);
        const uuid = made?.uuid ?? "";
        await old.transact([{ op: "update", table: "Logical_Switch", where: whereUuid(uuid), row: { other_config: { y: "3" } } }]);
        assert.deepEqual(old.byUuid<Switch>("Logical_Switch", uuid), { _uuid: uuid, name: "a", other_config: { y: "3" } });
        await old.transact([{ op: "delete", table: "Logical_Switch", where: whereUuid(uuid) }]);
        assert.deepEqual(old.rows("Logical_Switch"), []);
      } finally {
        relay.close();
      }
    });
  }

  it("notices a server that has stopped answering, and is answered again when it goes on", async () => {
    const probing = client({ probeMs: 700 });
    await probing.whenSynced(5000);
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    assert.ok(probing.synced, "an idle server answers the probes");
    process.kill(server.pid, "SIGSTOP");
    const lost = probing.transact([{ op: "comment", comment: "never answered" }]);
    await assert.rejects(lost, { code: "Unavailable" });
    process.kill(server.pid, "SIGCONT");
    await probing.whenSynced(5000);
  });

  it("resumes from the last transaction when only the connection was cut", async () => {
    // Only clustered databases remember transactions for those who come back.
    await server.stop();
    server = await startDatabaseServer(northboundSchema, { clustered: true });
    const path = join(server.directory, "relay");
    const relay = startForgetfulRelay(path, server.remote, []);
    const sockets = new Set<{ destroy(): void }>();
    relay.on("connection", (socket) => sockets.add(socket));
    const seen: { incremental?: boolean }[] = [];
    const log = { debug() {}, warn() {}, info: (fields: object) => void seen.push(fields) };
    const cut = client({ remotes: [`unix:${path}`], log });
    await cut.whenSynced(5000);
    await cut.transact([{ op: "insert", table: "Logical_Switch", row: { name: "a" } }]);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cut.transact([{ op: "insert", table: "Logical_Switch", row: { name: "b" } }]);
    relay.close();
    assert.deepEqual(
      seen.map((fields) => fields.incremental),
      [false, true],
    );
    assert.equal(cut.rows("Logical_Switch").length, 2);
  });

  it("closes for good when its signal aborts", async () => {
    const closing = client();
    await closing.whenSynced(5000);
    stop.abort();
    await assert.rejects(closing.transact([{ op: "comment", comment: "late" }], { timeoutMs: 1000 }), { code: "Unavailable" });
  });

  it("speaks TLS with both sides' certificates checked", async () => {
    const file = (name: string) => join(server.directory, name);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
    for (const name of ["ours", "theirs"]) {
      const subject = ["-subj", `/CN=${name}`, "-days", "1", "-nodes", "-newkey", "rsa:2048"];
      openssl("req", "-x509", ...subject, "-keyout", file(`${name}.key`), "-out", file(`${name}.crt`));
    }
    const add = ["-p", file("theirs.key"), "-c", file("theirs.crt"), "-C", file("ours.crt")];
    await server.kill();
    await server.start({ args: ["--remote=pssl:0:127.0.0.1", ...add] });
    const port = /listening on port (\d+)/.exec(readFileSync(file("log"), "utf8"))?.[1];
    const read = (name: string) => readFileSync(file(name), "utf8");
    const tls = { key: read("ours.key"), cert: read("ours.crt"), ca: read("theirs.crt") };
    const secure = client({ remotes: [`ssl:127.0.0.1:${port}`], tls });
    await secure.whenSynced(5000);
    await secure.transact([{ op: "insert", table: "Logical_Switch", row: { name: "tls" } }]);
    const stranger = client({ remotes: [`ssl:127.0.0.1:${port}`], tls: { ...tls, ca: tls.cert } });
    await assert.rejects(stranger.whenSynced(300), { code: "Unavailable" });
  });

  it("passes over a cluster's followers to the leader", async () => {
    const leader = await startDatabaseServer(northboundSchema, { clustered: true });
    const follower = await startDatabaseServer(northboundSchema, { joins: leader });
    try {
      const found = client({ remotes: [follower.remote, leader.remote] });
      await found.whenSynced(5000);
      await found.transact([{ op: "insert", table: "Logical_Switch", row: { name: "led" } }]);
      const following = client({ remotes: [follower.remote], leaderOnly: false });
      await following.whenSynced(5000);
      const strict = client({ remotes: [follower.remote] });
      await assert.rejects(strict.whenSynced(300), { code: "Unavailable" });
    } finally {
      await follower.stop();
      await leader.stop();
    }
  });
});
