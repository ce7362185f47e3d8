// Which networks of the southbound database have guests on a chassis.
import assert from "node:assert/strict";
import { type BindingRow, localNetworks } from "./local-networks.ts";

const row = (port: string, network: string, more: Partial<BindingRow> = {}): BindingRow => ({
  _uuid: port,
  logical_port: port,
  type: "",
  mac: [],
  external_ids: { "neutron:network_id": network },
  ...more,
});
const metadata = (network: string, ids: Record<string, string> = {}): BindingRow =>
  row(`meta-${network}`, network, {
    type: "localport",
    mac: ["fa:16:3e:00:00:01 10.9.0.254 10.8.0.254"],
    external_ids: {
      "neutron:network_id": network,
      "neutron:device_owner": "network:distributed",
      "neutron:cidrs": "10.9.0.254/24 10.8.0.254/25",
      "neutron:mtu": "1442",
      ...ids,
    },
  });
const here = { chassis: "c1" };
const idsOf = (...rows: BindingRow[]) => [...localNetworks(rows, "c1").keys()];

describe("networks with guests on this node", () => {
  it("have what their namespace is made of", () => {
    const expected = { id: "a", logicalPort: "meta-a", mac: "fa:16:3e:00:00:01", addresses: ["10.9.0.254/24", "10.8.0.254/25"], mtu: 1442 };
    assert.deepEqual(localNetworks([row("vm", "a", here), row("vm2", "a", here), metadata("a")], "c1"), new Map([["a", expected]]));
  });

  const cases: [why: string, rows: BindingRow[]][] = [
    ["the guest is elsewhere", [row("vm", "a", { chassis: "c2" }), metadata("a")]],
    ["the guest is nowhere", [row("vm", "a"), metadata("a")]],
    ["only a router's gateway is here", [row("cr-lrp", "a", { type: "chassisredirect", ...here }), metadata("a")]],
    ["the guest is on another network", [row("vm", "b", here), metadata("a")]],
    ["there is no metadata port", [row("vm", "a", here)]],
    ["the metadata port has no address yet", [row("vm", "a", here), metadata("a", { "neutron:cidrs": "" })]],
    ["the localport is another's", [row("vm", "a", here), metadata("a", { "neutron:device_owner": "health" })]],
  ];
  for (const [why, rows] of cases) it(`are none where ${why}`, () => assert.deepEqual(idsOf(...rows), []));
});
