// The client against a real ovsdb-server: transactions, changes, and servers that die under it.
import assert from "node:assert/strict";
import { isCode } from "../../domain/errors.ts";
import { createOvsdbClient, type OvsdbClient, type OvsdbOptions } from "./client.ts";
import { namedUuid } from "./codec.ts";
import { whereUuid } from "./operations.ts";
import type { RowChange } from "./store.ts";
import { type DatabaseServer, northboundSchema, startDatabaseServer } from "./testing/database-server.ts";

interface Switch {
  _uuid: string;
  name: string;
  ports: string[];
  external_ids: Record<string, string>;
}
const tables: OvsdbOptions["tables"] = { Logical_Switch: { indexes: { name: (row) => [String(row.name)] } }, Logical_Switch_Port: {} };

function connect(server: DatabaseServer, signal: AbortSignal): OvsdbClient {
  return createOvsdbClient({
    remotes: [server.remote],
    database: "OVN_Northbound",
    tables,
    signal,
    backoffMs: { first: 20, longest: 200 },
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const clustered of [false, true]) {
  describe(`ovsdb client on a ${clustered ? "clustered" : "standalone"} database`, () => {
    let server: DatabaseServer;
    let stop: AbortController;
    let client: OvsdbClient;

    before(async () => {
      server = await startDatabaseServer(northboundSchema, { clustered });
    });
    after(() => server.stop());
    beforeEach(async () => {
      stop = new AbortController();
      client = connect(server, stop.signal);
      await client.whenSynced(5000);
    });
    afterEach(async () => {
      const all = client.rows<Switch>("Logical_Switch");
      await client.transact(all.map((row) => ({ op: "delete", table: "Logical_Switch", where: whereUuid(row._uuid) })));
      stop.abort();
    });

    it("shows a transaction's rows when it resolves, by UUID and by index", async () => {
      const [, port, made] = await client.transact([
        { op: "comment", comment: "test" },
        { op: "insert", table: "Logical_Switch_Port", row: { name: "p1", up: true }, name: "port" },
        {
          op: "insert",
          table: "Logical_Switch",
          row: { name: "one", ports: [namedUuid("port")], external_ids: { "kumulus:kind": "Network" } },
        },
      ]);
      const row = client.byUuid<Switch>("Logical_Switch", made?.uuid ?? "");
      assert.deepEqual([row?.name, row?.ports, row?.external_ids], ["one", [port?.uuid], { "kumulus:kind": "Network" }]);
      assert.deepEqual(client.byIndex<Switch>("Logical_Switch", "name", "one"), [row]);
      assert.equal(client.byUuid<{ up?: boolean }>("Logical_Switch_Port", port?.uuid ?? "")?.up, true);
      const [selected] = await client.transact([
        { op: "select", table: "Logical_Switch", where: [["name", "==", "one"]], columns: ["ports"] },
      ]);
      assert.deepEqual(selected?.rows, [{ ports: [port?.uuid] }]);
    });

    it("keeps a given UUID, mutates sets and maps, and tells each change once", async () => {
      const uuid = "0a4b5d4e-6a4f-4c6e-9e41-3d52b8f0a111";
      const seen: RowChange<Switch>[] = [];
      client.onChange<Switch>("Logical_Switch", (change) => seen.push(change));
      await client.transact([{ op: "insert", table: "Logical_Switch", uuid, row: { name: "two", external_ids: { a: "1", b: "2" } } }]);
      await client.transact([
        {
          op: "mutate",
          table: "Logical_Switch",
          where: whereUuid(uuid),
          mutations: [
            ["external_ids", "delete", ["a"]],
            ["external_ids", "insert", { c: "3" }],
          ],
        },
      ]);
      await client.transact([{ op: "update", table: "Logical_Switch", where: whereUuid(uuid), row: { name: "deux" } }]);
      await client.transact([{ op: "delete", table: "Logical_Switch", where: whereUuid(uuid) }]);
      assert.deepEqual(
        seen.map((change) => [change.type, change.row.name, change.row.external_ids]),
        [
          ["insert", "two", { a: "1", b: "2" }],
          ["update", "two", { b: "2", c: "3" }],
          ["update", "deux", { b: "2", c: "3" }],
          ["delete", "deux", { b: "2", c: "3" }],
        ],
      );
    });

    it("rejects a transaction as a whole, with the database's reason", async () => {
      const insert = { op: "insert", table: "Logical_Switch", row: { name: "three" } } as const;
      const where = whereUuid("0a4b5d4e-6a4f-4c6e-9e41-3d52b8f0a112");
      await assert.rejects(
        client.transact([insert, { op: "wait", table: "Logical_Switch", where, columns: ["name"], until: "==", rows: [{ name: "x" }] }]),
        (error) => isCode(error, "Conflict") && error.reason === "timed out",
      );
      const port = { op: "insert", table: "Logical_Switch_Port", row: { name: "twice" } } as const;
      await assert.rejects(
        client.transact([
          { ...port, name: "a" },
          { ...port, name: "b" },
          { op: "insert", table: "Logical_Switch", row: { name: "x", ports: [namedUuid("a"), namedUuid("b")] } },
        ]),
        (error) => isCode(error, "Conflict") && error.reason === "constraint violation",
      );
      await assert.rejects(client.transact([{ op: "insert", table: "Logical_Switch", row: { nonsense: 1 } }]), (error) =>
        isCode(error, "Invalid"),
      );
      await assert.rejects(client.transact([{ op: "insert", table: "Logical_Switch", row: { name: 1 } }]), (error) =>
        isCode(error, "Invalid"),
      );
      assert.deepEqual(client.rows("Logical_Switch"), []);
    });

    it("comes back after the server was killed: changes made meanwhile by others are seen once, nothing else", async () => {
      const rows = ["stays", "changes", "goes"].map((name) => ({ op: "insert", table: "Logical_Switch", row: { name } }) as const);
      const made = await client.transact(rows);
      const [, changes, goes] = made.map((result) => result.uuid ?? "");
      const seen: RowChange<Switch>[] = [];
      client.onChange<Switch>("Logical_Switch", (change) => seen.push(change));
      await server.kill();
      await until(() => !client.synced, "the loss is noticed");
      const queued = client.transact([{ op: "insert", table: "Logical_Switch", row: { name: "queued" } }]);
      await server.start();
      await client.whenSynced(5000);
      await queued;
      const other = new AbortController();
      const second = connect(server, other.signal);
      await second.whenSynced(5000);
      await second.transact([
        { op: "update", table: "Logical_Switch", where: whereUuid(changes ?? ""), row: { name: "changed" } },
        { op: "delete", table: "Logical_Switch", where: whereUuid(goes ?? "") },
      ]);
      other.abort();
      await until(() => seen.length === 3, "three changes");
      assert.deepEqual(seen.map((change) => `${change.type} ${change.row.name}`).sort(), [
        "delete goes",
        "insert queued",
        "update changed",
      ]);
      assert.deepEqual(
        client
          .rows<Switch>("Logical_Switch")
          .map((row) => row.name)
          .sort(),
        ["changed", "queued", "stays"],
      );
    });

    it("sees everything gone when the server comes back empty", async () => {
      await client.transact([{ op: "insert", table: "Logical_Switch", row: { name: "lost" } }]);
      const seen: string[] = [];
      client.onChange<Switch>("Logical_Switch", (change) => seen.push(`${change.type} ${change.row.name}`));
      await server.kill();
      await server.start({ empty: true });
      await until(() => seen.length > 0, "the deletion");
      assert.deepEqual(seen, ["delete lost"]);
      assert.deepEqual(client.byIndex("Logical_Switch", "name", "lost"), []);
    });
  });
}
