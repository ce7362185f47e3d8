// Rules of ports.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { portRules } from "./port.ts";

const net = make.network("net");
const sub = make.subnet("sub", { networkRef: { name: "net" }, cidr: "10.0.0.0/24" });
const elsewhere = make.subnet("elsewhere", { networkRef: { name: "other" }, cidr: "10.1.0.0/24" });
const foreign = (spec: Parameters<typeof make.network>[1]) => make.network("theirs", spec, { namespace: "other" });
const mac = "fa:16:3e:00:00:01";
const group = make.securityGroup("group");

type Spec = Parameters<typeof make.port>[1];
const port = (spec: Spec) => make.port("port", { networkRef: { name: "net" }, ...spec });
const theirs = { networkRef: { name: "theirs", namespace: "other" } };

describe("port rules", () => {
  const creates: [string, Spec, readonly KubeObject[], string][] = [
    ["plain", {}, [net], "fine"],
    ["on no network", {}, [], "404 NetworkNotFound"],
    ["on a foreign network", theirs, [foreign({})], "404 NetworkNotFound"],
    ["on a shared network", theirs, [foreign({ shared: true })], "fine"],
    ["on a foreign external network", theirs, [foreign({ external: true })], "403 NotAuthorized"],
    ["a floating IP's on an external network", { ...theirs, deviceOwner: "network:floatingip" }, [foreign({ external: true })], "fine"],
    [
      "a router's on an internal foreign network",
      { ...theirs, deviceOwner: "network:router_gateway" },
      [foreign({})],
      "404 NetworkNotFound",
    ],
    ["with an address", { fixedIPs: [{ subnetRef: { name: "sub" }, ipAddress: "10.0.0.7" }] }, [net, sub], "fine"],
    [
      "with an address outside",
      { fixedIPs: [{ subnetRef: { name: "sub" }, ipAddress: "10.0.1.7" }] },
      [net, sub],
      "400 InvalidIpForSubnet",
    ],
    ["with an address of no subnet", { fixedIPs: [{ ipAddress: "10.0.1.7" }] }, [net, sub], "400 InvalidIpForNetwork"],
    ["on no subnet", { fixedIPs: [{ subnetRef: { name: "none" } }] }, [net, sub], "404 SubnetNotFound"],
    ["on another network's subnet", { fixedIPs: [{ subnetRef: { name: "elsewhere" } }] }, [net, sub, elsewhere], "400 InvalidInput"],
    ["with a free MAC", { macAddress: mac }, [net], "fine"],
    [
      "with a MAC that a port asks for",
      { macAddress: mac.toUpperCase() },
      [net, make.port("p", { networkRef: { name: "net" }, macAddress: mac })],
      "409 MacAddressInUse",
    ],
    [
      "with a MAC that a port has",
      { macAddress: mac },
      [net, make.port("p", { networkRef: { name: "net" } }, { status: { macAddress: mac } })],
      "409 MacAddressInUse",
    ],
    [
      "with a MAC of another network",
      { macAddress: mac },
      [net, make.port("p", { networkRef: { name: "other" }, macAddress: mac })],
      "fine",
    ],
    ["with a group", { securityGroupRefs: [{ name: "group" }] }, [net, group], "fine"],
    ["with no such group", { securityGroupRefs: [{ name: "group" }] }, [net], "404 SecurityGroupNotFound"],
    [
      "groups without security",
      { securityGroupRefs: [{ name: "group" }], portSecurityEnabled: false },
      [net, group],
      "400 PortSecurityAndIPRequiredForSecurityGroups",
    ],
    [
      "groups without addresses",
      { securityGroupRefs: [{ name: "group" }], fixedIPs: [] },
      [net, group],
      "400 PortSecurityAndIPRequiredForSecurityGroups",
    ],
    [
      "pairs without security",
      { allowedAddressPairs: [{ ipAddress: "10.0.0.9" }], portSecurityEnabled: false },
      [net],
      "409 AddressPairAndPortSecurityRequired",
    ],
  ];
  for (const [title, spec, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => assert.equal(outcome(portRules.create?.(port(spec), viewOf(...objects))), expected));
  }

  const ofRouter = (deviceOwner: string) => port({ deviceOwner, deviceID: "router", fixedIPs: [{ subnetRef: { name: "sub" } }] });
  const joined = make.router("router", { interfaces: [{ subnetRef: { name: "sub" } }] });
  const removals: [string, ReturnType<typeof port>, readonly KubeObject[], string][] = [
    ["a guest's", port({ deviceOwner: "compute:nova", deviceID: "vm" }), [], "fine"],
    ["a router's interface", ofRouter("network:router_interface"), [joined], "409 ServicePortInUse"],
    ["an interface that the router gave up", ofRouter("network:router_interface"), [make.router("router", { interfaces: [] })], "fine"],
    [
      "an interface of a router that is going",
      ofRouter("network:router_interface"),
      [make.router("router", joined.spec, { leaving: true })],
      "fine",
    ],
    ["an interface of no router", ofRouter("network:router_interface"), [], "fine"],
    [
      "a gateway",
      ofRouter("network:router_gateway"),
      [make.router("router", { externalGateway: { networkRef: { name: "net" } } })],
      "409 ServicePortInUse",
    ],
    ["a gateway given up", ofRouter("network:router_gateway"), [joined], "fine"],
    [
      "a floating IP's",
      port({ deviceOwner: "network:floatingip", deviceID: "fip" }),
      [make.floatingIP("fip", { networkRef: { name: "net" } })],
      "409 ServicePortInUse",
    ],
  ];
  for (const [title, one, objects, expected] of removals) {
    it(`delete ${title}: ${expected}`, () => assert.equal(outcome(portRules.remove?.(one, viewOf(net, sub, ...objects))), expected));
  }
});
