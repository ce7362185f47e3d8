// Drift: what somebody or something else did to OVN or to IPAddresses is set right.
import assert from "node:assert/strict";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { type AnyRow, rowsOf, tenant } from "./testing/tenants.ts";
import { isReady, startWorld, until, type World } from "./testing/world.ts";

describe("the drift audit", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld({ auditMs: 1000, addressGraceMs: 500 });
  });
  after(() => world?.stop());

  it("the audit repairs rows, memberships and orphans, and rebuilds an emptied database", async () => {
    const ns = await tenant(world, "drift", "10.3.0.0/24");
    await world.create(Port, ns, "one", { networkRef: { name: "net" } });
    await world.create(Router, ns, "r", { interfaces: [{ subnetRef: { name: "sub" } }] });
    await world.settled(Port, ns, "one", isReady);
    await world.settled(Router, ns, "r", isReady);
    const before = world.rowsOf(ns);
    const owner = { kind: "Port", namespace: ns, name: "one" };
    const [row] = rowsOf(world, "Logical_Switch_Port", owner);
    const uuid = row?._uuid ?? "";
    await world.nb.transact([
      { op: "update", table: "Logical_Switch_Port", where: [["_uuid", "==", uuid]], row: { addresses: ["unknown"] } },
      { op: "mutate", table: "Port_Group", where: [], mutations: [["ports", "delete", [uuid]]] },
      { op: "delete", table: "DHCP_Options", where: [["cidr", "==", "10.3.0.0/24"]] },
      {
        op: "insert",
        table: "Logical_Switch",
        row: { name: "orphan", external_ids: { "kumulus:kind": "Network", "kumulus:namespace": ns, "kumulus:name": "ghost" } },
      },
      { op: "insert", table: "Logical_Switch", row: { name: "foreign" } },
    ]);
    const repaired = () =>
      JSON.stringify(world.rowsOf(ns)) === JSON.stringify(before) &&
      rowsOf(world, "Logical_Switch_Port", owner)[0]?.dhcpv4_options !== undefined;
    await until("the rows are as before", repaired);
    await until(
      "the addresses are as before",
      () => JSON.stringify(rowsOf(world, "Logical_Switch_Port", owner)[0]?.addresses) === JSON.stringify(row?.addresses),
    );
    const membersOf = async () => {
      const [found] = await world.nb.transact([
        { op: "select", table: "Port_Group", where: [["ports", "includes", [uuid]]], columns: ["name"] },
      ]);
      return found?.rows?.length;
    };
    for (let i = 0; i < 500 && (await membersOf()) !== 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await membersOf(), 2);
    assert.deepEqual(world.nb.rows<AnyRow>("Logical_Switch").filter((one) => one.name === "foreign").length, 1);

    await world.northbound.kill();
    await world.northbound.start({ empty: true });
    await until("everything is rebuilt", repaired, 20_000);
    for (let i = 0; i < 500 && (await membersOf()) !== 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await membersOf(), 2);
    await world.settled(Port, ns, "one", isReady);
  });

  it("an address whose port never was is collected", async () => {
    const ns = await tenant(world, "orphan", "10.2.0.0/24");
    await world.create(IPAddress, ns, "sub.10.2.0.9", { subnetRef: { name: "sub" }, address: "10.2.0.9", portRef: { name: "never" } });
    await world.gone(IPAddress, ns, "sub.10.2.0.9");
  });
});
