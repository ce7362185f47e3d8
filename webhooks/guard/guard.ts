// Whether a write touches what its author may not set. The API server asks only about those who lack the right to set everything. Pure.
import { isDeepStrictEqual } from "node:util";
import { KumulusError } from "../../domain/errors.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { AdmissionRequest } from "../review.ts";
import { finalizersOf, guards, type Level, metadataOf } from "./fields.ts";

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

function valuesOf(level: Level, object: KubeObject, user: string, isChange: boolean) {
  const guard = guards[object.kind];
  if (level === "manage") return { ...guard?.manage?.(object, user), ...(isChange ? guard?.manageChanges?.(object, user) : {}) };
  return { ...metadataOf(object.metadata), ...guard?.administer?.(object, user) };
}

/** The first guarded field that differs. */
function touched(level: Level, now: KubeObject, old: KubeObject | null, user: string): string | undefined {
  const after = valuesOf(level, now, user, old !== null);
  const before: Record<string, unknown> = old ? valuesOf(level, old, user, true) : {};
  const differs = (name: string) =>
    isSet((after as Record<string, unknown>)[name]) || isSet(before[name])
      ? !isDeepStrictEqual((after as Record<string, unknown>)[name], before[name])
      : false;
  const field = [...new Set([...Object.keys(after), ...Object.keys(before)])].find(differs);
  if (field !== undefined || level === "manage" || !old) return field;
  const kept = new Set(finalizersOf(now.metadata));
  return finalizersOf(old.metadata).every((each) => kept.has(each)) ? undefined : "metadata.finalizers";
}

const who: Readonly<Record<Level, string>> = { manage: "a manager", administer: "an administrator" };

export function guardProblem(level: Level, { object, oldObject, userInfo }: AdmissionRequest): KumulusError | undefined {
  if (!object) return undefined;
  const field = touched(level, object, oldObject, userInfo.username ?? "");
  if (field === undefined) return undefined;
  const sentence = `${object.kind} ${object.metadata.name ?? ""}: ${field} is set by ${who[level]} only.`;
  return new KumulusError("Forbidden", sentence, { reason: "PolicyNotAuthorized" });
}
