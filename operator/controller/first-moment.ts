// An object's first moment: its steps pass so fast that what a status says of one is out of date before anybody reads it. Pure.
import type { KubeObject } from "../../models/kind.ts";

/** From the creationTimestamp, which is in whole seconds: one and a half to this many in truth. */
const firstMomentMs = 2_500;

/** Milliseconds that are left of it; 0 once it is over. Controllers show a step on the way only when it lasts longer, and look again then. */
export function firstMoment({ metadata }: KubeObject, now: number): number {
  const created = Date.parse(metadata.creationTimestamp ?? "");
  return Number.isNaN(created) ? 0 : Math.max(0, Math.min(firstMomentMs, created + firstMomentMs - now));
}
