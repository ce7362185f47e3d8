// One trace from a request through the object that it makes to what a controller does about it, as a collector receives it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KeyPair } from "../models/compute/key-pair.ts";
import { createCaches } from "./cache/caches.ts";
import { defineController } from "./controller/define-controller.ts";
import { createLog } from "./log.ts";
import { createManager } from "./manager.ts";
import { createMetrics } from "./metrics.ts";
import { inRequest, withOrigin } from "./origin.ts";
import { type ControlPlane, startControlPlane } from "./testing/control-plane.ts";
import { startTracing, tracing } from "./tracing.ts";

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}
interface Received {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

describe("tracing", function () {
  this.timeout(60_000);
  const log = createLog({ name: "test", level: "silent" });
  const spans: Span[] = [];
  let plane: ControlPlane;
  let collector: Server;

  before(async () => {
    plane = await startControlPlane();
    collector = createServer(async (request, response) => {
      let text = "";
      for await (const part of request) text += String(part);
      const { resourceSpans } = JSON.parse(text) as Received;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader("content-type", "application/json").end("{}");
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
  });
  after(async () => {
    collector?.close();
    await plane?.stop();
  });

  it("does nothing unless a collector is named", async () => {
    await startTracing("test", {});
    assert.equal(await tracing().span("nobody looks", { kind: "internal" }, async () => tracing().traceparent()), undefined);
  });

  it("joins a request, its object and the object's reconciles", async () => {
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
    const stopTracing = await startTracing("test");
    const stop = new AbortController();
    const { promise: reconciled, resolve } = Promise.withResolvers<void>();
    const controller = defineController<KeyPair>({
      kind: KeyPair,
      async reconcile(object, ctx) {
        await ctx.applyStatus(KeyPair, object, { conditions: [{ type: "Ready", status: "True", reason: "Seen", message: "" }] });
        resolve();
        return {};
      },
    });
    const { client } = plane;
    const manager = createManager({
      client,
      caches: createCaches(client, { log }),
      controllers: [controller],
      log,
      metrics: createMetrics(),
    });
    const running = manager.run(stop.signal);
    try {
      const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const made = await inRequest("req-1", () =>
        tracing().span("nova POST", { kind: "server", parent }, () => {
          const metadata = { name: "traced", namespace: "default" };
          const object: KeyPair = {
            apiVersion: "compute.kumulus.cloud/v1alpha1",
            kind: "KeyPair",
            metadata,
            spec: { publicKey: "ssh-ed25519 AAAA" },
          };
          return client.create(KeyPair, withOrigin(object));
        }),
      );
      assert.equal(made.metadata.annotations?.["kumulus.cloud/request-id"], "req-1");
      await reconciled;
    } finally {
      stop.abort();
      await running;
      await stopTracing();
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    }
    const ours = spans.filter(({ traceId }) => traceId === "0af7651916cd43dd8448eb211c80319c");
    const one = (name: string) =>
      ours.find((span) => span.name === name) ?? assert.fail(`no span ${name} in ${ours.map((span) => span.name)}`);
    const [request, creation, reconcile, status] = [one("nova POST"), one("kube POST"), one("reconcile KeyPair"), one("kube PATCH")];
    assert.equal(request.parentSpanId, "b7ad6b7169203331", "the client's trace goes on");
    assert.equal(creation.parentSpanId, request.spanId);
    assert.equal(reconcile.parentSpanId, request.spanId);
    assert.equal(status.parentSpanId, reconcile.spanId);
  });
});
