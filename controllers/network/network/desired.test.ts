// What a Network becomes in OVN.
import assert from "node:assert/strict";
import { network } from "../testing/objects.ts";
import { columns, pick } from "../testing/rows.ts";
import { desiredNetworkRows, mtuOf } from "./desired.ts";

const settings = { tenantMTU: 1442, providerMTU: 1500, addressGraceMs: 1000, random: () => 0 };
const net = network("net", {});
describe("network → OVN", () => {
  it("a tenant network is one logical switch", () => {
    const rows = desiredNetworkRows(net, mtuOf(net, settings));
    assert.deepEqual(
      rows.map((row) => [row.table, row.columns.name, row.columns.external_ids?.["neutron:mtu"]]),
      [["Logical_Switch", "neutron-net-id", "1442"]],
    );
  });

  it("a flat or VLAN network has a localnet port besides", () => {
    const cases = [
      [{ networkType: "flat", physicalNetwork: "physnet1" } as const, undefined],
      [{ networkType: "vlan", physicalNetwork: "physnet1", segmentationID: 7 } as const, 7],
    ] as const;
    for (const [provider, tag] of cases) {
      const provided = network("out", { external: true, provider });
      const [row] = pick(desiredNetworkRows(provided, mtuOf(provided, settings)), "Logical_Switch_Port");
      assert.deepEqual(columns(row, "name", "type", "addresses", "tag_request"), ["provnet-out-id", "localnet", ["unknown"], tag]);
      assert.equal(columns(row?.options as object, "network_name")[0], "physnet1");
    }
  });
});
