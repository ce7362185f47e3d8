// Whole-object writes that are skipped when they would change nothing.
import { isDeepStrictEqual } from "node:util";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";

/** Members that are undefined are not sent, so they are no difference. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

export const same = (one: unknown, other: unknown) => isDeepStrictEqual(plain(one), plain(other));

/** PUT, guarded by the resourceVersion of `before`; rejects with Conflict when somebody wrote meanwhile. */
export async function replaceWhole<T extends KubeObject>(client: KubeClient, kind: Kind<T>, before: T, after: T): Promise<T> {
  return same(before, after) ? before : client.replace(kind, after, { strict: true });
}

/** PUT of the status subresource, guarded in the same way. */
export async function replaceStatus<T extends KubeObject & { status?: unknown }>(
  client: KubeClient,
  kind: Kind<T>,
  before: T,
  status: T["status"],
): Promise<T> {
  return same(before.status, status) ? before : client.replace(kind, { ...before, status }, { subresource: "status" });
}
