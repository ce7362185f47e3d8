// The order of a server's actions, and which of them may go. Pure.
import type { ServerAction } from "../../../models/compute/server-action.ts";

export function hasEnded({ status }: ServerAction): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Creation times have whole seconds; names decide between two of one second. */
export function olderFirst(a: ServerAction, b: ServerAction): number {
  const [first, second] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return first.localeCompare(second) || a.metadata.name.localeCompare(b.metadata.name);
}

/** Verbs that only record what the Server's spec asks for: nothing is left to do. */
export function isRecordOnly({ spec }: ServerAction): boolean {
  return !["Start", "Stop", "Reboot"].includes(spec.action);
}

/** The action whose turn it is. */
export function nextAction(actions: readonly ServerAction[]): ServerAction | undefined {
  return actions.filter((action) => !hasEnded(action) && !isRecordOnly(action)).toSorted(olderFirst)[0];
}

/** The oldest ended actions beyond what is kept of one server. */
export function outdated(actions: readonly ServerAction[], keep = 100): ServerAction[] {
  const ended = actions.filter((action) => hasEnded(action) && !action.metadata.deletionTimestamp).toSorted(olderFirst);
  return ended.slice(0, Math.max(0, actions.length - keep));
}
