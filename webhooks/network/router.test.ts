// Rules of routers and floating IPs.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { floatingIPRules } from "./floating-ip.ts";
import { routerRules } from "./router.ts";

const outside = make.network("public", { external: true }, { namespace: "admin" });
const publicRef = { name: "public", namespace: "admin" };
const net = make.network("net");
const sub = make.subnet("sub", { networkRef: { name: "net" }, cidr: "10.0.0.0/24" });
const near = make.subnet("near", { networkRef: { name: "net" }, cidr: "10.0.0.0/16" });
const closed = make.subnet("closed", { networkRef: { name: "net" }, cidr: "10.5.0.0/24", disableGateway: true });
const theirs = make.subnet("theirs", { networkRef: { name: "their-net" }, cidr: "10.6.0.0/24" }, { namespace: "other" });
const theirNet = (shared: boolean) => make.network("their-net", { shared }, { namespace: "other" });
const port = make.port("port", { networkRef: { name: "net" } }, { status: { fixedIPs: [{ subnet: "sub", ipAddress: "10.0.0.7" }] } });
const world = [outside, net, sub, near, closed, theirs, port];

type Spec = Parameters<typeof make.router>[1];
const joins = (...names: string[]): Spec => ({ interfaces: names.map((name) => ({ subnetRef: { name } })) });
const theirRef = { interfaces: [{ subnetRef: { name: "theirs", namespace: "other" } }] };

describe("router rules", () => {
  const creates: [string, Spec, readonly KubeObject[], string][] = [
    ["empty", {}, [], "fine"],
    ["with a gateway", { externalGateway: { networkRef: publicRef } }, [], "fine"],
    ["with an internal gateway", { externalGateway: { networkRef: { name: "net" } } }, [], "400 BadRequest"],
    ["with no such gateway", { externalGateway: { networkRef: { name: "none" } } }, [], "404 NetworkNotFound"],
    ["on a subnet", joins("sub"), [], "fine"],
    ["on no such subnet", joins("none"), [], "404 SubnetNotFound"],
    ["on a subnet twice", joins("sub", "sub"), [], "400 BadRequest"],
    ["on a subnet and its port", { interfaces: [{ subnetRef: { name: "sub" } }, { portRef: { name: "port" } }] }, [], "400 BadRequest"],
    ["on overlapping subnets", joins("sub", "near"), [], "400 BadRequest"],
    ["on a subnet without gateway", joins("closed"), [], "400 BadRequest"],
    ["on a foreign subnet", theirRef, [theirNet(false)], "404 SubnetNotFound"],
    ["on a shared subnet", theirRef, [theirNet(true)], "fine"],
    ["on a port", { interfaces: [{ portRef: { name: "port" } }] }, [], "fine"],
    ["on no such port", { interfaces: [{ portRef: { name: "none" } }] }, [], "404 PortNotFound"],
    [
      "on a used port",
      { interfaces: [{ portRef: { name: "used" } }] },
      [make.port("used", { networkRef: { name: "net" }, deviceID: "vm" })],
      "409 PortInUse",
    ],
    ["with a route", { ...joins("sub"), routes: [{ destination: "10.8.0.0/16", nexthop: "10.0.0.9" }] }, [], "fine"],
    [
      "with a route to nowhere",
      { ...joins("sub"), routes: [{ destination: "10.8.0.0/16", nexthop: "10.9.0.9" }] },
      [],
      "400 InvalidRoutes",
    ],
    ["with a nonsense route", { routes: [{ destination: "x", nexthop: "10.9.0.9" }] }, [], "400 InvalidRoutes"],
  ];
  for (const [title, spec, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () =>
      assert.equal(outcome(routerRules.create?.(make.router("r", spec), viewOf(...world, ...objects))), expected));
  }

  const full = make.router("r", { ...joins("sub"), externalGateway: { networkRef: publicRef } });
  const fip = make.floatingIP("fip", { networkRef: publicRef, portRef: { name: "port" } });
  const routed = { routes: [{ destination: "10.8.0.0/16", nexthop: "10.0.0.9" }] };
  const changes: [string, Spec, Spec, readonly KubeObject[], string][] = [
    ["gateway taken from a floating IP", full.spec, joins("sub"), [fip], "409 RouterExternalGatewayInUseByFloatingIp"],
    ["gateway taken from nobody", full.spec, joins("sub"), [], "fine"],
    [
      "interface taken from a floating IP",
      full.spec,
      { externalGateway: { networkRef: publicRef } },
      [fip],
      "409 RouterInterfaceInUseByFloatingIP",
    ],
    ["interface taken from a route", { ...joins("sub"), ...routed }, routed, [], "409 RouterInterfaceInUseByRoute"],
    ["interface taken from nobody", full.spec, { externalGateway: { networkRef: publicRef } }, [], "fine"],
    ["interface added", {}, joins("sub"), [], "fine"],
    ["overlapping interface added", joins("near"), joins("near", "sub"), [], "400 BadRequest"],
  ];
  for (const [title, before, after, objects, expected] of changes) {
    it(`${title}: ${expected}`, () => {
      const verdict = routerRules.update?.(make.router("r", after), make.router("r", before), viewOf(...world, ...objects));
      assert.equal(outcome(verdict), expected);
    });
  }

  it("deletes no router with interfaces", () => {
    assert.equal(outcome(routerRules.remove?.(full, viewOf(...world))), "409 RouterInUse");
    assert.equal(outcome(routerRules.remove?.(make.router("r"), viewOf(...world))), "fine");
  });
});

describe("floating IP rules", () => {
  const bare = make.port("bare", { networkRef: { name: "net" }, fixedIPs: [] });
  const young = make.port("young", { networkRef: { name: "net" } });
  const six = make.port("six", { networkRef: { name: "net" } }, { status: { fixedIPs: [{ subnet: "s6", ipAddress: "2001:db8::7" }] } });
  const taken = make.floatingIP("other", { networkRef: publicRef, portRef: { name: "port" } });
  const creates: [string, Parameters<typeof make.floatingIP>[1], readonly KubeObject[], string][] = [
    ["free", { networkRef: publicRef }, [], "fine"],
    ["on an internal network", { networkRef: { name: "net" } }, [], "400 BadRequest"],
    ["on no network", { networkRef: { name: "none" } }, [], "404 NetworkNotFound"],
    ["to a port", { networkRef: publicRef, portRef: { name: "port" } }, [], "fine"],
    ["to a port that has no address yet", { networkRef: publicRef, portRef: { name: "young" } }, [], "fine"],
    ["to no port", { networkRef: publicRef, portRef: { name: "none" } }, [], "404 PortNotFound"],
    ["to a port without addresses", { networkRef: publicRef, portRef: { name: "bare" } }, [], "400 BadRequest"],
    ["to an IPv6 port", { networkRef: publicRef, portRef: { name: "six" } }, [], "400 BadRequest"],
    [
      "to an address that the port lacks",
      { networkRef: publicRef, portRef: { name: "port" }, fixedIPAddress: "10.0.0.8" },
      [],
      "400 BadRequest",
    ],
    ["to an address without a port", { networkRef: publicRef, fixedIPAddress: "10.0.0.8" }, [], "400 BadRequest"],
    ["to a port that has one", { networkRef: publicRef, portRef: { name: "port" } }, [taken], "409 FloatingIPPortAlreadyAssociated"],
    [
      "to a port whose one is going",
      { networkRef: publicRef, portRef: { name: "port" } },
      [{ ...taken, metadata: { ...taken.metadata, deletionTimestamp: "x" } }],
      "fine",
    ],
  ];
  for (const [title, spec, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => {
      const view = viewOf(...world, bare, young, six, ...objects);
      assert.equal(outcome(floatingIPRules.create?.(make.floatingIP("fip", spec), view)), expected);
    });
  }
});
