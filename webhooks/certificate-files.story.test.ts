// A certificate that somebody else renews, as cert-manager does: the webhook serves with the files, follows their changes, and leaves the CA to who told it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCode } from "../domain/errors.ts";
import { Subnet } from "../models/network/subnet.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { Secret, ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startWebhook, type Webhook } from "./server.ts";
import { newAuthority, newServerCertificate } from "./tls/x509.ts";

const log = createLog({ name: "webhook", level: "error" });
const subnet: Subnet = {
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Subnet",
  metadata: { name: "s", namespace: "default" },
  spec: { networkRef: { name: "none" }, cidr: "10.0.0.0/24" },
};

describe("webhook with a certificate of somebody else's", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "kumulus-certificate-"));
  const files = { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") };
  const stop = new AbortController();
  let plane: ControlPlane;
  let webhook: Webhook;

  /** Writes a new certificate for so many days; resolves with its authority. */
  async function issue(days: number): Promise<string> {
    const authority = await newAuthority("somebody", new Date(), days);
    const { cert, key } = await newServerCertificate(authority, ["127.0.0.1"], new Date(), days);
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    return Buffer.from(authority.cert).toString("base64");
  }

  const read = async () =>
    (await plane.client.get(ValidatingWebhookConfiguration, { name: "kumulus" })).webhooks?.[0]?.clientConfig.caBundle;
  const inject = (ca: string) =>
    plane.client.patch(ValidatingWebhookConfiguration, { name: "kumulus" }, [
      { op: "add", path: "/webhooks/0/clientConfig/caBundle", value: ca },
    ]);
  const judged = () =>
    eventually(() => assert.rejects(plane.client.create(Subnet, subnet), (error) => isCode(error, "NotFound")), 20_000, 200);

  before(async () => {
    plane = await startControlPlane();
    const caches = createCaches(plane.client, { log });
    await caches.start(stop.signal);
    await issue(10);
    const { client } = plane;
    webhook = await startWebhook({
      client,
      caches,
      log,
      signal: stop.signal,
      host: "127.0.0.1",
      port: 0,
      certificateFiles: files,
      checkMs: 100,
    });
  });
  after(async () => {
    stop.abort();
    await plane?.stop();
    rmSync(folder, { recursive: true });
  });

  it("makes none of its own, and tells the API server no authority", async () => {
    assert.equal(await read(), undefined);
    assert.deepEqual(await plane.client.list(Secret, { fieldSelector: "metadata.name=webhook-tls" }), []);
  });

  it("serves with the files, follows them when they change, and keeps the authority that was injected", async () => {
    for (const days of [20, 30]) {
      const ca = await issue(days);
      await inject(ca);
      await judged();
      const left = ((webhook.certificateUntil?.getTime() ?? 0) - Date.now()) / 86_400_000;
      assert.ok(Math.abs(left - days) < 1, `${left} days`);
      assert.equal(await read(), ca);
    }
  });

  it("goes on with the last good pair while the files do not belong together", async () => {
    const ca = await read();
    const authority = await newAuthority("other", new Date(), 5);
    writeFileSync(files.key, (await newServerCertificate(authority, ["127.0.0.1"], new Date(), 5)).key);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await judged();
    assert.equal(await read(), ca);
  });
});
