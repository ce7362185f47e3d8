// One reconcile of one object: finalizer first, then the controller's own code, then what its outcome means.
import { KumulusError, Terminal, Waiting } from "../../domain/errors.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Absence, Context, ControllerDefinition, Result } from "../contract.ts";
import { apiVersionOf } from "../kube/path.ts";
import { conditionsFrom, readyOf, statusOf, wholeSeconds } from "./status.ts";

export type Outcome =
  | { kind: "done"; requeueAfterMs?: number }
  /** The condition says what for; a watch wakes it. */
  | { kind: "waiting" }
  /** `quiet` failures are of the kind that passes by itself. */
  | { kind: "failed"; error: unknown; quiet: boolean };

async function setFinalizers(
  definition: ControllerDefinition,
  object: KubeObject,
  ctx: Context,
  finalizers: string[],
): Promise<KubeObject> {
  const { name, namespace, resourceVersion } = object.metadata;
  const key = namespace === undefined ? { name } : { name, namespace };
  return ctx.client.patch(definition.kind, key, { metadata: { resourceVersion, finalizers } });
}

async function finalize(definition: ControllerDefinition, object: KubeObject, ctx: Context): Promise<Result> {
  const finalizers = object.metadata.finalizers ?? [];
  const { finalizer } = definition;
  if (finalizer === undefined || !definition.finalize || !finalizers.includes(finalizer)) return {};
  const result = await definition.finalize(object, ctx);
  if (result !== "done") return result;
  // The finalizer's own writes may have changed the object: the newest one guards the patch.
  const newest = ctx.get(definition.kind, object.metadata.name, object.metadata.namespace);
  const current = newest !== undefined && newest.metadata.uid === object.metadata.uid ? newest : object;
  const left = (current.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  await setFinalizers(definition, current, ctx, left);
  return {};
}

async function run(definition: ControllerDefinition, object: KubeObject, ctx: Context, absence: Absence | undefined): Promise<Result> {
  if (absence) throw new Waiting("EngineMissing", absence.message);
  if (object.metadata.deletionTimestamp !== undefined) return finalize(definition, object, ctx);
  const { finalizer } = definition;
  const finalizers = object.metadata.finalizers ?? [];
  const missing = finalizer !== undefined && !finalizers.includes(finalizer);
  const owned = missing ? await setFinalizers(definition, object, ctx, [...finalizers, finalizer]) : object;
  return definition.reconcile(owned, ctx);
}

/**
 * Writes Ready=False and nothing else of the status. It has a field manager of its own: an apply by the controller's manager that left the other
 * fields out would remove them.
 */
async function markNotReady(
  definition: ControllerDefinition,
  object: KubeObject,
  ctx: Context,
  reason: string,
  message: string,
  manager: string,
) {
  const { name, namespace, uid, generation = 0 } = object.metadata;
  const before = ctx.get(definition.kind, name, namespace) ?? object;
  const old = readyOf(before);
  const unchanged = old?.status === "False" && old.reason === reason && old.message === message && old.observedGeneration === generation;
  if (unchanged) return false;
  const conditions = conditionsFrom(
    [{ type: "Ready", status: "False", reason, message }],
    statusOf(before),
    generation,
    wholeSeconds(new Date()),
  );
  const status = { observedGeneration: generation, conditions };
  const patch = { apiVersion: apiVersionOf(definition.kind), kind: definition.kind.kind, metadata: { name, namespace, uid }, status };
  await ctx.client.apply(definition.kind, patch as KubeObject, { fieldManager: manager, subresource: "status" });
  return old?.reason !== reason;
}

const passing = new Set(["Conflict", "Unavailable", "NotFound"]);

/** Failures that a healthy system has: somebody was faster, the server is away, a namespace is going. */
function passesByItself(error: unknown): boolean {
  return error instanceof KumulusError && (passing.has(error.code) || error.reason === "NamespaceTerminating");
}

/** Never rejects. With an `absence` only the condition is written. */
export async function reconcileOnce(
  definition: ControllerDefinition,
  object: KubeObject,
  ctx: Context,
  manager: string,
  absence?: Absence,
): Promise<Outcome> {
  const explain = async (reason: string, message: string, type: "Normal" | "Warning") => {
    const news = definition.ownConditions === false || (await markNotReady(definition, object, ctx, reason, message, `${manager}-wait`));
    if (news) ctx.event(object, type, reason, message);
  };
  try {
    const { requeueAfterMs } = await run(definition, object, ctx, absence);
    return requeueAfterMs === undefined ? { kind: "done" } : { kind: "done", requeueAfterMs };
  } catch (error) {
    const explained = error instanceof Waiting || error instanceof Terminal;
    const overQuota = error instanceof KumulusError && error.code === "OverQuota";
    try {
      if (explained) await explain(error.reason, error.message, error instanceof Terminal ? "Warning" : "Normal");
      if (overQuota) await explain("OverQuota", error.message, "Warning");
    } catch (second) {
      return { kind: "failed", error: second, quiet: passesByItself(second) };
    }
    if (error instanceof Waiting) return { kind: "waiting" };
    if (error instanceof Terminal) return { kind: "done" };
    const stopped = ctx.signal.aborted && (ctx.signal.reason as Error).name !== "TimeoutError";
    return { kind: "failed", error, quiet: stopped || overQuota || passesByItself(error) };
  }
}
