// Which port a network has for its guests' way to the metadata service.
import assert from "node:assert/strict";
import { network, port, subnet } from "../testing/objects.ts";
import { desiredMetadataPort, isMetadataPort } from "./metadata-port.ts";

const net = network("net", {});
const four = subnet("four", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
const off = subnet("off", { networkRef: { name: "net" }, cidr: "10.8.0.0/24", enableDHCP: false });
const six = subnet("six", { networkRef: { name: "net" }, cidr: "2001:db8::/64" });
const pending = { ...subnet("pending", { networkRef: { name: "net" }, cidr: "10.7.0.0/24" }), status: {} };
const going = { ...four, metadata: { ...four.metadata, name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" } };

describe("metadata port", () => {
  it("has an address of each IPv4 subnet with DHCP that is in force", () => {
    const made = desiredMetadataPort(net, [six, off, pending, going, four]);
    assert.deepEqual(made?.spec.fixedIPs, [{ subnetRef: { name: "four" } }]);
    assert.deepEqual([made?.spec.deviceOwner, made?.spec.deviceID], ["network:distributed", "ovnmeta-net-id"]);
    assert.deepEqual(made?.metadata.finalizers, ["network.kumulus.cloud/port"]);
    assert.ok(made && isMetadataPort(made));
  });

  it("is not there where nobody is told the way", () => assert.equal(desiredMetadataPort(net, [six, off, pending, going]), undefined));

  it("is no port of another name or project that only says so", () => {
    const spec = { networkRef: { name: "net" }, deviceOwner: "network:distributed" };
    assert.equal(isMetadataPort(port("mine", spec)), false);
    const { name = "" } = desiredMetadataPort(net, [four])?.metadata ?? {};
    assert.equal(isMetadataPort(port(name, spec)), true);
    assert.equal(isMetadataPort(port(name, { ...spec, networkRef: { name: "net", namespace: "theirs" } })), false);
  });
});
