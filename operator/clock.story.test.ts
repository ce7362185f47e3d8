// The wall clock of running operator, API and webhook jumps hours forward and back: none ends or loses its lease, tokens end when it says so, work goes on.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemNamespace } from "../domain/id.ts";
import { KeyPair } from "../models/compute/key-pair.ts";
import { IPAddress } from "../models/network/ip-address.ts";
import { readyOf } from "./controller/status.ts";
import { Lease } from "./kube/core-kinds.ts";
import { type TestClock, testClock } from "./testing/clock.ts";
import { eventually } from "./testing/eventually.ts";
import { RoleCloud } from "./testing/role-cloud.ts";
import type { RoleProcess } from "./testing/roles.ts";
import { KeyPairWriter } from "./testing/writer.ts";

const recoveryMs = 60_000;
const namespace = "kumulus-demo";

describe("a wall clock that jumps", function () {
  this.timeout(2 * recoveryMs);
  let cloud: RoleCloud;
  let clock: TestClock;
  let api: RoleProcess;
  let first: string;
  let revoked: string;

  before(async function () {
    this.timeout(120_000);
    cloud = await RoleCloud.start();
    clock = testClock(cloud.plane.directory);
    for (const name of ["operator", "webhook"] as const) await cloud.run(name, { env: clock.env });
    api = await cloud.run("api", { env: clock.env });
    for (const role of cloud.roles) await role.whenReady();
    await cloud.fill(api);
    [first, revoked] = [await cloud.token(api), await cloud.token(api)];
    const headers = { "x-auth-token": revoked, "x-subject-token": revoked };
    assert.equal((await fetch(`${api.healthURL}/identity/v3/auth/tokens`, { method: "DELETE", headers })).status, 204);
  });
  after(() => cloud?.stop());

  /** Status of a list that needs a token. */
  async function listed(token: string): Promise<number> {
    const answer = await fetch(`${api.healthURL}/compute/v2.1/os-keypairs`, { headers: { "x-auth-token": token } });
    await answer.text();
    return answer.status;
  }

  const leaseHolder = async () =>
    (await cloud.plane.client.get(Lease, { name: "kumulus-operator", namespace: systemNamespace })).spec?.holderIdentity;

  /** A key pair of the API and one of kubectl are seen to by the operator, and nobody ended. */
  async function worksOn(token: string): Promise<void> {
    const writer = new KeyPairWriter(api.healthURL, token, `${randomUUID().slice(0, 8)}-`);
    writer.start();
    await writer.accepts(5, recoveryMs);
    await writer.stop();
    assert.deepEqual([...writer.refusals], []);
    const metadata = { name: `outside-${randomUUID().slice(0, 8)}`, namespace };
    const apiVersion = "compute.kumulus.cloud/v1alpha1";
    await cloud.plane.client.create(KeyPair, { apiVersion, kind: "KeyPair", metadata, spec: { publicKey: writer.key } });
    await eventually(async () => assert.equal(readyOf(await cloud.plane.client.get(KeyPair, metadata))?.status, "True"), recoveryMs);
    for (const role of cloud.roles) assert.deepEqual([await role.readyStatus(), role.exits], [200, 0], cloud.logs());
    assert.equal(await leaseHolder(), cloud.roles[0]?.settings.identity);
  }

  /** An address before its port, as the API makes the two. */
  async function lock(name: string): Promise<void> {
    const spec = { address: "10.9.0.5", subnetRef: { name: "later" }, portRef: { name: "later" } };
    const apiVersion = "network.kumulus.cloud/v1alpha1";
    await cloud.plane.client.create(IPAddress, { apiVersion, kind: "IPAddress", metadata: { name, namespace }, spec });
  }

  it("works before it jumps", async () => {
    assert.deepEqual([await listed(first), await listed(revoked)], [200, 401]);
    await worksOn(first);
  });

  it("two hours forward: tokens that have lived out their time are refused, new ones serve, and an address waits for its port as long as ever", async () => {
    clock.set(2);
    assert.equal(await listed(first), 401);
    await lock("later.10.9.0.5");
    // One that starts meanwhile looks for revocations whose tokens have ended.
    await (await cloud.run("api", { env: clock.env })).whenReady();
    const token = await cloud.token(api);
    await worksOn(token);
    // Longer than the lease: what counts by the wall clock would have ended it.
    await sleep(16_000);
    await worksOn(token);
    await cloud.plane.client.get(IPAddress, { name: "later.10.9.0.5", namespace });
    first = token;
  });

  it("two hours back from where it was: what was revoked stays dead, what is valid serves", async () => {
    clock.set(-2);
    assert.deepEqual([await listed(first), await listed(revoked)], [200, 401]);
    await worksOn(await cloud.token(api));
    await sleep(16_000);
    await worksOn(first);
  });

  it("right again: all goes on", async () => {
    clock.set(0);
    await worksOn(await cloud.token(api));
  });
});
