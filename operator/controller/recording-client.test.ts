// What the caches show after a controller's write.
import assert from "node:assert/strict";
import { KeyPair } from "../../models/compute/key-pair.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { ApiClient } from "../kube/client.ts";
import { recordingClient } from "./recording-client.ts";

describe("the recording client", () => {
  const going = (finalizers: string[], grace = 0): KeyPair => ({
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "KeyPair",
    metadata: {
      name: "a",
      namespace: "b",
      uid: "1",
      finalizers,
      deletionTimestamp: "2026-01-01T00:00:00Z",
      deletionGracePeriodSeconds: grace,
    },
    spec: { publicKey: "ssh-ed25519 AAAA" },
  });

  /** What a patch that answers with `answer` does to the cache. */
  async function afterPatch(answer: KubeObject): Promise<string[]> {
    const calls: string[] = [];
    const cache = { put: () => void calls.push("put"), gone: () => void calls.push("gone") };
    const client = { patch: async () => answer } as unknown as ApiClient;
    const caches = { known: () => cache } as unknown as StartableCaches;
    const recording = recordingClient({ client, caches, fieldManager: "test", mayWrite: () => undefined });
    await recording.patch(KeyPair, { name: "a", namespace: "b" }, {});
    return calls;
  }

  it("takes out what a write deleted with the last finalizer", async () => assert.deepEqual(await afterPatch(going([])), ["gone"]));
  it("shows what has finalizers left", async () => assert.deepEqual(await afterPatch(going(["g"])), ["put"]));
  it("shows what has time left", async () => assert.deepEqual(await afterPatch(going([], 30)), ["put"]));
});
