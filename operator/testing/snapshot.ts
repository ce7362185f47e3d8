// Objects as they are stored, to see later whether anybody has rewritten them.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { ApiClient } from "../kube/client.ts";
import { eventually } from "./eventually.ts";

export interface Stored {
  resourceVersion: string;
  generation: number;
  spec: unknown;
}

export type Snapshot = ReadonlyMap<string, Stored>;

/** By kind, namespace and name. A kind that is not served has none. */
export async function snapshotOf(client: ApiClient, kinds: readonly Kind[]): Promise<Snapshot> {
  const found = new Map<string, Stored>();
  for (const kind of kinds as readonly Kind<KubeObject & { spec?: unknown }>[]) {
    const objects = await client.list(kind).catch(() => []);
    for (const { metadata, spec } of objects) {
      const { namespace = "", name, resourceVersion = "", generation = 0 } = metadata;
      found.set(`${kind.kind} ${namespace}/${name}`, { resourceVersion, generation, spec });
    }
  }
  return found;
}

/** Resolves once nothing has changed for two seconds. */
export async function settledSnapshot(client: ApiClient, kinds: readonly Kind[]): Promise<Snapshot> {
  let last = await snapshotOf(client, kinds);
  await eventually(
    async () => {
      await sleep(2_000);
      const [was, is] = [last, await snapshotOf(client, kinds)];
      last = is;
      assert.deepEqual(is, was);
    },
    60_000,
    0,
  );
  return last;
}

/** Fails with the first object of `before` whose spec is not as it was: finalizers, labels and status may have come. */
export function assertSameSpecs(before: Snapshot, after: Snapshot): void {
  for (const [name, was] of before) {
    const is = after.get(name);
    assert.deepEqual([is?.generation, is?.spec], [was.generation, was.spec], name);
  }
}

/** Fails with the first object of `before` that is not as it was. */
export function assertUnchanged(before: Snapshot, after: Snapshot): void {
  for (const [name, was] of before) assert.deepEqual(after.get(name), was, name);
}
