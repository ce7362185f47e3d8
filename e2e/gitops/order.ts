// In which order objects go, and whether that is the reverse of the waves in which they came.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { eventually } from "../cloud.ts";
import { liveObjects, nameOf } from "./snapshot.ts";

export const waveOf = ({ metadata }: KubeObject): number => Number(metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0);

/** Resolves with the names of `objects` in the order in which they go, once all have; those that go between two looks are in no order. */
export async function goneInOrder(client: KubeClient, objects: readonly KubeObject[], timeoutMs = 120_000): Promise<string[][]> {
  const looks: string[][] = [];
  let left = new Set(objects.map(nameOf));
  await eventually(
    async () => {
      const now = new Set((await liveObjects(client, objects)).map(nameOf));
      const gone = [...left].filter((name) => !now.has(name));
      if (gone.length > 0) looks.push(gone);
      left = now;
      assert.deepEqual([...left], []);
    },
    timeoutMs,
    50,
  );
  return looks;
}

/** Fails when an object went later than one of a lower wave. */
export function assertReversed(looks: readonly string[][], objects: readonly KubeObject[]): void {
  const waves = new Map(objects.map((object) => [nameOf(object), waveOf(object)]));
  let lowest = Number.POSITIVE_INFINITY;
  for (const names of looks) {
    const seen = names.map((name) => waves.get(name) ?? 0);
    assert.ok(Math.max(...seen) <= lowest, `${names.join(", ")} went after an object of wave ${lowest}: ${JSON.stringify(looks)}`);
    lowest = Math.min(lowest, ...seen);
  }
}
