// Start of a cache of 10 000 servers from a real kube-apiserver: how long, and how long the event loop stood still.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Server } from "../models/compute/server.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { createLog } from "../operator/log.ts";
import { startControlPlane } from "../operator/testing/control-plane.ts";
import { tasksPerSecond } from "./load.ts";

const count = 10_000;

const server = (index: number): Server => ({
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Server",
  metadata: {
    name: `server-${index}`,
    namespace: "default",
    labels: { "kumulus.cloud/id": `00000000-0000-4000-8000-${String(index).padStart(12, "0")}` },
  },
  spec: {
    displayName: `server ${index}`,
    flavorRef: { name: "m1.tiny" },
    imageRef: { name: "guest", namespace: "kumulus-admin" },
    networks: [{ networkRef: { name: "n" } }],
    metadata: { purpose: "bench", owner: `team-${index % 50}` },
  },
});

export async function cacheOfTenThousand() {
  const plane = await startControlPlane();
  const stopped = new AbortController();
  try {
    await tasksPerSecond(count, 16, async (index) => void (await plane.client.create(Server, server(index))));
    const caches = createCaches(plane.client, { log: createLog({ name: "bench" }) });
    const cache = caches.of(Server);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const started = performance.now();
    await caches.start(stopped.signal);
    const seconds = (performance.now() - started) / 1000;
    delay.disable();
    if (cache.list().length !== count) throw new Error(`the cache has ${cache.list().length} servers`);
    return [
      { what: "start of a cache of 10 000 servers", measured: seconds, unit: "s", bar: 2, floor: false },
      { what: "longest event-loop block meanwhile", measured: delay.max / 1e6, unit: "ms", bar: 50, floor: false },
    ];
  } finally {
    stopped.abort();
    await plane.stop();
  }
}
