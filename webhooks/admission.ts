// Decides one admission request: what passes unjudged, the kind's rules, its quota, and a second look before anything is refused.
import { isCode, KumulusError } from "../domain/errors.ts";
import { Limit } from "../models/identity/limit.ts";
import { RegisteredLimit } from "../models/identity/registered-limit.ts";
import { Tenant } from "../models/identity/tenant.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import type { Caches, KubeClient } from "../operator/contract.ts";
import { Namespace } from "../operator/kube/core-kinds.ts";
import { createOverlay, type Overlay } from "./overlay.ts";
import { demandOf, mustBeBooked, overQuota } from "./quota/demand.ts";
import { createReservations } from "./quota/reservations.ts";
import type { AdmissionRequest } from "./review.ts";
import { isLeaving, namespaceOf, type Reference, type Refusal, type Rules, type Verdict } from "./rules.ts";

export interface AdmissionOptions {
  client: KubeClient;
  caches: Caches;
  rules: readonly Rules[];
  /**
   * Users whose deletions are refused while the object is in use: the OpenStack APIs, whose clients expect it. Everybody else's are accepted as
   * Kubernetes accepts them, and finalizers make the object wait: `kubectl delete -f`, Argo CD's prune and a namespace's end delete in any order.
   */
  strictDeleters: readonly string[];
  /** How long what was let through and never appears counts in the quota, in ms; as long as the API server may take unless said. */
  reservationMs?: number;
}

/** Kinds that are read besides those with rules. */
export const otherKinds: readonly Kind[] = [Tenant, Limit, RegisteredLimit, Namespace as Kind];

const rounds = 3;
/** A pending object younger than this is being stored just now: asking the API server for it would tell nothing. */
const storingMs = 1_000;

export type Admission = (request: AdmissionRequest) => Promise<KumulusError | undefined>;

const nameOf = (kind: { group: string; kind: string }) => `${kind.kind}.${kind.group}`;

export function createAdmission({ client, caches, rules, strictDeleters, reservationMs }: AdmissionOptions): Admission {
  const byKind = new Map(rules.map((each) => [nameOf(each.kind), each]));
  const kinds = new Map([...rules.map((each) => each.kind), ...otherKinds].map((kind) => [kind.kind, kind]));
  const overlay = createOverlay(caches);
  const reservations = createReservations({ client, caches, view: overlay, rules, ...(reservationMs && { lifeMs: reservationMs }) });

  const live = async (kind: Kind, { name, namespace }: { name: string; namespace?: string | undefined }) => {
    try {
      return await client.get(kind, namespace === undefined ? { name } : { name, namespace });
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  };

  /** Brings what the rules look up by name into the view, when the caches have not got it yet. */
  async function prefetch(rule: Rules, object: KubeObject): Promise<void> {
    const missing = (rule.references?.(object) ?? []).filter(({ kind, name, namespace }) => !overlay.get(kind, name, namespace));
    const found = await Promise.all(missing.map(async (ref) => ({ kind: ref.kind, object: await live(ref.kind, ref) })));
    for (const { kind, object: fetched } of found) if (fetched) caches.of(kind).put(fetched);
  }

  /** Reads afresh what a refusal stands on; true when that has changed the view. */
  async function lookAgain({ because, lookAgain: kind, named = [] }: Refusal): Promise<boolean> {
    let changed = false;
    for (const seen of because.slice(0, 20)) {
      const seenKind = kinds.get(seen.kind);
      if (!seenKind || (overlay.pendingMs(seenKind, seen) ?? storingMs) < storingMs) continue;
      const now = await live(seenKind, seen.metadata);
      if (now?.metadata.resourceVersion === seen.metadata.resourceVersion) continue;
      overlay.correct(seenKind, seen, now?.metadata.uid === seen.metadata.uid ? now : undefined);
      changed = true;
    }
    for (const reference of named) if (await lookUp(reference)) changed = true;
    return kind ? (await listAgain(kind.kind, kind.namespace)) || changed : changed;
  }

  /** The same for an object that the view may not have. */
  async function lookUp({ kind, name, namespace }: Reference): Promise<boolean> {
    const seen = overlay.get(kind, name, namespace);
    const now = await live(kind, { name, namespace });
    if (now?.metadata.resourceVersion === seen?.metadata.resourceVersion) return false;
    if (seen) overlay.correct(kind, seen, undefined);
    if (now) caches.of(kind).put(now);
    return true;
  }

  /** The same for all objects of a kind in a namespace: appeared, changed and vanished ones. */
  async function listAgain(kind: Kind, namespace: string): Promise<boolean> {
    const listed = new Map((await client.list(kind, { namespace })).map((object) => [object.metadata.uid, object]));
    let changed = false;
    for (const seen of overlay.list(kind, namespace)) {
      const now = listed.get(seen.metadata.uid);
      listed.delete(seen.metadata.uid);
      if ((overlay.pendingMs(kind, seen) ?? storingMs) < storingMs || now?.metadata.resourceVersion === seen.metadata.resourceVersion)
        continue;
      overlay.correct(kind, seen, now);
      changed = true;
    }
    for (const appeared of listed.values()) caches.of(kind).put(appeared);
    return changed || listed.size > 0;
  }

  /** Shows what is let through from then on. Between a judgement and `admit` nothing may wait: a request that comes in between would not see this one. */
  async function decide(rule: Rules, request: AdmissionRequest): Promise<Verdict> {
    const { object, oldObject, dryRun } = request;
    const demand = request.operation !== "DELETE" && object ? demandOf(rule, object, oldObject, overlay) : undefined;
    let refusal = judge(rule, request, overlay) ?? (demand && overQuota(demand, overlay));
    if (refusal || dryRun) return refusal;
    if (demand && mustBeBooked(demand)) {
      refusal = await reservations.reserve(demand);
      if (refusal) return refusal;
      refusal = judge(rule, request, overlay);
      if (refusal) {
        reservations.release(demand.object);
        return refusal;
      }
    }
    const shown = object ?? (oldObject && leaving(oldObject));
    if (shown) overlay.admit(rule.kind, shown, oldObject ?? undefined);
    return undefined;
  }

  return async (request) => {
    const rule = byKind.get(nameOf(request.kind));
    const object = request.object ?? request.oldObject;
    if (!rule || !object || passes(request, strictDeleters)) return undefined;
    for (let round = 0; ; round++) {
      await prefetch(rule, object);
      const refusal = await decide(rule, request);
      if (!refusal) return undefined;
      if (round === 0 && request.operation === "DELETE" && (await namespaceEnds(object, overlay, live))) return undefined;
      if (round === rounds || !(await lookAgain(refusal))) return refusal.error;
    }
  };
}

/** An object whose deletion was let through, as it looks until the cache tells. */
const leaving = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: new Date().toISOString() },
});

/** What is not judged: updates that leave the spec alone, everything about objects on their way out, and deletions by all but the APIs. */
function passes({ operation, object, oldObject, userInfo }: AdmissionRequest, strictDeleters: readonly string[]): boolean {
  if (operation === "DELETE") {
    return !strictDeleters.includes(userInfo.username ?? "") || (oldObject !== null && isLeaving(oldObject));
  }
  if (operation !== "UPDATE" || !object || !oldObject) return operation !== "CREATE" || !object;
  const specOf = (one: KubeObject) => JSON.stringify((one as { spec?: unknown }).spec ?? {});
  return isLeaving(object) || isLeaving(oldObject) || specOf(object) === specOf(oldObject);
}

/** Whether the object goes because its namespace goes. The cache may lag, and who deletes a namespace is refused nothing. */
async function namespaceEnds(
  object: KubeObject,
  overlay: Overlay,
  live: (kind: Kind, key: { name: string }) => Promise<KubeObject | undefined>,
): Promise<boolean> {
  const name = namespaceOf(object);
  if (name === "") return false;
  const cached = overlay.get(Namespace, name);
  if (cached && isLeaving(cached)) return true;
  const now = await live(Namespace as Kind, { name });
  return now === undefined || isLeaving(now);
}

function judge(rule: Rules, { operation, object, oldObject }: AdmissionRequest, overlay: Overlay): Verdict {
  if (operation === "DELETE") return oldObject ? rule.remove?.(oldObject, overlay) : undefined;
  if (!object) return undefined;
  return oldObject ? rule.update?.(object, oldObject, overlay) : rule.create?.(object, overlay);
}

/** The error for requests that could not be judged. */
export const notJudged = (error: unknown): KumulusError =>
  error instanceof KumulusError ? error : new KumulusError("Unavailable", "Admission could not be decided", { cause: error });
