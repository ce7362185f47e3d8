// Two webhook processes' worth of admission behind one address, and crowds at the limit: never above it, exactly up to it, and nothing lost for long.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Server as TCPServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { Server } from "../../models/compute/server.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { Volume } from "../../models/volume/volume.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { kubeClient } from "../../operator/kube/client.ts";
import { connect } from "../../operator/kube/connection.ts";
import { Lease, Namespace, ResourceQuota } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startWebhook } from "../server.ts";

const namespace = "kumulus-demo";
const log = createLog({ name: "webhook", level: "silent" });
const reservationMs = 6_000;
const clients = 20;
const limit = 10;

/** Hands each connection to the next of the ports that are left, as a Service does with its pods. */
function balancer(ports: number[]): TCPServer {
  let turn = 0;
  return createServer((socket) => {
    const port = ports[turn++ % ports.length] ?? 0;
    const upstream = dial(port, "127.0.0.1");
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
}

describe("quota of a crowd", function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let front: TCPServer;
  const stop = new AbortController();
  const replicas: AbortController[] = [];
  const ports: number[] = [];

  const make = <T extends KubeObject>(kind: Kind<T>, name: string, spec: object): Promise<T> => {
    const metadata = { name, ...(kind.namespaced ? { namespace } : {}) };
    return plane.client.create(kind, { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, metadata, spec } as unknown as T);
  };
  const server = (name: string) => make(Server, name, { flavorRef: { name: "one" }, imageRef: { name: "guest" } });
  const remove = (name: string) => plane.client.delete(Server, { name, namespace });
  const names = async () => (await plane.client.list(Server, { namespace })).map(({ metadata }) => metadata.name);

  /** Requests that a dying webhook left without an answer are no refusals. */
  async function tryServer(name: string): Promise<boolean> {
    try {
      await server(name);
      return true;
    } catch (error) {
      assert.ok(isCode(error, "OverQuota") || isCode(error, "Unavailable"), String(error));
      if (isCode(error, "OverQuota")) assert.match(error.message, /Quota exceeded for cores: Requested 1, but already used 10 of 10 cores/);
      return false;
    }
  }

  async function startReplica(address: AddressInfo): Promise<void> {
    const client = kubeClient(connect(plane.kubeconfig));
    const caches = createCaches(client, { log });
    const replica = new AbortController();
    stop.signal.addEventListener("abort", () => replica.abort());
    const target = { url: `https://127.0.0.1:${address.port}` };
    const options = { client, caches, log, signal: replica.signal, host: "127.0.0.1", port: 0, target, reservationMs, strictDeleters: [] };
    const [webhook] = await Promise.all([startWebhook(options), sleep(10).then(() => caches.start(replica.signal))]);
    replicas.push(replica);
    ports.push(webhook.port);
  }

  /** As many servers as the limit lets through are there in the end. */
  const fills = () =>
    eventually(async () => {
      const there = (await names()).length;
      await Promise.all(Array.from({ length: limit + 3 - there }, (_, i) => tryServer(`fill-${Date.now()}-${i}`)));
      assert.equal((await names()).length, limit);
    }, 15_000);

  before(async () => {
    plane = await startControlPlane();
    for (const name of [namespace, systemNamespace]) {
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    front = balancer(ports).listen(0, "127.0.0.1");
    await once(front, "listening");
    const address = front.address() as AddressInfo;
    await startReplica(address);
    await startReplica(address);
    const quota = { cores: limit, instances: -1, ramMiB: -1, gigabytes: 10, volumes: -1 };
    await make(Tenant, "demo", { domainRef: { name: "default" }, quota });
    await make(Flavor, "one", { vcpus: 1, ramMiB: 128, diskGiB: 1 });
    await make(Image, "guest", { diskFormat: "qcow2", containerFormat: "bare" });
    const status = { phase: "active", virtualSizeBytes: 1 };
    await plane.client.patch(Image, { name: "guest", namespace }, { status }, { subresource: "status" });
    // A configuration takes effect in the API server a moment after it is written.
    await eventually(() => assert.rejects(make(Volume, `probe-${Date.now()}`, { sizeGiB: 11 }), { code: "OverQuota" }), 10_000);
  });
  after(async () => {
    stop.abort();
    front.close();
    await plane.stop();
  });

  it("never passes the limit while 20 clients create and delete, and reaches it", async () => {
    let [there, most, made] = [0, 0, 0];
    const watching = createCaches(plane.client, { log });
    watching.of(Server).onChange(({ type }) => {
      there += type === "added" ? 1 : type === "deleted" ? -1 : 0;
      most = Math.max(most, there);
    });
    await watching.start(stop.signal);
    const crowd = Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; turn < 15; turn++) {
        const name = `server-${client}-${turn}`;
        if (!(await tryServer(name))) continue;
        made++;
        if ((client + turn) % 3 !== 0) await remove(name);
      }
    });
    await Promise.all(crowd);
    assert.ok(made > limit, "places were given again");
    await fills();
    assert.equal(most, limit);
  });

  it("counts the sizes of volumes that grow at the same time", async () => {
    for (let i = 0; i < 4; i++) await make(Volume, `disk-${i}`, { sizeGiB: 1 });
    const grow = (i: number) => plane.client.patch(Volume, { name: `disk-${i}`, namespace }, { spec: { sizeGiB: 4 } });
    const results = await Promise.allSettled([0, 1, 2, 3].map(grow));
    const sizes = (await plane.client.list(Volume, { namespace })).map(({ spec }) => spec.sizeGiB);
    assert.deepEqual([results.filter(({ status }) => status === "fulfilled").length, sizes.sort().join()], [2, "1,1,4,4"]);
  });

  it("gives back what was let through and refused later, before a reservation's life is over twice", async () => {
    for (const name of (await names()).slice(0, 3)) await remove(name);
    const metadata = { name: "none", namespace };
    const hard = { "count/servers.compute.kumulus.cloud": "0" };
    await plane.client.create(ResourceQuota, { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } });
    await plane.client.patch(ResourceQuota, metadata, { status: { hard, used: hard } }, { subresource: "status" });
    await eventually(() => assert.rejects(server("later-0"), { message: /exceeded quota: none/ }), 10_000);
    for (const name of ["later-1", "later-2"]) await assert.rejects(server(name), { code: "OverQuota" });
    await plane.client.delete(ResourceQuota, metadata);
    assert.equal((await names()).length, limit - 3);
    await fills();
  });

  it("loses nothing with a process that dies in the middle", async () => {
    for (const name of await names()) await remove(name);
    const burst = Promise.all(Array.from({ length: clients }, (_, i) => tryServer(`dying-${i}`)));
    ports.shift();
    replicas.shift()?.abort();
    await burst;
    assert.ok((await names()).length <= limit);
    await fills();
  });

  it("keeps no reservation of what everybody sees", async () => {
    const [name = ""] = await names();
    await remove(name);
    await fills();
    const lease = await plane.client.get(Lease, { name: "kumulus-quota", namespace });
    const { reservations } = JSON.parse(lease.metadata.annotations?.["kumulus.cloud/reservations"] ?? "{}") as { reservations: object[] };
    assert.ok(reservations.length <= 2, JSON.stringify(reservations));
  });
});
