// Two faults of the control plane while users write: etcd loses its leader, and the API server is gone for minutes. Nothing that was accepted is lost.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { KeyPair } from "../models/compute/key-pair.ts";
import { readyOf } from "./controller/status.ts";
import type { ControlPlane } from "./testing/control-plane.ts";
import { leaderOf } from "./testing/etcd.ts";
import { eventually } from "./testing/eventually.ts";
import { type FaultProxy, startFaultProxy } from "./testing/fault-proxy.ts";
import { RoleCloud } from "./testing/role-cloud.ts";
import type { RoleName, RoleProcess } from "./testing/roles.ts";
import { KeyPairWriter } from "./testing/writer.ts";

/** In 45 s every pause between tries has grown to its longest. */
const outageMs = Number(process.env.KUMULUS_OUTAGE_SECONDS ?? 45) * 1000;
const recoveryMs = 60_000;
const demo = "kumulus-demo";

describe("a control plane with faults", function () {
  this.timeout(outageMs + 3 * recoveryMs);
  let cloud: RoleCloud;
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let writer: KeyPairWriter;
  let roles: readonly RoleProcess[];

  const run = (name: RoleName) => cloud.run(name, { kubeconfig: proxy.kubeconfig });

  before(async function () {
    this.timeout(120_000);
    cloud = await RoleCloud.start({ etcdMembers: 3 });
    ({ plane, roles } = cloud);
    proxy = await startFaultProxy(plane);
    for (const name of ["operator", "webhook"] as const) await run(name);
    const api = await run("api");
    for (const role of roles) await role.whenReady();
    await cloud.fill(api);
    writer = new KeyPairWriter(api.healthURL, await cloud.token(api));
    writer.start();
    await writer.accepts(20, recoveryMs);
  });
  after(async () => {
    await writer?.stop();
    await proxy?.stop();
    await cloud?.stop();
  });

  /** All that was ever accepted is there, and the operator has seen to it. */
  async function nothingIsLost(): Promise<void> {
    await eventually(
      async () => {
        const stored = await plane.client.list(KeyPair, { namespace: demo });
        const ready = new Set(
          stored.filter((each) => readyOf(each)?.status === "True").map(({ spec, metadata }) => spec.displayName ?? metadata.name),
        );
        const lost = writer.accepted.filter((name) => !ready.has(name));
        assert.deepEqual(lost, []);
      },
      recoveryMs,
      500,
    );
  }

  const exits = () => Object.fromEntries(roles.map(({ settings, exits: count }) => [settings.identity, count]));
  const zero = () => Object.fromEntries(roles.map(({ settings }) => [settings.identity, 0]));
  const allReady = async () => assert.deepEqual(new Set(await Promise.all(roles.map((role) => role.readyStatus()))), new Set([200]));

  it("etcd loses its leader while users write: writes go on, no process ends", async () => {
    const leader = await leaderOf(plane.etcd);
    leader.process.kill("SIGKILL");
    await writer.accepts(20, recoveryMs);
    assert.notEqual((await leaderOf(plane.etcd)).url, leader.url);
    await nothingIsLost();
    await allReady();
    assert.deepEqual(exits(), zero(), cloud.logs());
  });

  it("the API server is gone for long: reads are answered, writes are refused, and all go on within a minute of its return", async () => {
    proxy.fault = () => ({ cut: true });
    proxy.cutAll();
    const began = performance.now();
    const [leader] = roles;
    await eventually(() => assert.ok(writer.refusals.has(503), [...writer.refusals].join()), recoveryMs);
    // What starts now waits.
    for (const name of ["operator", "webhook", "api"] as const) await run(name);
    while (performance.now() - began < outageMs) {
      assert.equal(await writer.reads(), 200);
      await sleep(1_000);
    }
    // Made by somebody whom the API server still answers: the operator has to see it afterwards.
    const metadata = { name: "outside", namespace: demo };
    await plane.client.create(KeyPair, {
      apiVersion: "compute.kumulus.cloud/v1alpha1",
      kind: "KeyPair",
      metadata,
      spec: { publicKey: writer.key },
    });
    proxy.fault = () => undefined;
    const ended = performance.now();
    await writer.accepts(5, recoveryMs);
    const writesMs = performance.now() - ended;
    await eventually(allReady, recoveryMs, 200);
    await eventually(async () => assert.equal(readyOf(await plane.client.get(KeyPair, metadata))?.status, "True"), recoveryMs, 200);
    const wellMs = performance.now() - ended;
    console.log(`        writes after ${Math.round(writesMs)} ms, all well after ${Math.round(wellMs)} ms`);
    await nothingIsLost();
    // A leader that can not renew its lease ends, once, so that another could lead.
    assert.deepEqual(exits(), { ...zero(), [leader?.settings.identity ?? ""]: 1 }, cloud.logs());
  });
});
