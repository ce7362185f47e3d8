// What becomes of an object that names others: it waits for them, is bound to those very objects, and ends with the first of them. Pure.
import { bindingTo, boundAnnotation } from "../../domain/identity/binding.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { ConditionInput } from "../../operator/contract.ts";
import { notReady, ready } from "./conditions.ts";

/** What the spec names, by kind; undefined for one that is not there. */
export type Named = readonly { kind: string; name: string; object: KubeObject | undefined }[];

export type BindingPlan =
  | { do: "wait"; condition: ConditionInput }
  | { do: "bind"; boundTo: string; condition: ConditionInput }
  /** What it was bound to is gone. */
  | { do: "delete" };

const isGone = (object: KubeObject | undefined) => object === undefined || object.metadata.deletionTimestamp !== undefined;

/** `whenBound`: a sentence for people. */
export function desiredBinding({ metadata }: KubeObject, named: Named, whenBound: string): BindingPlan {
  const bound = metadata.annotations?.[boundAnnotation];
  const missing = named.find(({ object }) => isGone(object));
  const boundTo = bindingTo(named.map(({ object }) => object));
  if (bound !== undefined && (missing || bound !== boundTo)) return { do: "delete" };
  if (missing) return { do: "wait", condition: notReady(`${missing.kind}Missing`, `Waiting for ${missing.kind} ${missing.name}`) };
  return { do: "bind", boundTo, condition: ready("Bound", whenBound) };
}
