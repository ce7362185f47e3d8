// What is sent to the database for a difference between wanted and actual rows.
import assert from "node:assert/strict";
import type { ColumnType } from "../../../clients/ovsdb/codec.ts";
import type { DatabaseSchema } from "../../../clients/ovsdb/schema.ts";
import { memberRepairs } from "../audit/members.ts";
import { type DesiredRow, rowOperations, rowUuid } from "./rows.ts";
import type { NorthboundRow, SwitchPortRow } from "./tables.ts";

const owner = { kind: "Port", namespace: "ns", name: "one" };
const keys = { "kumulus:kind": "Port", "kumulus:namespace": "ns", "kumulus:name": "one" };
const many = Number.POSITIVE_INFINITY;
const text: ColumnType = { key: "string", min: 1, max: 1 };
const map: ColumnType = { key: "string", value: "string", min: 0, max: many };
const schema: DatabaseSchema = new Map([
  [
    "Logical_Switch",
    new Map([
      ["name", text],
      ["external_ids", map],
    ]),
  ],
  [
    "Logical_Switch_Port",
    new Map([
      ["name", text],
      ["addresses", { key: "string", min: 0, max: many }],
      ["external_ids", map],
    ]),
  ],
]);

const port = (more: Partial<DesiredRow> = {}): DesiredRow => ({
  table: "Logical_Switch_Port",
  uuid: "port",
  parent: "switch",
  groups: ["g1"],
  columns: { name: "p", addresses: ["b", "a"], external_ids: { x: "1" } },
  ...more,
});
const stored: NorthboundRow = {
  _uuid: "port",
  name: "p",
  addresses: ["a", "b"],
  external_ids: { x: "1", ...keys, "kumulus:parent": "switch", "kumulus:groups": "g1" },
};

function operations(desired: readonly DesiredRow[], rows: readonly NorthboundRow[]) {
  const byUuid = new Map(rows.map((row) => [row._uuid, row]));
  const current = rows.map((row) => ({ table: "Logical_Switch_Port", row }));
  return rowOperations(owner, desired, current, { schema, byUuid: (_, uuid) => byUuid.get(uuid) }).map((operation) => {
    if (operation.op === "mutate") return `${operation.table} ${operation.where[0]?.[2]} ${operation.mutations[0]?.slice(0, 2).join(" ")}`;
    return "table" in operation ? `${operation.op} ${operation.table}` : operation.op;
  });
}

describe("row operations", () => {
  it("nothing is sent for what is there, in whatever order", () => assert.deepEqual(operations([port()], [stored]), []));

  it("a new row is held by its parent, which must exist, and joins its groups", () =>
    assert.deepEqual(operations([port()], []), [
      "wait Logical_Switch",
      "insert Logical_Switch_Port",
      "Logical_Switch switch ports insert",
      "Port_Group g1 ports insert",
    ]));

  it("a parent that is made in the same transaction is not waited for", () => {
    const parent: DesiredRow = { table: "Logical_Switch", uuid: "switch", columns: { name: "s" } };
    assert.deepEqual(operations([parent, port({ groups: [] })], []), [
      "insert Logical_Switch",
      "insert Logical_Switch_Port",
      "Logical_Switch switch ports insert",
    ]);
  });

  it("only what differs is updated", () => {
    const [update] = rowOperations(owner, [port({ columns: { name: "q", addresses: ["a", "b"], external_ids: { x: "1" } } })], [], {
      schema,
      byUuid: () => stored,
    });
    assert.deepEqual(update && "row" in update && update.row, { name: "q" });
  });

  it("groups are left and joined one by one", () =>
    assert.deepEqual(operations([port({ groups: ["g2"] })], [stored]), [
      "update Logical_Switch_Port",
      "Port_Group g1 ports delete",
      "Port_Group g2 ports insert",
    ]));

  it("a row that moves leaves its old parent", () =>
    assert.deepEqual(operations([port({ parent: "other" })], [stored]), [
      "update Logical_Switch_Port",
      "Logical_Switch switch ports delete",
      "wait Logical_Switch",
      "Logical_Switch other ports insert",
    ]));

  it("a row that nobody wants leaves its parent", () => assert.deepEqual(operations([], [stored]), ["Logical_Switch switch ports delete"]));

  it("UUIDs tell tables, ids and roles apart and never change", () => {
    assert.equal(rowUuid("NAT", "a"), rowUuid("NAT", "a"));
    assert.equal(new Set([rowUuid("NAT", "a"), rowUuid("ACL", "a"), rowUuid("NAT", "b"), rowUuid("NAT", "a", "x")]).size, 4);
  });
});

describe("membership repairs", () => {
  const one = { ...stored, name: "p" } as SwitchPortRow;
  const groups = (entries: [string, string[]][]) => new Map(entries.map(([group, ports]) => [group, new Set(ports)]));

  it("lost members join again, strangers leave, right ones stay", () => {
    assert.deepEqual(
      memberRepairs(
        [one],
        groups([
          ["g1", ["port", "not-ours"]],
          ["g2", []],
        ]),
      ),
      [],
    );
    const repairs = memberRepairs(
      [one],
      groups([
        ["g1", []],
        ["g2", ["port"]],
      ]),
    );
    assert.deepEqual(
      repairs.map((repair) => repair.op === "mutate" && [repair.where[0]?.[2], repair.mutations[0]?.[1]]),
      [
        ["g2", "delete"],
        ["g1", "insert"],
      ],
    );
  });

  it("a group that is not there yet is no repair", () => assert.deepEqual(memberRepairs([one], groups([])), []));
});
