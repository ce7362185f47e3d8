// Gauges of what a role depends on.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Registry } from "prom-client";
import { certificateMetrics, databaseMetrics, endOfCertificate, imageStoreMetrics } from "./dependency-metrics.ts";

describe("gauges of what a role depends on", () => {
  it("tell whether a database follows, each time anew", async () => {
    const registry = new Registry();
    let synced = false;
    databaseMetrics(registry, { northbound: () => synced });
    assert.match(await registry.metrics(), /^kumulus_ovn_synced\{database="northbound"\} 0$/m);
    synced = true;
    assert.match(await registry.metrics(), /^kumulus_ovn_synced\{database="northbound"\} 1$/m);
  });

  it("tell when a certificate ends, and nothing while that is not known", async () => {
    const registry = new Registry();
    let end: Date | undefined = new Date(5_000);
    certificateMetrics(registry, { webhook: () => end });
    assert.match(await registry.metrics(), /\{certificate="webhook"\} 5$/m);
    end = undefined;
    assert.doesNotMatch(await registry.metrics(), /certificate="webhook"/);
    assert.equal(endOfCertificate("/nonexistent"), undefined);
  });

  it("tell the room for images", async () => {
    const registry = new Registry();
    imageStoreMetrics(registry, tmpdir());
    const value = async (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await registry.metrics())?.[1]);
    const [free, size] = [await value("kumulus_image_store_free_bytes"), await value("kumulus_image_store_size_bytes")];
    assert.ok(free > 0 && size >= free, `${free} of ${size}`);
  });
});
