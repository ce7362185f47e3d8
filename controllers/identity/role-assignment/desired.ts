// What becomes of one RoleAssignment: it waits for what it names, is bound to those very objects, and ends with the first of them. Pure.
import type { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../conditions.ts";

/** Annotation with the uids of the objects that it was bound to: another user of the same name must not inherit its roles. */
export const boundAnnotation = "identity.kumulus.cloud/bound-to";

export interface Seen {
  /** What the spec names, by kind; undefined for one that is not there. */
  named: readonly { kind: string; name: string; object: KubeObject | undefined }[];
}

export type Plan =
  | { do: "wait"; condition: ConditionInput }
  | { do: "bind"; boundTo: string; condition: ConditionInput }
  /** What it was bound to is gone. */
  | { do: "delete" };

const isGone = (object: KubeObject | undefined) => object === undefined || object.metadata.deletionTimestamp !== undefined;

export function desiredAssignment(assignment: RoleAssignment, { named }: Seen): Plan {
  const bound = assignment.metadata.annotations?.[boundAnnotation];
  const missing = named.find(({ object }) => isGone(object));
  const boundTo = named.map(({ object }) => object?.metadata.uid ?? "").join(",");
  if (bound !== undefined && (missing || bound !== boundTo)) return { do: "delete" };
  if (missing) return { do: "wait", condition: notReady(`${missing.kind}Missing`, `Waiting for ${missing.kind} ${missing.name}`) };
  return { do: "bind", boundTo, condition: ready("Bound", "The role is given.") };
}
