// NetworkAttachmentDefinitions as ovs-cni reads them.
import assert from "node:assert/strict";
import { nadKey, parsePlugConfig, podInterfaceName, tapName } from "./nad.ts";

const port = "3f2b8a10-1111-4222-8333-444455556666";

describe("parsePlugConfig", () => {
  it("reads what the Port controller writes", () =>
    assert.deepEqual(
      parsePlugConfig(
        "n",
        JSON.stringify({ type: "ovs", bridge: "br-int", mtu: 1442, args: { cni: { ovnPort: port, mac: "fa:16:3e:00:00:01" } } }),
      ),
      { bridge: "br-int", port, mtu: 1442, mac: "fa:16:3e:00:00:01" },
    ));
  it("takes args.cni in any case, and br-int without a bridge", () =>
    assert.deepEqual(parsePlugConfig("n", JSON.stringify({ type: "ovs", args: { cni: { OVNPort: "p" } } })), {
      bridge: "br-int",
      port: "p",
      mtu: 1500,
    }));
  for (const [why, config, words] of [
    ["not JSON", "{", /not JSON/],
    ["another plugin", '{"type":"bridge"}', /"bridge" is not served/],
    ["no port", '{"type":"ovs"}', /ovnPort is missing/],
  ] as const)
    it(`refuses ${why}`, () => assert.throws(() => parsePlugConfig("n", config), words));
});

describe("names", () => {
  it("a tap carries the start of the port's id, in 15 bytes", () => {
    assert.equal(tapName(port), "tap3f2b8a10-11");
    assert.equal(tapName("some other name").length, 14);
  });
  it("the pod interface is KubeVirt's", () => assert.equal(podInterfaceName("port-aaaa1111"), "pod5415943a510"));
  it("a network name may carry a namespace", () => {
    assert.deepEqual(nadKey("n", "mine"), { name: "n", namespace: "mine" });
    assert.deepEqual(nadKey("other/n", "mine"), { name: "n", namespace: "other" });
  });
});
