// A webhook whose certificates live for seconds: it renews them, and the API server never fails to reach it.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../domain/errors.ts";
import { Subnet } from "../models/network/subnet.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { Namespace, Secret } from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startWebhook } from "./server.ts";
import { newAuthority, newServerCertificate } from "./tls/x509.ts";

const log = createLog({ name: "webhook", level: "silent" });
const lifeMs = 6_000;
const place = { name: "webhook-tls", namespace: "kumulus-system" };

describe("the webhook's certificate", function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  const stop = new AbortController();
  let asked = 0;

  before(async () => {
    plane = await startControlPlane();
    for (const name of [place.namespace, "demo"])
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const caches = createCaches(plane.client, { log });
    const options = { client: plane.client, caches, log, signal: stop.signal, host: "127.0.0.1", port: 0 };
    await Promise.all([
      startWebhook({ ...options, certificateLifeMs: lifeMs, checkMs: 500 }),
      sleep(10).then(() => caches.start(stop.signal)),
    ]);
    await eventually(async () => assert.equal(await judged(), "NotFound"));
  });
  after(async () => {
    stop.abort();
    await plane?.stop();
  });

  /** What the API server says of a subnet that only the webhook refuses: its network is not there. */
  async function judged(): Promise<string> {
    asked += 1;
    const metadata = { name: `bad-${asked}`, namespace: "demo" };
    const spec = { networkRef: { name: "none" }, cidr: "10.0.0.0/24" };
    try {
      await plane.client.create(Subnet, { apiVersion: "network.kumulus.cloud/v1alpha1", kind: "Subnet", metadata, spec });
      return "admitted";
    } catch (error) {
      return isCode(error, "NotFound") ? "NotFound" : (error as Error).message;
    }
  }

  async function stored(): Promise<X509Certificate> {
    const secret = await plane.client.get(Secret, place);
    return new X509Certificate(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64"));
  }

  it("is renewed before its end, again and again, and each review is answered meanwhile", async () => {
    const seen = new Set<string>();
    const failed: string[] = [];
    while (seen.size < 4) {
      seen.add((await stored()).fingerprint256);
      const answer = await judged();
      if (answer !== "NotFound") failed.push(answer);
      await sleep(50);
    }
    assert.deepEqual(failed, []);
  });

  it("is replaced when it has ended all the same, as after a clock was set or a backup restored", async () => {
    const past = new Date(Date.now() - 100 * 24 * 3600 * 1000);
    const authority = await newAuthority("old", past, 1);
    const old = await newServerCertificate(authority, ["127.0.0.1"], past, 1);
    const encode = (text: string) => Buffer.from(text).toString("base64");
    const data = { "ca.crt": encode(authority.cert), "tls.crt": encode(old.cert), "tls.key": encode(old.key) };
    await plane.client.patch(Secret, place, { data });
    await eventually(async () => assert.ok(Date.parse((await stored()).validTo) > Date.now()));
    await eventually(async () => assert.equal(await judged(), "NotFound"));
  });
});
