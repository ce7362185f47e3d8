// Command lines of the processes: what must be in them for the reasons given.
import assert from "node:assert/strict";
import { instanceConfig } from "../instance/config.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";
import { etcd, kubeApiserver, kubeControllerManager } from "./control-plane.ts";
import { ovnController, ovnNorthbound, ovnNorthd, ovnSouthbound, ovsConf, ovsVswitchd } from "./ovn.ts";
import { type Role, role, roles } from "./roles.ts";

const config = instanceConfig({ name: "t1", root: "/src/kumulus", hypervisor: "qemu", external: "none", portBase: 19000 });
const programs = {
  etcd: "/p/etcd",
  kubeApiserver: "/p/kube-apiserver",
  kubeControllerManager: "/p/kube-controller-manager",
  certsVersion: "c1",
};
const program = { node: "/n/node", main: "/b/kumulus.mjs", version: "v1" };

const network = [ovsConf, ovnNorthbound, ovnSouthbound, ovsVswitchd, ovnNorthd, ovnController].map((make) => make(config));
const controlPlane = [etcd, kubeApiserver, kubeControllerManager].map((make) => make(config, programs));
const ours = roles.map((name) => role(config, name, program, "info"));
const all = [...controlPlane, ...network, ...ours];
const named = (name: string): ProcessDefinition => {
  const found = all.find((definition) => definition.name === name);
  assert.ok(found, name);
  return found;
};

const expected: { process: string; argument: string; why: string }[] = [
  { process: "etcd", argument: "--client-cert-auth=true", why: "another user of the machine must not read the cloud's secrets" },
  { process: "etcd", argument: "--data-dir=/src/kumulus/.kumulus/t1/etcd", why: "it outlives a reboot" },
  { process: "kube-apiserver", argument: "--bind-address=127.0.0.1", why: "nobody else's business" },
  { process: "kube-apiserver", argument: "--authorization-mode=RBAC", why: "the default allows everything" },
  {
    process: "kube-apiserver",
    argument: "--requestheader-allowed-names=front-proxy",
    why: "any other client certificate could pose as anybody",
  },
  { process: "kube-apiserver", argument: "--kubelet-preferred-address-types=InternalIP", why: "node names do not resolve" },
  { process: "kube-controller-manager", argument: "--leader-elect=false", why: "a lease delays its restart by 15 s" },
  { process: "ovs-vswitchd", argument: "--disable-system", why: "the kernel's datapath is shared with the host" },
  { process: "ovsdb-nb", argument: "--remote=punix:/run/kumulus/t1/ovnnb_db.sock", why: "where ovn-nbctl looks" },
  { process: "api", argument: "--listen-fd", why: "the namespace's port" },
];

describe("process definitions", () => {
  for (const { process, argument, why } of expected) {
    it(`${process} has ${argument}: ${why}`, () => assert.ok(named(process).argv.includes(argument), named(process).argv.join(" ")));
  }

  it("have names of their own", () => assert.equal(new Set(all.map(({ name }) => name)).size, all.length));

  it("run OVS and OVN inside the namespace", () => {
    for (const { argv } of network) assert.deepEqual(argv.slice(0, 2), ["nsenter", "--net=/run/netns/kumulus-t1"]);
  });

  it("restart only the packet path without delay", () => {
    assert.deepEqual(
      all
        .filter(({ urgent }) => urgent)
        .map(({ name }) => name)
        .sort(),
      ["ovs-vswitchd", "ovsdb-conf"],
    );
  });

  it("never ask a daemon to fork or to watch itself: the supervisor would lose it", () => {
    for (const { name, argv } of all) assert.ok(!argv.some((argument) => /^--(detach|monitor)$/.test(argument)), name);
  });

  it("keep pvc and pv protection and the binder: a deleted claim would hang on its finalizer", () => {
    const list = named("kube-controller-manager").argv.find((argument) => argument.startsWith("--controllers=")) ?? "";
    for (const loop of ["persistentvolumeclaim-protection", "persistentvolume-protection", "persistentvolume-binder"])
      assert.ok(list.includes(loop), loop);
  });

  it("give each role its own kubeconfig and the instance's file", () => {
    for (const definition of ours) {
      assert.equal(definition.env.KUBECONFIG, config.kubeconfigs[definition.name as Role]);
      assert.ok(definition.argv.includes("/src/kumulus/.kumulus/t1/instance.json"));
    }
  });

  it("change with the bundle, so that an update restarts the roles", () => {
    assert.notDeepEqual(role(config, "operator", { ...program, version: "v2" }, "info"), named("operator"));
  });
});
